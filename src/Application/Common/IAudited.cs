using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Common;

/// <summary>
/// A message whose changes are an entry of the audit log when a person or a program with a key sends it. Photos, feedback and labels are
/// not audited: they are rows that say themselves who made them, and when.
/// </summary>
public interface IAudited
{
    /// <summary>What the message does, for the entry.</summary>
    AuditedAction Audited { get; }
}
