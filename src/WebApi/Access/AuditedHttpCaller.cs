using System.Diagnostics;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.WebApi.Security;

namespace GourmetGram.WebApi.Access;

/// <summary>The person or program that sent the request.</summary>
internal sealed class AuditedHttpCaller(IHttpContextAccessor accessor, ICallerAddress address) : IAuditedCaller
{
    public AuditedCaller? Current
    {
        get
        {
            if (accessor.HttpContext is not { } context || context.User.ToCaller().Actor is not { IsKnown: true } actor)
                return null;
            var channel =
                actor is { Kind: ActorKind.ApiKey, Id: ApiKeyHandler.LocalId } ? AuditChannel.CommandLine
                : context.IsPage() || IsReturn(context) ? AuditChannel.Page
                : AuditChannel.Api;
            return new AuditedCaller(
                actor,
                context.User.SignInName(),
                channel,
                // Visitors are promised that their address is not stored.
                channel == AuditChannel.CommandLine
                || actor.Kind == ActorKind.Visitor
                    ? null
                    : address.Current,
                // As problem details and the log name it.
                Activity.Current?.Id
                    ?? context.TraceIdentifier
            );
        }
    }

    /// <summary>Returns whether a browser comes back from a server with whose account a person signs in.</summary>
    private static bool IsReturn(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/sign-in", StringComparison.OrdinalIgnoreCase);
}
