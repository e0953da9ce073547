using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>Who may ask: legacy tokens, personal access tokens and the access tokens made of them, and a browser's session.</summary>
internal sealed class Tokens(LabelStudioDouble server)
{
    private const string NoCredentials = "Authentication credentials were not provided.";
    private const string LegacyOff =
        "Authentication token no longer valid: legacy token authentication has been disabled for this organization";

    private static readonly string[] Rights =
    [
        "organizations.create",
        "organizations.view",
        "organizations.change",
        "organizations.delete",
        "organizations.invite",
        "projects.create",
        "projects.view",
        "projects.change",
        "projects.delete",
        "projects.reset_cache",
        "tasks.create",
        "tasks.view",
        "tasks.change",
        "tasks.delete",
        "views.reset",
        "annotations.create",
        "annotations.view",
        "annotations.change",
        "annotations.delete",
        "actions.perform",
        "predictions.any",
        "avatar.any",
        "labels.create",
        "labels.view",
        "labels.change",
        "labels.delete",
        "models.create",
        "models.view",
        "models.change",
        "models.delete",
        "model_provider_connection.create",
        "model_provider_connection.view",
        "model_provider_connection.change",
        "model_provider_connection.delete",
        "webhooks.view",
        "webhooks.change",
        "users.token.any",
        "storages.view",
        "storages.change",
        "storages.sync",
        "views.view",
        "views.create",
        "views.change",
        "views.delete",
    ];

    private static readonly TimeSpan AccessLife = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan KeyLife = TimeSpan.FromDays(73_000);

    public void Map(Router router)
    {
        router.Omit("api/nothing-here");
        router.Map("GET", "health", _ => Answer.Html(StatusCodes.Status200OK, """{"status": "UP"}"""), isPublic: true);
        router.Map("GET", "", _ => Answer.Html(StatusCodes.Status302Found, "").With("Location", "/user/login/"), isPublic: true);
        router.Map("GET", "api/version", _ => Answer.Of(Versions.Of(server.Is116)), isPublic: true);
        router.Map(
            "GET",
            "version",
            _ => Answer.Html(StatusCodes.Status200OK, $"<pre>{Versions.Of(server.Is116).ToJsonString(Versions.Indented)}</pre>"),
            isPublic: true
        );
        router.Map(
            "GET",
            "api/current-user/whoami",
            call => Answer.Of(server.Is116 ? WhoAmI(call.User) : WhoAmI123(call.User)),
            Slash.None
        );
        router.Map("GET", "api/current-user/token", call => Answer.Of(new JsonObject { ["token"] = call.User.LegacyToken }));
        router.Map(
            "GET",
            "user/login",
            _ => Answer.Html(StatusCodes.Status200OK).With("Set-Cookie", "csrftoken=a-csrf-token; Path=/"),
            isPublic: true
        );
        router.Map("POST", "user/login", LogInAsync, isPublic: true);
        if (server.Is116)
        {
            router.Omit("api/jwt/settings");
            router.Omit("api/token");
            return;
        }

        router.Map("GET", "api/jwt/settings", SettingsOf, Slash.None);
        router.Map("POST", "api/jwt/settings", Change, Slash.None);
        router.Map("GET", "api/token", List);
        router.Map("POST", "api/token", Create);
        router.Map("POST", "api/token/refresh", Refresh, isPublic: true);
        router.Map("POST", "api/token/rotate", Rotate);
        router.Map("POST", "api/token/blacklist", Blacklist);
    }

    /// <exception cref="Refusal">401: nobody is known by this.</exception>
    public UserRow Authenticate(HttpRequest request)
    {
        var data = server.Data;
        var header = request.Headers.Authorization.ToString();
        lock (data.Gate)
        {
            if (header.StartsWith("Token", StringComparison.Ordinal))
                return ByLegacyToken(data, header["Token".Length..].Trim());
            var user =
                header.StartsWith("Bearer ", StringComparison.Ordinal) ? ByAccessToken(data, header["Bearer ".Length..])
                : header.Length == 0 && request.Cookies.TryGetValue("sessionid", out var session)
                    ? data.Users.Find(candidate => candidate.Session == session)
                : null;
            return user ?? throw Refuse(NoCredentials);
        }
    }

