using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Access;

/// <summary>Which entries of the audit log are listed. Null members do not restrict.</summary>
/// <param name="Who">Name of the caller, as entries show it.</param>
/// <param name="Area">What the changes are about.</param>
/// <param name="From">First day, UTC.</param>
/// <param name="To">Last day, UTC.</param>
/// <param name="Text">Text within what was done, or to what.</param>
public sealed record AuditFilter(
    string? Who = null,
    AuditArea? Area = null,
    DateOnly? From = null,
    DateOnly? To = null,
    string? Text = null
)
{
    internal DateTimeOffset? Start => From is { } day ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null;

    /// <summary>The moment after the last day.</summary>
    internal DateTimeOffset? End =>
        To is not { } day ? null
        : day == DateOnly.MaxValue ? DateTimeOffset.MaxValue
        : new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
}
