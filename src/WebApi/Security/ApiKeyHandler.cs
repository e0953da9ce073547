using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.WebApi.Access;
using GourmetGram.WebApi.Hosting;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace GourmetGram.WebApi.Security;

/// <summary>
/// Authenticates <c>Authorization: Bearer {key}</c>. <c>GourmetGram:BootstrapAdminKey</c> and, from this machine, the token of
/// <see cref="LocalAccess"/> give administrator rights. A key of a person gives the rights of that person, within its scopes: see
/// <see cref="KeyScopes"/>.
/// </summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    IOptions<GourmetGramOptions> settings,
    LocalAccess local
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Prefix = "Bearer ";
    private const string BootstrapId = "bootstrap";

    private static readonly TimeSpan UsedPeriod = TimeSpan.FromMinutes(1);

    /// <summary>Id of the caller for commands that run on the server's own machine, with or without the server.</summary>
    public const string LocalId = "local";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length == 0)
            return AuthenticateResult.NoResult();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.Fail("Send the API key as 'Authorization: Bearer KEY'.");
        var text = header[Prefix.Length..].Trim();
        var claims = IdOf(text) is { } id
            ? [new Claim(CallerClaims.ActorId, id), new Claim(ClaimTypes.Role, Roles.Admin)]
            : await PersonalClaimsAsync(text);
        if (claims is null)
            return AuthenticateResult.Fail("This API key is unknown, has expired or was revoked.");
        var identity = new ClaimsIdentity([new Claim(CallerClaims.ActorKind, nameof(ActorKind.ApiKey)), .. claims], Scheme.Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }

    /// <summary>Returns the claims of a person's key; null when the key does not work.</summary>
    private async Task<Claim[]?> PersonalClaimsAsync(string text)
    {
        var mediator = Context.RequestServices.GetRequiredService<IMediator>();
        if (await mediator.Send(new FindKey.Query(text), Context.RequestAborted) is not { } key)
            return null;
        var users = Context.RequestServices.GetRequiredService<UserManager<IdentityUser<Guid>>>();
        if (await users.FindByIdAsync(key.AccountId.ToString()) is not { } person || person.IsDisabled())
            return null;
        if (!(TimeProvider.GetUtcNow() - key.Item.UsedAt < UsedPeriod))
            await mediator.Send(new UseKey.Command(key.Item.Id), Context.RequestAborted);
        return
        [
            new Claim(CallerClaims.ActorId, key.Item.Id.ToString("N")),
            new Claim(ClaimTypes.Name, $"{person.UserName} (key {key.Item.Label})"),
            .. (await users.GetRolesAsync(person)).Select(role => new Claim(ClaimTypes.Role, role)),
            .. key.Item.Scopes.Select(scope => new Claim(KeyScopes.Claim, scope.ToString())),
        ];
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    /// <summary>Returns the id of the key's owner; null when the key is unknown.</summary>
    private string? IdOf(string key)
    {
        if (settings.Value.BootstrapAdminKey is { Length: > 0 } bootstrap && AreEqual(key, bootstrap))
            return BootstrapId;
        return Context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && AreEqual(key, local.Token)
            ? LocalId
            : null;
    }

    /// <summary>Compares hashes in constant time, so that neither content nor length leaks.</summary>
    private static bool AreEqual(string found, string expected) =>
        CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(found)),
            SHA256.HashData(Encoding.UTF8.GetBytes(expected))
        );
}
