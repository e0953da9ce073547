using System.Security.Claims;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.WebApi.Errors;
using GourmetGram.WebApi.Security;
using GourmetGram.WebUi.Access;
using GourmetGram.WebUi.Pages;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Access;

/// <summary>Leads people whose role needs a second factor to the page where they add it, and refuses everything else until then.</summary>
internal sealed class RequiredSecondFactor(RequestDelegate next, IOptions<SecondFactorOptions> options)
{
    /// <summary>Claim of people who have a second factor: they cannot have signed in without it.</summary>
    public const string Claim = "gourmetgram:second-factor";

    /// <summary>Claim of a session that began with a second factor of another server, or with a passkey.</summary>
    public static readonly System.Security.Claims.Claim SessionClaim = new("gourmetgram:second-factor-session", bool.TrueString);

    private static readonly HashSet<Type> Open =
    [
        typeof(AccountPage),
        typeof(SignInPage),
        typeof(SignInCodePage),
        typeof(AccountLinkPage),
        typeof(PrivacyPage),
    ];

    public Task InvokeAsync(HttpContext context)
    {
        if (!IsMissing(context.User) || context.GetEndpoint() is not RouteEndpoint endpoint)
            return next(context);
        if (endpoint.IsPage())
        {
            if (Open.Contains(endpoint.Metadata.GetMetadata<ComponentTypeMetadata>()!.Type))
                return next(context);
            context.Response.Redirect($"{context.Request.PathBase}/account#second-factor");
            return Task.CompletedTask;
        }

        // Scripts, styles and health are for everybody.
        if (!context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.WriteProblemAsync(
            new ProblemDetails
            {
                Status = StatusCodes.Status403Forbidden,
                Detail = "Your role needs a second factor. Add a code app on the page Your account.",
            }
        );
    }

    /// <summary>Returns whether a session began with a second factor that the account itself does not know of.</summary>
    private static bool IsProved(ClaimsPrincipal user) => user.HasClaim(SessionClaim.Type, SessionClaim.Value);

    /// <summary>Returns the claims with which a further session of a person keeps what this one has proved.</summary>
    public static IReadOnlyList<System.Security.Claims.Claim> ProofOf(ClaimsPrincipal user) => IsProved(user) ? [SessionClaim] : [];

    private bool IsMissing(ClaimsPrincipal user) =>
        options.Value.IsRequiredFor(user)
        && user.ToCaller().Actor.Kind == ActorKind.Account
        && !user.HasClaim(claim => claim.Type == Claim)
        && !IsProved(user);
}