    /// <summary>A header that lets this user in now.</summary>
    public AuthenticationHeaderValue HeaderOf(UserRow user) =>
        server.Data.LegacyTokensEnabled
            ? new AuthenticationHeaderValue("Token", user.LegacyToken)
            : new AuthenticationHeaderValue("Bearer", NewToken(user, "access", AccessLife).Token);

    /// <summary>Makes a personal access token.</summary>
    public AccessKeyRow NewAccessKey(UserRow user)
    {
        var (id, token) = NewToken(user, "refresh", KeyLife);
        var key = new AccessKeyRow
        {
            Id = id,
            User = user.Id,
            Token = token,
        };
        server.Data.AccessKeys.Add(key);
        return key;
    }

    private static Refusal Refuse(string detail) => new(StatusCodes.Status401Unauthorized, detail);

    private static UserRow ByLegacyToken(Database data, string token)
    {
        if (token.Length == 0)
            throw Refuse("Invalid token header. No credentials provided.");
        var user = data.Users.Find(candidate => candidate.LegacyToken == token) ?? throw Refuse("Invalid token.");
        return data.LegacyTokensEnabled ? user : throw Refuse(LegacyOff);
    }

    private UserRow? ByAccessToken(Database data, string token) =>
        data.ApiTokensEnabled && Read(token) is { } claims && claims.Text("token_type") == "access"
            ? data.Users.Find(user => user.Id == claims.Number("user_id"))
            : null;

    private JsonObject WhoAmI(UserRow user) =>
        new()
        {
            ["id"] = user.Id,
            ["first_name"] = user.FirstName,
            ["last_name"] = user.LastName,
            ["username"] = user.Id == 1 ? "" : user.Email.Split('@')[0],
            ["email"] = user.Email,
            ["last_activity"] = server.UtcNow.Iso(),
            ["date_joined"] = server.UtcNow.Iso(),
            ["avatar"] = null,
            ["initials"] = user.Initials,
            ["phone"] = "",
            ["active_organization"] = user.Organization,
            ["allow_newsletters"] = user.Id == 1 ? null : false,
        };

    private async Task<Answer> LogInAsync(Call call)
    {
        var form = await call.Request.ReadFormAsync(call.Request.HttpContext.RequestAborted);
        var data = server.Data;
        lock (data.Gate)
        {
            var user = data.Users.Find(candidate => candidate.Email == form["email"] && candidate.Password == form["password"]);
            return user is null
                ? Answer.Html(StatusCodes.Status200OK)
                : Answer.Html(StatusCodes.Status302Found, "").With("Location", "/").With("Set-Cookie", $"sessionid={user.Session}; Path=/");
        }
    }

    private JsonObject WhoAmI123(UserRow user)
    {
        var shown = WhoAmI(user);
        shown["custom_hotkeys"] = new JsonObject();
        shown["active_organization_meta"] = user.Organization is null
            ? new JsonObject { ["title"] = "", ["email"] = "" }
            : new JsonObject { ["title"] = People.Organization, ["email"] = server.Data.Users[0].Email };
        shown["permissions"] = new JsonArray([.. Rights.Select(right => JsonValue.Create(right))]);
        return shown;
    }

    private Answer SettingsOf(Call call) =>
        call.User.Organization is not null
            ? Answer.Of(Settings())
            : throw new Refusal(StatusCodes.Status500InternalServerError, "'NoneType' object has no attribute 'jwt'");

    private JsonObject Settings() =>
        new() { ["api_tokens_enabled"] = server.Data.ApiTokensEnabled, ["legacy_api_tokens_enabled"] = server.Data.LegacyTokensEnabled };

