using System.Collections.Immutable;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Domain.Monitoring;

/// <summary>
/// Estimates accuracy from blind labels of random draws: labels are weighted by the inverse of the probability that their photo has a
/// label, post-stratified by fine cell, and the interval is Wilson's at the effective number of labels (docs/statistics.md 5.1 and 5.2).
/// </summary>
public static class AccuracyEstimator
{
    /// <summary>Number of labels that an estimate needs, unless all photos are labelled.</summary>
    public const int FewestLabels = 10;

    private const double MostLeftOut = 0.2;
    private const int FarthestAdoption = 7;

    private static readonly ImmutableArray<bool> FlagValues = [true, false];

    /// <summary>Estimates accuracy, with the worst and the best case for the photos that nobody could judge.</summary>
    public static AccuracyEstimate Estimate(AccuracyTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var estimate = EstimateOnce(table);
        if (estimate.State != EstimateState.Estimated || table.Unusable.Count == 0)
            return estimate with { Worst = estimate.Share, WorstLow = estimate.Low, Best = estimate.Share, BestHigh = estimate.High };
        var worst = EstimateOnce(Judge(table, isRight: false));
        var best = EstimateOnce(Judge(table, isRight: true));
        return estimate with
        {
            Worst = Least(worst.Share, estimate.Share),
            WorstLow = Least(worst.Low, best.Low, estimate.Low),
            Best = Most(best.Share, estimate.Share),
            BestHigh = Most(worst.High, best.High, estimate.High),
        };
    }

    /// <summary>Joins the fine cells of one model version until each group of cells has enough labels.</summary>
    /// <param name="photos">Number of photos per fine cell.</param>
    /// <param name="labels">Number of labels per fine cell.</param>
    /// <param name="expected">Expected number of labels per fine cell, from the probabilities of the draws.</param>
    /// <returns>The groups of cells, in the order of their first cells; cells without photos are in none.</returns>
    public static IReadOnlyList<ImmutableArray<FineCell>> Join(
        IReadOnlyList<int> photos,
        IReadOnlyList<int> labels,
        IReadOnlyList<double> expected
    )
    {
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(expected);
        var sides = FlagValues.Reverse().Select(flagged => JoinSide(flagged, photos, labels, expected)).ToArray();
        foreach (var flagged in FlagValues)
        {
            var (own, other) = flagged ? (sides[1], sides[0]) : (sides[0], sides[1]);
            if (own.Count != 1 || own[0].IsSufficient || other.Count == 0)
                continue;
            foreach (var cell in own[0].Cells)
            {
                var nearest = other.MinBy(group =>
                    group.Cells.Where(one => one.IsFlagged != flagged).Min(one => Math.Abs(one.Band - cell.Band))
                )!;
                nearest.Cells.Add(cell);
            }

            own.Clear();
            break;
        }

        return
        [
            .. sides
                .SelectMany(side => side)
                .Select(group => group.Cells.OrderBy(cell => cell.Index).ToImmutableArray())
                .OrderBy(cells => cells[0].Index),
        ];
    }

    private sealed class Group(List<FineCell> cells, int photos, int labels, double expected)
    {
        public List<FineCell> Cells => cells;

        public int Labels => labels;

        public bool IsSufficient => (expected >= 5 && labels >= 2) || labels == photos;

        public Group With(Group higher) =>
            new([.. cells, .. higher.Cells], photos + higher.PhotoCount, labels + higher.Labels, expected + higher.Expected);

        private int PhotoCount => photos;

        private double Expected => expected;
    }

    private static List<Group> JoinSide(bool flagged, IReadOnlyList<int> photos, IReadOnlyList<int> labels, IReadOnlyList<double> expected)
    {
        var groups = FineCell
            .All.Where(cell => cell.IsFlagged == flagged && photos[cell.Index] > 0)
            .Select(cell => new Group([cell], photos[cell.Index], labels[cell.Index], expected[cell.Index]))
            .ToList();
        while (groups.Count > 1 && groups.Exists(group => !group.IsSufficient))
        {
            var weakest = groups.IndexOf(groups.Where(group => !group.IsSufficient).MinBy(group => group.Labels)!);
            var partner =
                weakest == 0 ? 1
                : weakest == groups.Count - 1 ? weakest - 1
                : groups[weakest - 1].Labels <= groups[weakest + 1].Labels ? weakest - 1
                : weakest + 1;
            var low = Math.Min(weakest, partner);
            groups[low] = groups[low].With(groups[low + 1]);
            groups.RemoveAt(low + 1);
        }

        return groups;
    }

