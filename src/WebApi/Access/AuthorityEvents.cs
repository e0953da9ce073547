using System.Net.Sockets;
using System.Text;
using GourmetGram.Application.Common;
using GourmetGram.WebUi.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Sends people to an authority, and takes them back with whatever it answered. The schemes of all authorities see every request, so this
/// takes other services only when it needs them.
/// </summary>
internal sealed class AuthorityEvents(Authorities authorities, ILogger<AuthorityEvents> logger) : OpenIdConnectEvents
{
    public override Task RedirectToIdentityProvider(RedirectContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // The host of the request may be the one by which a proxy reaches this server.
        var links = context.HttpContext.RequestServices.GetRequiredService<ILinks>();
        context.ProtocolMessage.RedirectUri = links.Absolute(Authorities.ReturnPathOf(AuthorityOf(context.Scheme)));
        return Task.CompletedTask;
    }

    public override async Task TicketReceived(TicketReceivedContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var address = await SignInOf(context.HttpContext)
            .CompleteAsync(
                AuthorityOf(context.Scheme),
                context.Principal!,
                context.Properties!,
                context.ReturnUri,
                context.HttpContext.RequestAborted
            );
        context.Response.Redirect(address);
        context.HandleResponse();
    }

    public override Task AccessDenied(AccessDeniedContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var authority = AuthorityOf(context.Scheme);
        logger.LogInformation("{Authority} reports that a person did not sign in", authority.Name);
        context.Response.Redirect(SignInOf(context.HttpContext).AddressOf(SignInProblem.Denied, authority, context.Properties));
        context.HandleResponse();
        return Task.CompletedTask;
    }

    public override Task RemoteFailure(RemoteFailureContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var authority = AuthorityOf(context.Scheme);
        var problem = ProblemOf(context.Failure!, context.Properties);
        logger.LogWarning(
            "A sign-in with {Authority} failed ({Problem}): {Reason}",
            authority.Name,
            problem,
            Printable(context.Failure!.Message)
        );
        context.Response.Redirect(SignInOf(context.HttpContext).AddressOf(problem, authority, context.Properties));
        context.HandleResponse();
        return Task.CompletedTask;
    }

    /// <summary>Returns whether a request to an authority got no answer, or one that is none.</summary>
    public static bool IsUnreachable(Exception? failure) =>
        failure is HttpRequestException or TimeoutException or IOException or SocketException
        || (failure?.InnerException is { } inner && IsUnreachable(inner));

    /// <summary>
    /// Parts of the reason may come from the address that a browser opened, so it gets one line of bounded length in the log.
    /// </summary>
    public static string Printable(string reason)
    {
        var text = new StringBuilder();
        foreach (var character in reason.Take(500))
            text.Append(char.IsControl(character) ? ' ' : character);
        return text.ToString();
    }

    private static AuthoritySignIn SignInOf(HttpContext context) => context.RequestServices.GetRequiredService<AuthoritySignIn>();

    private AuthorityOptions AuthorityOf(AuthenticationScheme scheme) => authorities.WithScheme(scheme.Name)!;

    /// <summary>Without properties, the state is forged, used, older than a quarter of an hour, or from another browser.</summary>
    private static SignInProblem ProblemOf(Exception failure, AuthenticationProperties? properties) =>
        IsUnreachable(failure) ? SignInProblem.Unreachable
        : properties is null || failure is AuthenticationFailureException { Message: "Correlation failed." } ? SignInProblem.Expired
        : SignInProblem.Failed;
}
