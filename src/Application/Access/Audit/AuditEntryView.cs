using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Access;

/// <summary>An entry of the audit log.</summary>
public sealed record AuditEntryView
{
    public required Guid Id { get; init; }

    /// <summary>When the change was made, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Name of the caller at that time.</summary>
    public required string Who { get; init; }

    /// <summary>The caller as <c>kind:id</c>.</summary>
    public required string Actor { get; init; }

    public required AuditArea Area { get; init; }

    /// <summary>What was done, in words.</summary>
    public required string Action { get; init; }

    /// <summary>What it was done to: a name or an id; empty for the whole installation.</summary>
    public required string Subject { get; init; }

    /// <summary>
    /// The changed values as the text of a JSON object from <c>row.property</c> to an array of the value before and the value after, and
    /// the numbers of rows added and deleted. Secrets are left out. Null when there is nothing to tell.
    /// </summary>
    public string? Changes { get; init; }

    public required AuditChannel Channel { get; init; }

    /// <summary>
    /// The client's IP address; of IPv6, the 64-bit network. Null on the server's machine, and for visitors unless they try to sign in.
    /// </summary>
    public string? Address { get; init; }

    /// <summary>Id of the request, as in the server's log.</summary>
    public string? RequestId { get; init; }

    internal static AuditEntryView From(AuditEntry entry) =>
        new()
        {
            Id = entry.Id,
            At = entry.At,
            Who = entry.Name,
            Actor = entry.Actor.ToString(),
            Area = entry.Area,
            Action = entry.Action,
            Subject = entry.Subject,
            Changes = entry.Changes,
            Channel = entry.Channel,
            Address = entry.Address,
            RequestId = entry.RequestId,
        };
}
