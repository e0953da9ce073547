using System.Globalization;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>The comparison of one week with the weeks before. See <see cref="GetDrift"/>.</summary>
/// <param name="State">What can be said about the week.</param>
/// <param name="Week">Monday of the week, UTC.</param>
/// <param name="ModelVersion">The model version; null if no version answered in the week and none was named.</param>
/// <param name="Items">The charts.</param>
/// <param name="Weeks">The weeks that are compared, oldest first.</param>
internal sealed record FoundDrift(
    DriftState State,
    DateOnly Week,
    string? ModelVersion,
    IReadOnlyList<GetDrift.Item> Items,
    IReadOnlyList<GetDrift.WeekItem> Weeks
);

/// <summary>
/// Compares a week with the weeks before. A comparison enumerates thousands of assignments of days (docs/statistics.md 5.6), so job
/// <c>detect-drift</c> stores it.
/// </summary>
internal sealed class DriftFinder(IDailyCountReader reader)
{
    /// <summary>Number of charts that share the false-alarm level.</summary>
    public const int Charts = 2;

    private const int MostChanges = 5;
    private const int LastWeekday = 6;

    /// <summary>Returns the name under which the comparison of a model version is stored; of the newest one for null.</summary>
    public static string NameOf(Guid? modelVersionId) => modelVersionId is { } id ? $"drift/{id}" : "drift";

    /// <summary>Returns the days of a week.</summary>
    public static Period DaysOf(DateOnly monday) => new(monday, monday.AddDays(LastWeekday));

    /// <summary>Returns the versions that answered photos of a week, oldest first.</summary>
    public async Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(
        IReadOnlyList<ModelVersion> models,
        DateOnly week,
        CancellationToken cancellationToken
    )
    {
        var present = await reader.ListModelVersionsAsync(week, DaysOf(week).To, cancellationToken);
        return [.. models.Where(model => present.Contains(model.Id))];
    }

    /// <summary>Compares a week of a model version with the weeks before.</summary>
    public async Task<FoundDrift> CompareAsync(ModelVersion? model, DateOnly week, CancellationToken cancellationToken)
    {
        IReadOnlyList<DriftWeek> weeks = [];
        if (model is not null)
        {
            var first = week.AddDays(-(LastWeekday + 1) * Drift.EarlierWeeks);
            weeks = DriftWeek.Of(model, week, await reader.ReadAsync(model.Id, first, DaysOf(week).To, cancellationToken));
        }

        var state = Drift.StateOf(weeks.Count == 0 ? 0 : weeks[^1].Photos, Math.Max(weeks.Count - 1, 0));
        return new FoundDrift(
            state,
            week,
            model?.Version,
            [
                ItemOf("classes", state, DriftStatistic.G, weeks, [.. weeks.Select(one => one.Classes)], model?.Labels.Length ?? 0, bin =>
                    model!.Labels[bin]
                ),
                ItemOf(
                    "confidence",
                    state,
                    DriftStatistic.CramerVonMises,
                    weeks,
                    [.. weeks.Select(one => one.Bins)],
                    WindowCount.Bins,
                    NameOfBin
                ),
            ],
            [.. weeks.Select(one => WeekOf(one, model!))]
        );
    }

    private static GetDrift.Item ItemOf(
        string chart,
        DriftState state,
        DriftStatistic statistic,
        IReadOnlyList<DriftWeek> weeks,
        IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> days,
        int bins,
        Func<int, string> nameOf
    )
    {
        var photos = weeks.Count == 0 ? 0 : weeks[^1].Photos;
        if (state is DriftState.TooFew or DriftState.TooFewWeeks)
            return new GetDrift.Item(chart, state, photos, Statistic: null, P: null, Psi: null, Marked: false) { Changes = [] };
        var test = Drift.Test(statistic, days, Drift.SeedOf(chart, weeks[^1].Week));
        var now = DriftWeek.Sum([days[^1]], bins);
        var before = DriftWeek.Sum(days.SkipLast(1), bins);
        var isMarked = state == DriftState.Judged && test.P <= Drift.LevelOf(Charts);
        return new GetDrift.Item(
            chart,
            state,
            photos,
            test.Statistic,
            state == DriftState.Judged ? test.P : null,
            Drift.PsiOf(now, before),
            isMarked
        )
        {
            Changes = isMarked
                ?
                [
                    .. Drift
                        .ChangesOf(now, before)
                        .Where(change => Math.Abs(change.Now - change.Before) > 0)
                        .Take(MostChanges)
                        .Select(change => new GetDrift.Change(nameOf(change.Bin), change.Now, change.Before)),
                ]
                : [],
        };
    }

    private static GetDrift.WeekItem WeekOf(DriftWeek week, ModelVersion model)
    {
        var classes = DriftWeek.Sum([week.Classes], model.Labels.Length);
        var bins = DriftWeek.Sum([week.Bins], WindowCount.Bins);
        return new GetDrift.WeekItem(
            week.Week,
            week.Photos,
            model
                .Labels.Zip(classes)
                .ToDictionary(pair => pair.First, pair => pair.Second / Math.Max(week.Photos, 1), StringComparer.Ordinal),
            week.Photos == 0 ? null : bins.Index().Sum(bin => bin.Item * (bin.Index + 0.5) / WindowCount.Bins) / week.Photos
        );
    }

    private static string NameOfBin(int bin) =>
        string.Create(CultureInfo.InvariantCulture, $"{(double)bin / WindowCount.Bins:0.00}–{(bin + 1.0) / WindowCount.Bins:0.00}");
}
