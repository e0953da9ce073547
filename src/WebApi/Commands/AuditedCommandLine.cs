using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.WebApi.Security;

namespace GourmetGram.WebApi.Commands;

/// <summary>The person who runs a command without the server.</summary>
internal sealed class AuditedCommandLine : IAuditedCaller
{
    public AuditedCaller Current { get; } =
        new(new Actor(ActorKind.ApiKey, ApiKeyHandler.LocalId), CommandLine.Requester, AuditChannel.CommandLine);
}
