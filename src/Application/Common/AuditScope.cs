using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Common;

/// <summary>
/// The action whose first commit takes an entry of the audit log along. It belongs to the message that is being handled, and flows with its
/// asynchronous calls into the scopes of its steps.
/// </summary>
public sealed class AuditScope
{
    private readonly AsyncLocal<Pending?> current = new();

    /// <summary>The action without an entry; null when there is none, or when its entry is committed.</summary>
    public AuditedAction? Action => current.Value?.Action;

    /// <summary>What the entry says in place of the changed values; null for those.</summary>
    public IReadOnlyDictionary<string, object>? Details => current.Value?.Details;

    /// <summary>Sets what the entry says in place of the changed values. A step that starts over sets it again.</summary>
    /// <param name="details">Numbers and texts by what they are.</param>
    public void Tell(IReadOnlyDictionary<string, object> details)
    {
        if (current.Value is { } pending)
            pending.Details = details;
    }

    /// <summary>Gives the next commit of the message an entry too, because it is a change of its own.</summary>
    public void Continue()
    {
        if (current.Value is { } pending)
            (pending.Action, pending.Details) = (pending.Whole, null);
    }

    /// <summary>Sets the action until the result is disposed of. An action within another one has no entry of its own.</summary>
    public IDisposable Begin(AuditedAction action)
    {
        if (current.Value is not null)
            return Nothing.Instance;
        current.Value = new Pending(action);
        return new End(this);
    }

    /// <summary>Says that the entry is committed.</summary>
    public void Recorded()
    {
        if (current.Value is { } pending)
            pending.Action = null;
    }

    /// <summary>Is shared by the steps of a message: what one of them changes in it, the next sees.</summary>
    private sealed class Pending(AuditedAction whole)
    {
        public AuditedAction Whole { get; } = whole;

        public AuditedAction? Action { get; set; } = whole;

        public IReadOnlyDictionary<string, object>? Details { get; set; }
    }

    private sealed class End(AuditScope scope) : IDisposable
    {
        public void Dispose() => scope.current.Value = null;
    }

    private sealed class Nothing : IDisposable
    {
        public static readonly Nothing Instance = new();

        public void Dispose()
        {
            // The outer action goes on.
        }
    }
}