    private Answer Change(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            if (call.Form.ContainsKey("api_tokens_enabled"))
                data.ApiTokensEnabled = call.Form.Flag("api_tokens_enabled");
            if (call.Form.ContainsKey("legacy_api_tokens_enabled"))
                data.LegacyTokensEnabled = call.Form.Flag("legacy_api_tokens_enabled");
            return Answer.Of(Settings());
        }
    }

    /// <summary>Without the signature: who reads the list cannot use the token.</summary>
    private Answer List(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var keys = data.AccessKeys.Where(key => key.User == call.User.Id && !key.IsRevoked);
            return Answer.Of(
                new JsonArray([.. keys.Select(key => new JsonObject { ["token"] = key.Token[..key.Token.LastIndexOf('.')] })])
            );
        }
    }

    private Answer Create(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            if (data.AccessKeys.Exists(key => key.User == call.User.Id && !key.IsRevoked))
                throw new Refusal(
                    StatusCodes.Status409Conflict,
                    "You already have a valid token. Please revoke it before creating a new one."
                );
            return Answer.Of(new JsonObject { ["token"] = NewAccessKey(call.User).Token }, StatusCodes.Status201Created);
        }
    }

    private Answer Refresh(Call call)
    {
        if (call.Form["refresh"] is null)
            throw Refusal.Invalid("refresh", "This field is required.");
        var data = server.Data;
        lock (data.Gate)
        {
            var claims = Read(call.Form.Text("refresh")) ?? throw Refuse("Token is invalid");
            if (claims.Text("token_type") != "refresh")
                throw Refuse("Token has wrong type");
            if (data.AccessKeys.Exists(key => key.Id == claims.Text("jti") && key.IsRevoked))
                throw Refuse("Token is blacklisted");
            var user = data.Users.Find(candidate => candidate.Id == claims.Number("user_id")) ?? throw Refuse("Token is invalid");
            return Answer.Of(new JsonObject { ["access"] = NewToken(user, "access", AccessLife).Token });
        }
    }

    private Answer Rotate(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            var key = FindKey(data, call) ?? throw Refusal.Invalid("non_field_errors", "Invalid refresh token");
            key.IsRevoked = true;
            return Answer.Of(new JsonObject { ["refresh"] = NewAccessKey(data.UserOf(key.User)).Token });
        }
    }

    private Answer Blacklist(Call call)
    {
        var data = server.Data;
        lock (data.Gate)
        {
            if (FindKey(data, call) is not { } key)
                return Answer.Of(new JsonObject { ["detail"] = "Token is invalid or already blacklisted." }, StatusCodes.Status404NotFound);
            key.IsRevoked = true;
            return Answer.Empty(StatusCodes.Status204NoContent);
        }
    }

    private static AccessKeyRow? FindKey(Database data, Call call) =>
        data.AccessKeys.Find(key => key.Token == call.Form.Text("refresh") && !key.IsRevoked);

    private (string Id, string Token) NewToken(UserRow user, string type, TimeSpan life)
    {
        var now = server.UtcNow;
        var id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var claims = new JsonObject
        {
            ["token_type"] = type,
            ["exp"] = (now + life).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["jti"] = id,
            ["user_id"] = user.Id.ToString(CultureInfo.InvariantCulture),
        };
        var signed = $"{Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Encode(claims.ToJsonString())}";
        return (id, $"{signed}.{Sign(signed)}");
    }

    private string Sign(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(server.Data.Secret, Encoding.ASCII.GetBytes(text)));

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    /// <returns>What a token says; null when it was not made here, or is over.</returns>
    private JsonObject? Read(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || Sign($"{parts[0]}.{parts[1]}") != parts[2])
            return null;
        var claims = JsonSerializer.Deserialize<JsonObject>(Base64Url.DecodeFromChars(parts[1]))!;
        return claims["exp"]!.GetValue<long>() > server.UtcNow.ToUnixTimeSeconds() ? claims : null;
    }
}
