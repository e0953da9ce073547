using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace GourmetGram.Domain.Monitoring;

/// <summary>Photos of a cell in one window.</summary>
/// <param name="Photos">Number of photos, with those of windows that it stands for.</param>
/// <param name="Probability">Probability in [0, 1] that such a photo has a label so far, pending tasks counted as labelled.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BudgetWindow(double Photos, double Probability);

/// <summary>Photos of one model version, confidence band and flag value in a period.</summary>
/// <param name="Share">Expected share of right answers, which serves to show the interval: <see cref="LabelBudget.ShareOf"/>.</param>
/// <param name="AllocationShare">The same without the labels of the period, which serves to allocate:
/// <see cref="LabelBudget.AllocationShareOf"/>.</param>
/// <param name="Windows">The cell's photos per window.</param>
public sealed record BudgetCell(double Share, double AllocationShare, IReadOnlyList<BudgetWindow> Windows);

/// <summary>An allocation of further labels.</summary>
/// <param name="Extra">Number of photos to take from each cell, in the order of the cells.</param>
/// <param name="HalfWidthNow">Half of the expected interval without them.</param>
/// <param name="HalfWidthThen">Half of the expected interval with them.</param>
public sealed record BudgetPlan(ImmutableArray<int> Extra, double HalfWidthNow, double HalfWidthThen);

/// <summary>
/// A label budget: which photos further labels should be spent on, and how narrow the interval of the accuracy then becomes
/// (docs/statistics.md 5.14). The greedy allocation is the best one, as each further photo of a cell gains less than the one before
/// (Gross 1956; Neyman allocation with whole numbers).
/// </summary>
public static class LabelBudget
{
    /// <summary>Smallest and, from 1 downwards, largest share that serves to allocate.</summary>
    private const double LeastAllocationShare = 0.05;

    /// <summary>Largest factor for the random sample that is looked at.</summary>
    private const double MostFactor = 1 << 20;

    /// <summary>Returns the share that serves to show the interval.</summary>
    /// <param name="right">Labels that agree with the model in this cell.</param>
    /// <param name="labels">Labels in this cell.</param>
    public static double ShareOf(int right, int labels) => (right + 1.0) / (labels + 2.0);

    /// <summary>
    /// Returns the share that serves to allocate. Labels of the period have no part in it, or they would bias the estimate.
    /// </summary>
    /// <param name="meanConfidence">Mean stated confidence of the cell's photos.</param>
    /// <param name="isFlagged">Whether the photos of the cell are flagged.</param>
    public static double AllocationShareOf(double meanConfidence, bool isFlagged) =>
        isFlagged || double.IsNaN(meanConfidence) ? 0.5 : Math.Clamp(meanConfidence, LeastAllocationShare, 1 - LeastAllocationShare);

