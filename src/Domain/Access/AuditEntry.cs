namespace GourmetGram.Domain.Access;

/// <summary>How a person or program reached the server.</summary>
public enum AuditChannel
{
    /// <summary>A page of the site.</summary>
    Page,

    /// <summary>The API.</summary>
    Api,

    /// <summary>The command <c>gourmetgram</c> on the server's machine.</summary>
    CommandLine,
}

/// <summary>What a change is about.</summary>
public enum AuditArea
{
    /// <summary>Signing in and out.</summary>
    SignIn,

    /// <summary>Accounts and keys.</summary>
    People,

    /// <summary>Photos and the object store.</summary>
    Photos,

    /// <summary>Loops, feedback held for review, and Label Studio.</summary>
    Loops,

    /// <summary>Labels that an administrator decides or checks.</summary>
    Labels,

    /// <summary>Dataset versions and their photos.</summary>
    Datasets,

    /// <summary>Training, comparing and serving models.</summary>
    Models,

    /// <summary>Jobs and alerts.</summary>
    Operation,
}

/// <summary>An entry of the audit log: who changed what, when and from where. Entries are added and, when they are old, deleted.</summary>
public sealed class AuditEntry
{
    /// <summary>Maximum length of a subject in characters. Longer ones are cut.</summary>
    public const int SubjectLength = 300;

    private AuditEntry()
    {
        Actor = null!;
        Name = Action = Subject = null!;
    }

    /// <summary>UUIDv7: entries are ordered by time.</summary>
    public Guid Id { get; private init; }

    /// <summary>When the change was made, UTC.</summary>
    public DateTimeOffset At { get; private init; }

    /// <summary>The caller.</summary>
    public Actor Actor { get; private init; }

    /// <summary>Name of the caller at that time, as histories show it.</summary>
    public string Name { get; private init; }

    public AuditArea Area { get; private init; }

    /// <summary>What was done, in words: "Changed a loop".</summary>
    public string Action { get; private init; }

    /// <summary>What it was done to: a name or an id; empty for the whole installation.</summary>
    public string Subject { get; private init; }

    /// <summary>
    /// The changed values as a JSON object from <c>row.property</c> to an array of the value before and the value after; null when there
    /// are none to tell. Secrets are left out.
    /// </summary>
    public string? Changes { get; private init; }

    public AuditChannel Channel { get; private init; }

    /// <summary>
    /// The client's IP address; of IPv6, the 64-bit network. Null on the server's machine, and for visitors unless they try to sign in.
    /// </summary>
    public string? Address { get; private init; }

    /// <summary>Id of the request, which the log of the server names too; null without a request.</summary>
    public string? RequestId { get; private init; }

    /// <summary>Creates an entry.</summary>
    /// <param name="caller">Who made the change, and from where.</param>
    /// <param name="action">What was done.</param>
    /// <param name="changes">The changed values as JSON; null for none.</param>
    /// <param name="now">The time, UTC.</param>
    public static AuditEntry Of(AuditedCaller caller, AuditedAction action, string? changes, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(action);
        return new AuditEntry
        {
            Id = Guid.CreateVersion7(now),
            At = now,
            Actor = caller.Actor,
            Name = caller.Name,
            Area = action.Area,
            Action = action.Action,
            Subject = action.Subject.Length > SubjectLength ? action.Subject[..SubjectLength] : action.Subject,
            Changes = changes,
            Channel = caller.Channel,
            Address = caller.Address,
            RequestId = caller.RequestId,
        };
    }
}

/// <summary>A person or program whose changes are audited.</summary>
/// <param name="Actor">The identity.</param>
/// <param name="Name">The name that histories show.</param>
/// <param name="Channel">How the caller reached the server.</param>
/// <param name="Address">See <see cref="AuditEntry.Address"/>.</param>
/// <param name="RequestId">See <see cref="AuditEntry.RequestId"/>.</param>
public sealed record AuditedCaller(Actor Actor, string Name, AuditChannel Channel, string? Address = null, string? RequestId = null);

/// <summary>What an entry of the audit log says about a change.</summary>
/// <param name="Area">What the change is about.</param>
/// <param name="Action">What was done, in words: "Changed a loop".</param>
/// <param name="Subject">What it was done to: a name or an id; empty for the whole installation.</param>
public sealed record AuditedAction(AuditArea Area, string Action, string Subject = "");
