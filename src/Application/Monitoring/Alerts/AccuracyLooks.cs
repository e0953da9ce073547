using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Looks at the accuracy of the serving version for the alert rules (docs/statistics.md 5.15). Each method is the work of one step and
/// returns the number of alerts whose state changed.
/// </summary>
internal sealed class AccuracyLooks(
    SampleLoader loader,
    IServedVersions versions,
    IRepository<ModelVersion> models,
    IRepository<Alert> alerts,
    IRepository<AnnotationTask> tasks,
    AlertRecorder recorder,
    AlertRules rules,
    IClassifier classifier,
    TimeProvider time
)
{
    private const int AccuracyDays = 28;
    private const int LongDays = 90;

    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>
    /// Whether the weekly looks are due: on Mondays, unless they happened that day, and whenever the last ones were seven days ago.
    /// </summary>
    public async Task<bool> IsWeekOverAsync(CancellationToken cancellationToken) =>
        await alerts.FirstOrDefaultAsync(new AlertByRule(RuleNames.Accuracy), cancellationToken) is not { } last
        || time.GetUtcNow() - last.CheckedAt >= Week
        || (Today.DayOfWeek == DayOfWeek.Monday && DateOnly.FromDateTime(last.CheckedAt.UtcDateTime) < Today);

    /// <summary>Whether the daily looks are due.</summary>
    public async Task<bool> IsDayOverAsync(CancellationToken cancellationToken) =>
        await alerts.FirstOrDefaultAsync(new AlertByRule(RuleNames.Backlog), cancellationToken) is not { } last
        || DateOnly.FromDateTime(last.CheckedAt.UtcDateTime) < Today;

    /// <summary>Looks at the accuracy, at the accuracy of each class, and at the difference between confidence and accuracy.</summary>
    public async Task<int> LookWeeklyAsync(CancellationToken cancellationToken)
    {
        var (serving, _) = await FindVersionsAsync(cancellationToken);
        var changed = 0;
        var month = SampleEstimate.Of(await ReadAsync(serving, AccuracyDays, cancellationToken)).Estimate;
        var rule = rules.OfAccuracy();
        changed += await RecordAsync(
            RuleNames.Accuracy,
            alert => rule.Next(alert.Memory, LookAt(month)),
            $"{Describe(month)}; floor {rule.Floor:P0}{Unless(month.EffectiveLabels >= rule.LeastEffectiveSize, month.State)}",
            cancellationToken
        );
        var labels = SampleEstimate.Of(await ReadAsync(serving, LongDays, cancellationToken)).Labels;
        changed += await LookAtClassesAsync(serving, labels, cancellationToken);
        return changed + await LookAtConfidenceAsync(labels, cancellationToken);
    }

    /// <summary>
    /// Looks at the serving version beside the version before, whenever it has one of the planned numbers of labels, and at the oldest
    /// photo of the random sample that waits for a label.
    /// </summary>
    public async Task<int> LookDailyAsync(CancellationToken cancellationToken)
    {
        var changed = await LookAtVersionBeforeAsync(cancellationToken);
        var oldest = await tasks.FirstOrDefaultAsync(new OldestPendingTask(RandomSampleLoop.Name), cancellationToken);
        var age = time.GetUtcNow() - (oldest?.CreatedAt ?? time.GetUtcNow());
        var value = oldest is null ? "No photo waits for a label" : $"The oldest photo has waited for {(int)age.TotalDays} days";
        if (
            await recorder.RecordAsync(
                RuleNames.Backlog,
                AlertState.Ok,
                (alert, now) => alert.Look(age > rules.LongestBacklog, value, now),
                cancellationToken
            )
        )
            changed++;
        return changed;
    }

    private async Task<int> LookAtClassesAsync(
        ModelVersion? serving,
        IReadOnlyList<WeightedLabel> labels,
        CancellationToken cancellationToken
    )
    {
        var changed = 0;
        var names = serving?.Labels ?? [];
        for (var index = 0; index < names.Length; index++)
        {
            var rule = rules.OfClass(names.Length);
            var part = PartEstimate.Of(
                labels.Where(label => label.Photo.LabelIndex == index).Select(label => (label.Weight, label.Photo.IsRight))
            );
            changed += await RecordAsync(
                RuleNames.OfClass(names[index]),
                alert =>
                    rule.Next(
                        alert.Memory,
                        part.State == EstimateState.Estimated
                            ? new AlertLook(part.Share!.Value, part.EffectiveLabels!.Value, part.Labels)
                            : null
                    ),
                part.State == EstimateState.Estimated
                    ? $"{Share(part.Share!.Value, part.Low!.Value, part.High!.Value)}, {part.Labels} labels; floor {rule.Floor:P0}"
                    : $"Too few labels to judge: {part.Labels} of {rule.LeastLabels}",
                cancellationToken
            );
        }

        // Another model may lack a class. Its alert must not stay open for ever.
        var known = names.Select(RuleNames.OfClass).ToHashSet(StringComparer.Ordinal);
        foreach (var alert in await alerts.ListAsync(new AllAlerts(), cancellationToken))
        {
            if (RuleNames.IsOfClass(alert.Rule) && !known.Contains(alert.Rule) && alert.State != AlertState.Waiting)
                changed += await RecordAsync(
                    alert.Rule,
                    _ => AlertMemory.Start,
                    "The serving version does not have this class",
                    cancellationToken
                );
        }

        return changed;
    }

    private async Task<int> LookAtConfidenceAsync(IReadOnlyList<WeightedLabel> labels, CancellationToken cancellationToken)
    {
        var calibration = Calibration.Of([.. labels.Select(label => (label.Weight, label.Photo.Confidence!.Value, label.Photo.IsRight))]);
        var rule = rules.OfConfidenceGap();
        return await RecordAsync(
            RuleNames.ConfidenceGap,
            alert => rule.Next(alert.Memory, calibration.Gap ?? double.NaN, calibration.GapStandardError ?? double.NaN, calibration.Labels),
            calibration.Gap is { } gap
                ? Format(
                    $"Confidence minus accuracy: {100 * gap:+0.0;−0.0;0.0} points, ± {196 * calibration.GapStandardError!.Value:0.0}; "
                )
                    + Format($"limit {100 * rule.Limit:0} points, {calibration.Labels} labels")
                    + (calibration.Labels < ConfidenceGapRule.LeastLabels ? "; too few labels to judge" : "")
                : $"Too few labels to judge: 0 of {ConfidenceGapRule.LeastLabels}",
            cancellationToken
        );
    }

    private async Task<int> LookAtVersionBeforeAsync(CancellationToken cancellationToken)
    {
        var (serving, before) = await FindVersionsAsync(cancellationToken);
        if (serving is null)
            return 0;
        var now = await EstimateAsync(serving.Id, DateOnly.MinValue, Today, cancellationToken);
        AccuracyEstimate? former = null;
        if (before is not null)
        {
            var last = DateOnly.FromDateTime(before.LastPhotoAt.UtcDateTime);
            former = await EstimateAsync(before.ModelVersionId, last.AddDays(1 - LongDays), last, cancellationToken);
        }

        var changed = await recorder.RecordAsync(
            RuleNames.VersionBefore,
            AlertState.Waiting,
            (alert, time) =>
            {
                var memory = VersionBeforeRule.Next(
                    alert.MemoryOf(serving.Id),
                    now.Labels,
                    LookAt(now),
                    former is null ? null : LookAt(former)
                );
                return alert.Look(memory, serving.Id, Describe(memory, before is not null, now.Labels), time);
            },
            cancellationToken
        );
        return changed ? 1 : 0;
    }

    /// <returns>The serving version, and the version that served before it; null where there is none.</returns>
    private async Task<(ModelVersion? Serving, ServedVersion? Before)> FindVersionsAsync(CancellationToken cancellationToken)
    {
        var served = await versions.ListAsync(cancellationToken);
        var serving = await models.FirstOrDefaultAsync(new ModelVersionOf(classifier.Model), cancellationToken);
        return (serving, served.FirstOrDefault(version => version.ModelVersionId != serving?.Id));
    }

    /// <summary>Reads the sample of the last whole days.</summary>
    private async Task<Sample> ReadAsync(ModelVersion? serving, int days, CancellationToken cancellationToken) =>
        serving is null
            ? new Sample([], [], [])
            : await loader.ReadAsync(new Period(Today.AddDays(-days), Today.AddDays(-1)), [serving.Id], cancellationToken);

    private async Task<AccuracyEstimate> EstimateAsync(
        Guid modelVersionId,
        DateOnly first,
        DateOnly last,
        CancellationToken cancellationToken
    ) => SampleEstimate.Of(await loader.ReadAsync(new Period(first, last), [modelVersionId], cancellationToken)).Estimate;

    private async Task<int> RecordAsync(string rule, Func<Alert, AlertMemory> next, string value, CancellationToken cancellationToken) =>
        await recorder.RecordAsync(rule, AlertState.Waiting, (alert, now) => alert.Look(next(alert), value, now), cancellationToken)
            ? 1
            : 0;

    private static AlertLook? LookAt(AccuracyEstimate estimate) =>
        estimate.State == EstimateState.Estimated
            ? new AlertLook(estimate.Share!.Value, estimate.EffectiveLabels!.Value, estimate.Labels)
            : null;

    private static string Describe(AccuracyEstimate estimate) =>
        estimate.State switch
        {
            EstimateState.Estimated =>
                $"{Share(estimate.Share!.Value, estimate.Low!.Value, estimate.High!.Value)}, {estimate.Labels} labels",
            EstimateState.TooFew => $"Too few labels to judge: {estimate.Labels}",
            EstimateState.NotEstimable => "Not estimable, because too many photos have no labels",
            _ => "No photos",
        };

    private static string Describe(VersionLookMemory memory, bool hasBefore, int labels)
    {
        var next = VersionBeforeRule.Looks.Where(look => look > memory.LabelsLooked).Select(look => (int?)look).FirstOrDefault();
        var plan = next is { } number ? $"next look at {number} labels, {labels} now" : "no further look";
        if (!hasBefore)
            return "No version served before";
        return memory.Difference is { } difference
            ? Format($"{100 * difference.Estimate:+0.0;−0.0;0.0} points ({100 * difference.Low:+0.0;−0.0;0.0} to ")
                + Format($"{100 * difference.High:+0.0;−0.0;0.0}) at {memory.LabelsLooked} labels; {plan}")
            : $"Not compared yet; {plan}";
    }

    private static string Unless(bool counts, EstimateState state) =>
        counts || state != EstimateState.Estimated ? "" : "; too few labels to judge";

    private static string Share(double share, double low, double high) =>
        Format($"{100 * share:0.0} % ({100 * low:0.0} to {100 * high:0.0} %)");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