    /// <summary>Allocates further labels one by one to the cell where the next one is expected to gain the most.</summary>
    /// <param name="cells">Cells in the order version, flagged no and yes, band: of equal gains the first cell gets the label.</param>
    /// <param name="labels">Number of further labels. What exceeds the photos without a label is not allocated.</param>
    public static BudgetPlan Allocate(IReadOnlyList<BudgetCell> cells, int labels)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentOutOfRangeException.ThrowIfNegative(labels);
        var allocation = new Allocation(cells);
        var now = allocation.HalfWidth();
        allocation.Jump(() => allocation.Taken <= labels);
        while (allocation.Taken < labels && allocation.TakeNext()) { }
        return new BudgetPlan(allocation.Extra(), now, allocation.HalfWidth());
    }

    /// <summary>Returns half of the expected interval, in [0, 0.5].</summary>
    /// <param name="cells">Cells of the period.</param>
    public static double HalfWidth(IReadOnlyList<BudgetCell> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        return new Allocation(cells).HalfWidth();
    }

    /// <summary>Returns the fewest further labels whose allocation makes half of the interval at most this wide.</summary>
    /// <param name="cells">Cells, in the same order as for <see cref="Allocate"/>.</param>
    /// <param name="targetHalfWidth">Half of the interval that is wanted.</param>
    /// <returns>Number of labels; null if all photos do not suffice.</returns>
    public static int? Needed(IReadOnlyList<BudgetCell> cells, double targetHalfWidth)
    {
        ArgumentNullException.ThrowIfNull(cells);
        var allocation = new Allocation(cells);
        if (allocation.HalfWidth() <= targetHalfWidth)
            return 0;
        allocation.Jump(() => allocation.HalfWidth() > targetHalfWidth);
        while (allocation.TakeNext())
        {
            if (allocation.HalfWidth() <= targetHalfWidth)
                return allocation.Taken;
        }

        return null;
    }

    /// <summary>
    /// Returns by which factor the random sample would have to grow to make half of the interval at most this wide, within 0.1 %.
    /// </summary>
    /// <param name="cellsAt">Cells of the period if each window had this many times its labels of the base draw.</param>
    /// <param name="targetHalfWidth">Half of the interval that is wanted.</param>
    /// <returns>Factor of at least 1; null if all photos do not suffice.</returns>
    public static double? FactorForRandomSample(Func<double, IReadOnlyList<BudgetCell>> cellsAt, double targetHalfWidth)
    {
        ArgumentNullException.ThrowIfNull(cellsAt);
        bool Suffices(double factor) => HalfWidth(cellsAt(factor)) <= targetHalfWidth;
        var (low, high) = (1.0, 1.0);
        while (!Suffices(high))
        {
            if (high >= MostFactor)
                return null;
            (low, high) = (high, high * 2);
        }

        while (high - low > 0.001 * low)
        {
            var middle = (low + high) / 2;
            (low, high) = Suffices(middle) ? (low, middle) : (middle, high);
        }

        return high;
    }

    /// <summary>An allocation in progress.</summary>
    private sealed class Allocation
    {
        private readonly Cell[] cells;
        private readonly double photos;
        private readonly double accuracy;

        /// <summary>Cells that can take another photo; the largest gain first, then the first cell.</summary>
        private readonly PriorityQueue<Cell, (double MinusGain, int Index)> next = new();

        public Allocation(IReadOnlyList<BudgetCell> cells)
        {
            this.cells = [.. cells.Select((one, i) => new Cell(one, i))];
            photos = this.cells.Sum(one => one.Photos);
            accuracy = photos > 0 ? this.cells.Sum(one => one.Photos * one.Share) / photos : 0;
            QueueAll();
        }

        /// <summary>Number of photos allocated so far.</summary>
        public int Taken => cells.Sum(one => one.Taken);

        public ImmutableArray<int> Extra() => [.. cells.Select(one => one.Taken)];

        public double HalfWidth()
        {
            if (photos <= 0)
                return 0.5;
            var variance = cells.Sum(one => one.Variance) / photos / photos;
            var size = variance > 0 ? accuracy * (1 - accuracy) / variance : double.PositiveInfinity;
            var interval = Wilson.Of(accuracy, size);
            return (interval.High - interval.Low) / 2;
        }

        /// <summary>Takes the photo with the largest gain.</summary>
        /// <returns>False if no photo is left.</returns>
        public bool TakeNext()
        {
            if (!next.TryDequeue(out var cell, out _))
                return false;
            cell.Take(cell.Taken + 1);
            Queue(cell);
            return true;
        }

        /// <summary>
        /// Takes many photos at once: all whose gain is above a bound, with the lowest bound of a search at which the allocation still
        /// keeps a condition. These are the first photos that one by one would be taken, so taking the rest one by one gives the same.
        /// </summary>
        public void Jump(Func<bool> keeps)
        {
            var largest = cells.Max(one => (double?)one.LargestFiniteGain) ?? 0;
            if (largest <= 0)
                return;
            var (low, high) = (Math.Log(largest) - 40, Math.Log(largest) + 1);
            for (var round = 0; round < 24; round++)
            {
                var middle = (low + high) / 2;
                TakeAbove(Math.Exp(middle));
                (low, high) = keeps() ? (low, middle) : (middle, high);
            }

            TakeAbove(Math.Exp(high));
            // Above every finite gain; what remains above it is taken one by one.
            if (!keeps())
                TakeAbove(double.PositiveInfinity);
            QueueAll();
        }

        private void TakeAbove(double bound)
        {
            foreach (var cell in cells)
            {
                var (low, high) = (0, cell.Most);
                while (low < high)
                {
                    var middle = low + ((high - low) / 2);
                    (low, high) = cell.GainAt(middle) > bound ? (middle + 1, high) : (low, middle);
                }

                cell.Take(low);
            }
        }

        private void QueueAll()
        {
            next.Clear();
            foreach (var cell in cells)
                Queue(cell);
        }

        private void Queue(Cell cell)
        {
            if (cell.Taken < cell.Most)
                next.Enqueue(cell, (-cell.NextGain(), cell.Index));
        }
    }

    /// <summary>A cell with the photos that were allocated to it.</summary>
    private sealed class Cell
    {
        private readonly BudgetWindow[] windows;
        private readonly double unlabelled;
        private readonly double allocationVariance;

        /// <summary>Spread with the photos taken, and with one more.</summary>
        private (double Now, double Next) spread;

        public Cell(BudgetCell cell, int index)
        {
            windows = [.. cell.Windows.Where(one => one.Photos > 0)];
            Photos = windows.Sum(one => one.Photos);
            unlabelled = windows.Sum(one => one.Photos * (1 - one.Probability));
            // The sum of differences may fall short of a whole number by rounding.
            Most = (int)Math.Clamp(Math.Floor(unlabelled + 1e-9), 0, int.MaxValue - 1);
            (Share, Index) = (cell.Share, index);
            allocationVariance = cell.AllocationShare * (1 - cell.AllocationShare);
            spread = (SpreadAt(0), SpreadAt(1));
        }

        public int Index { get; }

        public double Photos { get; }

        public double Share { get; }

        /// <summary>Number of photos that can be taken.</summary>
        public int Most { get; }

        public int Taken { get; private set; }

        /// <summary>Variance of the cell's number of right answers.</summary>
        public double Variance => Times(Share * (1 - Share), spread.Now);

        public double LargestFiniteGain =>
            Most == 0 ? 0
            : double.IsFinite(GainAt(0)) ? GainAt(0)
            : GainAt(1);

        /// <summary>Returns what the photo after this many gains.</summary>
        public double GainAt(int taken) => Gain(SpreadAt(taken), SpreadAt(taken + 1));

        public double NextGain() => Gain(spread.Now, spread.Next);

        public void Take(int count)
        {
            spread = (count == Taken + 1 ? spread.Next : SpreadAt(count), SpreadAt(count + 1));
            Taken = count;
        }

        private double Gain(double now, double next) =>
            // A window without any label has an infinite spread until a photo is taken.
            Times(allocationVariance, double.IsInfinity(now) ? now : now - next);

        /// <summary>Returns 0 for 0 times infinity.</summary>
        private static double Times(double factor, double value) => factor > 0 ? factor * value : 0;

        private double SpreadAt(int taken)
        {
            var part = unlabelled > 0 ? Math.Min(1, taken / unlabelled) : 1;
            var sum = 0.0;
            foreach (var window in windows)
                sum += window.Photos * ((1 / (window.Probability + ((1 - window.Probability) * part))) - 1);
            return sum;
        }
    }
}
