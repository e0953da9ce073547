using System.Text.Encodings.Web;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.WebApi.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Security;

/// <summary>
/// Identifies the caller: by the API key if one is sent, else by the account's cookie, else by the visitor's cookie. The API and the lab's
/// routes take no antiforgery token, so they ignore our cookies when another origin sends the request. Such a request has no identity.
/// </summary>
internal sealed class CallerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    IOptions<GourmetGramOptions> settings
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization.Count > 0)
            return await Context.AuthenticateAsync(Schemes.ApiKey);
        if (!Context.IsPage() && Request.IsForeign(settings.Value.PublicUrl))
            return AuthenticateResult.NoResult();
        var account = await Context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        return account.Succeeded ? account : await Context.AuthenticateAsync(Schemes.Visitor);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (!Context.WantsPage())
            return Context.ChallengeAsync(Schemes.ApiKey);
        LeadTo("sign-in");
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        if (Context.WantsPage())
            LeadTo("not-allowed");
        else
            Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private void LeadTo(string page) =>
        Response.Redirect(
            $"{Request.PathBase}/{page}?returnUrl={Uri.EscapeDataString($"{Request.PathBase}{Request.Path}{Request.QueryString}")}"
        );
}

internal static class PageRequests
{
    /// <summary>Returns whether the request goes to one of our pages, whose forms carry an antiforgery token.</summary>
    public static bool IsPage(this HttpContext context) => context.GetEndpoint()?.IsPage() == true;

    public static bool IsPage(this Endpoint endpoint) => endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;
}