    private static AccuracyEstimate EstimateOnce(AccuracyTable table)
    {
        var photos = table.Windows.Sum(window => window.Total);
        if (photos == 0)
            return new AccuracyEstimate
            {
                State = EstimateState.NoData,
                Photos = 0,
                Weights = [.. new double[table.Labels.Count]],
            };
        var labelsOf = table.Labels.GroupBy(group => group.WindowId).ToDictionary(group => group.Key, group => group.Sum(g => g.Labelled));
        var leftOut = new Dictionary<Guid, LeftOutReason>();
        var measured = new List<MeasuredWindow>();
        foreach (var version in table.Windows.Where(window => window.Total > 0).GroupBy(window => window.ModelVersionId))
            Measure([.. version], labelsOf, leftOut, measured);
        var ids = measured.Select(window => window.Window.Id).ToHashSet();
        var measuredPhotos = measured.Sum(window => window.Photos);
        var labels = labelsOf.Where(entry => ids.Contains(entry.Key)).Sum(entry => entry.Value);
        var estimate = new AccuracyEstimate
        {
            State = EstimateState.TooFew,
            Photos = photos,
            MeasuredPhotos = measuredPhotos,
            Labels = labels,
            LeftOut =
            [
                .. table
                    .Windows.Where(window => leftOut.ContainsKey(window.Id))
                    .Select(window => new LeftOutWindow(window.Id, window.Total, leftOut[window.Id])),
            ],
            Weights = [.. new double[table.Labels.Count]],
        };
        if (labels < FewestLabels && (measuredPhotos == 0 || labels < measuredPhotos))
            return estimate with { Needed = FewestLabels - labels };
        if (photos - measuredPhotos > MostLeftOut * photos)
            return estimate with
            {
                State = EstimateState.NotEstimable,
                Reason = estimate.LeftOut.GroupBy(window => window.Reason).MaxBy(group => group.Sum(window => window.Photos))!.Key,
            };
        return Combine(table, measured, estimate);
    }

    /// <summary>A window with labels, and the windows without labels that it stands for.</summary>
    private sealed record MeasuredWindow(AccuracyWindow Window, List<AccuracyWindow> Adopted)
    {
        public int Photos { get; private set; } = Window.Total;

        public double Factor => (double)Photos / Window.Total;

        public void Adopt(AccuracyWindow window)
        {
            Adopted.Add(window);
            Photos += window.Total;
        }
    }

    /// <summary>Decides which windows of one model version are measured, adopted or left out.</summary>
    private static void Measure(
        List<AccuracyWindow> windows,
        Dictionary<Guid, int> labelsOf,
        Dictionary<Guid, LeftOutReason> leftOut,
        List<MeasuredWindow> measured
    )
    {
        var labels = windows.Sum(window => labelsOf.GetValueOrDefault(window.Id));
        if (labels < 2 && labels < windows.Sum(window => window.Total))
        {
            foreach (var window in windows)
                leftOut[window.Id] =
                    window.Drawn == 0 && labelsOf.GetValueOrDefault(window.Id) == 0 ? LeftOutReason.NotSampled : LeftOutReason.NotLabelled;
            return;
        }

        var own = new SortedDictionary<int, MeasuredWindow>();
        for (var i = 0; i < windows.Count; i++)
        {
            if (labelsOf.GetValueOrDefault(windows[i].Id) > 0)
                own[i] = new MeasuredWindow(windows[i], []);
        }

        var last = own.Keys.Max();
        for (var i = 0; i < windows.Count; i++)
        {
            if (own.ContainsKey(i))
                continue;
            var nearest = own.Keys.MinBy(at => (Math.Abs(at - i), at));
            if (windows[i].Drawn == 0)
                leftOut[windows[i].Id] = LeftOutReason.NotSampled;
            else if ((i > last && windows[i].Pending > 0) || Math.Abs(nearest - i) > FarthestAdoption)
                leftOut[windows[i].Id] = LeftOutReason.NotLabelled;
            else
                own[nearest].Adopt(windows[i]);
        }

        measured.AddRange(own.Values);
    }

    /// <summary>Sums over the labels of a post-stratum.</summary>
    private sealed class Sums
    {
        public int Labels { get; private set; }

        public double Weight { get; private set; }

        public double Squares { get; private set; }

        public double Right { get; private set; }

        public double Excess { get; private set; }

        public double LargestWeight { get; private set; }

        public double Accuracy => Right / Weight;

