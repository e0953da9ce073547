using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.WebApi.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace GourmetGram.WebApi.Security;

/// <summary>
/// Authenticates <c>Authorization: Bearer {key}</c>. The only keys are <c>GourmetGram:BootstrapAdminKey</c> and, from this machine, the
/// token of <see cref="LocalAccess"/>. Both give administrator rights.
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

    /// <summary>Id of the caller for commands that run on the server's own machine, with or without the server.</summary>
    public const string LocalId = "local";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length == 0)
            return Task.FromResult(AuthenticateResult.NoResult());
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return Task.FromResult(AuthenticateResult.Fail("Send the API key as 'Authorization: Bearer KEY'."));
        if (IdOf(header[Prefix.Length..].Trim()) is not { } id)
            return Task.FromResult(AuthenticateResult.Fail("This API key is unknown."));

        var identity = new ClaimsIdentity(
            [
                new Claim(CallerClaims.ActorKind, nameof(ActorKind.ApiKey)),
                new Claim(CallerClaims.ActorId, id),
                new Claim(ClaimTypes.Role, Roles.Admin),
            ],
            Scheme.Name
        );
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
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
