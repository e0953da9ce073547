using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>A stored decision about a label that may be wrong.</summary>
/// <param name="TaskId">The task whose label was checked.</param>
/// <param name="Decision">The decision.</param>
/// <param name="LabelId">The new label, which can be withdrawn; null unless the label was changed.</param>
/// <param name="CheckedAt">When the label was checked, UTC.</param>
public sealed record LabelCheckResponse(Guid TaskId, CheckDecision Decision, Guid? LabelId, DateTimeOffset CheckedAt)
{
    internal static LabelCheckResponse From(LabelCheck check, Guid? labelId = null) => new(check.TaskId, check.Decision, labelId, check.At);
}