        public void Add(LabelledGroup group, double weight)
        {
            Labels += group.Labelled;
            Weight += group.Labelled * weight;
            Squares += group.Labelled * weight * weight;
            Right += group.Right * weight;
            Excess += group.Labelled * weight * Math.Max(weight - 1, 0);
            LargestWeight = Math.Max(LargestWeight, weight);
        }
    }

    private static AccuracyEstimate Combine(AccuracyTable table, List<MeasuredWindow> measured, AccuracyEstimate frame)
    {
        var ids = measured.Select(window => window.Window.Id).ToHashSet();
        var windows = measured.ToDictionary(window => window.Window.Id);
        var design = new double[table.Labels.Count];
        for (var i = 0; i < design.Length; i++)
        {
            var group = table.Labels[i];
            if (ids.Contains(group.WindowId) && group.Labelled > 0)
                design[i] =
                    windows[group.WindowId].Factor
                    / ProbabilityOf(table, windows[group.WindowId].Window, group.Cell, group.DisagreementDraws.AsSpan());
        }

        var strata = new List<AccuracyStratum>();
        var (estimate, smoothed, variance, largest) = (0.0, 0.0, 0.0, 0.0);
        var weights = new double[design.Length];
        foreach (var version in measured.GroupBy(window => window.Window.ModelVersionId))
        {
            foreach (var (cells, draw, photos, members) in StrataOf(table, version.Key, [.. version]))
            {
                var sums = new Sums();
                foreach (var i in members)
                    sums.Add(table.Labels[i], design[i]);
                foreach (var i in members)
                    weights[i] = design[i] * photos / sums.Weight;
                var share = (double)photos / frame.MeasuredPhotos;
                var effective = sums.Weight * sums.Weight / sums.Squares;
                var smooth = ((effective * sums.Accuracy) + 1) / (effective + 2);
                estimate += share * sums.Accuracy;
                smoothed += share * smooth;
                variance += share * share * smooth * (1 - smooth) * sums.Excess / (sums.Weight * sums.Weight);
                largest = Math.Max(largest, sums.LargestWeight * photos / sums.Weight);
                strata.Add(new AccuracyStratum(version.Key, cells, draw, photos, sums.Labels, sums.Accuracy));
            }
        }

        var labelled = table.Labels.Where(group => ids.Contains(group.WindowId)).ToList();
        var right = labelled.Sum(group => group.Right);
        var least = (double)right / frame.MeasuredPhotos;
        var most = 1 - ((double)(labelled.Sum(group => group.Labelled) - right) / frame.MeasuredPhotos);
        estimate = Math.Clamp(estimate, least, most);
        var effectiveLabels = variance > 0 ? smoothed * (1 - smoothed) / variance : double.PositiveInfinity;
        var interval = Wilson.Of(estimate, effectiveLabels);
        return frame with
        {
            State = EstimateState.Estimated,
            Share = estimate,
            Low = Math.Min(Math.Max(interval.Low, least), estimate),
            High = Math.Max(Math.Min(interval.High, most), estimate),
            EffectiveLabels = effectiveLabels,
            LargestWeight = largest,
            Strata = [.. strata],
            Weights = [.. weights],
        };
    }

