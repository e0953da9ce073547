using GourmetGram.Application.Access;
using GourmetGram.WebUi.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace GourmetGram.WebApi.Access;

/// <summary>Maps <c>/sign-in/with/{id}</c>, which sends people to an authority. It sends them back to <c>/sign-in/from/{id}</c>.</summary>
internal static class AuthorityEndpoints
{
    public static void MapAuthorities(this IEndpointRouteBuilder app) =>
        app.MapGet("/sign-in/with/{id}", BeginAsync).RequireAuthorization(Policies.Visitor).ExcludeFromDescription();

    private static async Task<Results<EmptyHttpResult, NotFound, RedirectHttpResult>> BeginAsync(
        string id,
        string? returnUrl,
        string? token,
        string? ticket,
        HttpContext context,
        Authorities authorities,
        AuthoritySignIn signIn,
        ILogger<AuthoritySignIn> logger
    )
    {
        if (authorities.Find(id) is not { } authority)
            return TypedResults.NotFound();
        if (signIn.Begin(returnUrl, token, ticket) is not { } properties)
            return TypedResults.Redirect($"{context.Request.PathBase}/account?problem={SignInProblem.OtherPerson}&authority={id}");
        try
        {
            await context.ChallengeAsync(Authorities.SchemeOf(authority), properties);
            return TypedResults.Empty;
        }
        // The configuration is read at the first sign-in, so other ways to sign in work while the authority is unreachable.
        catch (Exception e) when (AuthorityEvents.IsUnreachable(e) || e is InvalidOperationException or OpenIdConnectProtocolException)
        {
            logger.LogWarning(
                "{Authority} cannot be used to sign in, because its configuration could not be read: {Reason}",
                authority.Name,
                AuthorityEvents.Printable(e.GetBaseException().Message)
            );
            return TypedResults.Redirect(signIn.AddressOf(SignInProblem.Unreachable, authority, properties));
        }
    }
}