    /// <summary>Returns the post-strata of one model version, with the indexes of their groups of labels.</summary>
    private static List<(ImmutableArray<FineCell> Cells, int? Draw, int Photos, List<int> Members)> StrataOf(
        AccuracyTable table,
        Guid version,
        List<MeasuredWindow> measured
    )
    {
        var all = measured.SelectMany(window => window.Adopted.Prepend(window.Window)).Select(window => window.Id).ToHashSet();
        var members = Enumerable
            .Range(0, table.Labels.Count)
            .Where(i => table.Labels[i].Labelled > 0 && measured.Exists(window => window.Window.Id == table.Labels[i].WindowId))
            .ToList();
        var found = new List<(ImmutableArray<FineCell>, int?, int, List<int>)>();
        var taken = new Dictionary<Guid, int[]>();
        for (var draw = 0; draw < table.ExtraDraws.Count; draw++)
        {
            if (!table.ExtraDraws[draw].IsOnDisagreements || table.ExtraDraws[draw].ModelVersionId != version)
                continue;
            var own = members.Where(i => table.Labels[i].DisagreementDraws is [var first, ..] && first == draw).ToList();
            var rest = members.Except(own).Sum(i => table.Labels[i].Labelled);
            var differing = (table.ExtraDraws[draw].Differing ?? ImmutableDictionary<Guid, ImmutableArray<int>>.Empty)
                .Where(entry => all.Contains(entry.Key))
                .ToList();
            // Cells without any label could not be estimated, so their labels stay with them.
            if (own.Sum(i => table.Labels[i].Labelled) < 2 || (rest == 0 && differing.Sum(entry => entry.Value.Sum()) < CountPhotos()))
                continue;
            foreach (var (window, counts) in differing)
            {
                var cells = taken.TryGetValue(window, out var earlier) ? earlier : taken[window] = new int[FineCell.Count];
                for (var cell = 0; cell < FineCell.Count; cell++)
                    cells[cell] += counts[cell];
            }

            found.Add(([], draw, differing.Sum(entry => entry.Value.Sum()), own));
            members = [.. members.Except(own)];
        }

        var (photos, labels, expected) = (new int[FineCell.Count], new int[FineCell.Count], new double[FineCell.Count]);
        foreach (var window in measured)
        {
            foreach (var one in window.Adopted.Prepend(window.Window))
            {
                foreach (var cell in FineCell.All)
                {
                    var count = one.Photos[cell.Index] - (taken.GetValueOrDefault(one.Id)?[cell.Index] ?? 0);
                    photos[cell.Index] += count;
                    if (one == window.Window && count > 0)
                        expected[cell.Index] += count * ProbabilityOf(table, one, cell, []);
                }
            }
        }

        foreach (var i in members)
            labels[table.Labels[i].Cell.Index] += table.Labels[i].Labelled;
        foreach (var cells in Join(photos, labels, expected))
            found.Add((cells, null, cells.Sum(cell => photos[cell.Index]), [.. members.Where(i => cells.Contains(table.Labels[i].Cell))]));
        return found;

        int CountPhotos() => measured.Sum(window => window.Photos) - taken.Values.Sum(cells => cells.Sum());
    }

    /// <summary>Returns the probability that a photo has a label: π.</summary>
    /// <param name="table">All counts.</param>
    /// <param name="window">The photo's window.</param>
    /// <param name="cell">The photo's fine cell.</param>
    /// <param name="disagreements">Indexes of the draws on disagreements in which the photo differs.</param>
    public static double ProbabilityOf(AccuracyTable table, AccuracyWindow window, FineCell cell, ReadOnlySpan<int> disagreements)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(window);
        var (reached, untaken) = (0.0, 1.0);
        for (var i = 0; i < table.ExtraDraws.Count; i++)
        {
            var draw = table.ExtraDraws[i];
            var isEligible =
                draw.ModelVersionId == window.ModelVersionId
                && draw.Windows.Contains(window.Id)
                && (draw.IsOnDisagreements ? disagreements.Contains(i) : draw.Cell == cell);
            if (!isEligible || draw.Eligible == 0)
                continue;
            reached += untaken * draw.Labelled / draw.Eligible;
            untaken *= 1 - ((double)draw.Drawn / draw.Eligible);
        }

        return ((double)window.Labelled / window.Total) + ((1 - ((double)window.Drawn / window.Total)) * reached);
    }

    /// <summary>Returns the table as if all photos that nobody could judge were labelled, all right or all wrong.</summary>
    private static AccuracyTable Judge(AccuracyTable table, bool isRight)
    {
        var byBase = table.Unusable.Where(photo => photo.Draw is null).CountBy(photo => photo.WindowId).ToDictionary();
        var byDraw = table.Unusable.Where(photo => photo.Draw is not null).CountBy(photo => photo.Draw!.Value).ToDictionary();
        return table with
        {
            Windows = [.. table.Windows.Select(window => window with { Labelled = window.Labelled + byBase.GetValueOrDefault(window.Id) })],
            ExtraDraws = [.. table.ExtraDraws.Select((draw, i) => draw with { Labelled = draw.Labelled + byDraw.GetValueOrDefault(i) })],
            Labels =
            [
                .. table.Labels,
                .. table.Unusable.Select(photo => new LabelledGroup(
                    photo.WindowId,
                    photo.Cell,
                    Labelled: 1,
                    Right: isRight ? 1 : 0,
                    photo.Draw is { } draw && table.ExtraDraws[draw].IsOnDisagreements ? [draw] : []
                )),
            ],
            Unusable = [],
        };
    }

    private static double? Least(params ReadOnlySpan<double?> values)
    {
        double? least = null;
        foreach (var value in values)
            least = value is null || value > least ? least : value;
        return least;
    }

    private static double? Most(params ReadOnlySpan<double?> values)
    {
        double? most = null;
        foreach (var value in values)
            most = value is null || value < most ? most : value;
        return most;
    }
}
