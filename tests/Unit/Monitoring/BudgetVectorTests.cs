using System.Diagnostics;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class BudgetVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("budget");

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_budget_is_as_expected(string name)
    {
        var one = VectorCase.Get("budget", name);
        var cells = one
            .In.GetProperty("cells")
            .EnumerateArray()
            .Select(cell => new BudgetCell(
                cell.GetProperty("p").GetDouble(),
                cell.GetProperty("pAllocate").GetDouble(),
                [.. cell.GetProperty("windows").EnumerateArray().Select(item => new BudgetWindow(item[0].GetDouble(), item[1].GetDouble()))]
            ))
            .ToList();
        var plan = LabelBudget.Allocate(cells, (int)one.In.GetProperty("labels").GetDouble());
        one.AssertOut(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["extra"] = plan.Extra,
                ["halfWidthNow"] = plan.HalfWidthNow,
                ["halfWidthThen"] = plan.HalfWidthThen,
                ["needed"] = LabelBudget.Needed(cells, one.In.GetProperty("targetHalfWidth").GetDouble()),
            }
        );
    }

    [Fact]
    public void Many_labels_are_allocated_as_one_by_one()
    {
        var cells = RandomCells(6, windows: 8, photos: 400);
        foreach (var labels in (int[])[1, 2, 17, 300, 4000])
        {
            var expected = new int[cells.Count];
            for (var i = 0; i < labels; i++)
            {
                var best = Enumerable
                    .Range(0, cells.Count)
                    .Where(g => expected[g] < Math.Floor(cells[g].Windows.Sum(one => one.Photos * (1 - one.Probability)) + 1e-9))
                    .MaxBy(g => cells[g].AllocationShare * (1 - cells[g].AllocationShare) * Gain(cells[g], expected[g]));
                expected[best]++;
            }

            Assert.Equal(expected, LabelBudget.Allocate(cells, labels).Extra);
        }
    }

    [Fact]
    public void The_needed_labels_are_the_fewest()
    {
        var cells = RandomCells(5, windows: 6, photos: 60);
        foreach (var target in (double[])[0.09, 0.05, 0.02, 0.01])
        {
            var needed = LabelBudget.Needed(cells, target);
            Assert.NotNull(needed);
            Assert.True(LabelBudget.Allocate(cells, needed.Value).HalfWidthThen <= target);
            Assert.True(needed == 0 || LabelBudget.Allocate(cells, needed.Value - 1).HalfWidthThen > target);
        }
    }

    [Fact]
    public void Ten_thousand_labels_in_a_year_of_windows_take_a_moment()
    {
        var cells = RandomCells(16, windows: 365, photos: 400);
        var time = Stopwatch.StartNew();
        var plan = LabelBudget.Allocate(cells, 10_000);
        var needed = LabelBudget.Needed(cells, 0.002);
        var none = LabelBudget.Needed(cells, 0);
        Assert.Equal(10_000, plan.Extra.Sum());
        Assert.True(needed > 10_000);
        Assert.Null(none);
        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Windows_without_any_label_come_first()
    {
        List<BudgetCell> cells =
        [
            new(0.9, 0.9, [new BudgetWindow(100, 0.5)]),
            new(0.9, 0.9, [new BudgetWindow(10, 0), new BudgetWindow(10, 0.5)]),
        ];
        var plan = LabelBudget.Allocate(cells, 1);
        Assert.Equal([0, 1], plan.Extra);
        Assert.Equal(0.5, plan.HalfWidthNow);
        Assert.InRange(plan.HalfWidthThen, 0.01, 0.49);
    }

    [Fact]
    public void Equal_cells_are_filled_in_order()
    {
        BudgetCell cell = new(0.9, 0.9, [new BudgetWindow(10, 0.5)]);
        Assert.Equal([2, 2, 1], LabelBudget.Allocate([cell, cell, cell], 5).Extra);
    }

    [Fact]
    public void Nothing_is_allocated_where_there_is_nothing()
    {
        Assert.Equal([], LabelBudget.Allocate([], 5).Extra);
        Assert.Equal(0.5, LabelBudget.HalfWidth([]));
        Assert.Null(LabelBudget.Needed([], 0.1));
        BudgetCell empty = new(0.5, 0.5, []);
        BudgetCell labelled = new(0.5, 0.5, [new BudgetWindow(7, 1)]);
        var plan = LabelBudget.Allocate([empty, labelled], 5);
        Assert.Equal([0, 0], plan.Extra);
        Assert.Equal((0, 0), (plan.HalfWidthNow, plan.HalfWidthThen));
        Assert.Equal(0, LabelBudget.Needed([labelled], 0.01));
    }

    [Fact]
    public void Shares_without_chance_gain_nothing()
    {
        BudgetCell sure = new(1, 1, [new BudgetWindow(10, 0)]);
        var plan = LabelBudget.Allocate([sure], 3);
        Assert.Equal([3], plan.Extra);
        Assert.Equal((0, 0), (plan.HalfWidthNow, plan.HalfWidthThen));
    }

    [Fact]
    public void Shares_are_smoothed_and_cut()
    {
        Assert.Equal(0.5, LabelBudget.ShareOf(0, 0));
        Assert.Equal(0.75, LabelBudget.ShareOf(2, 2));
        Assert.Equal(0.95, LabelBudget.AllocationShareOf(0.99, isFlagged: false));
        Assert.Equal(0.05, LabelBudget.AllocationShareOf(0.01, isFlagged: false));
        Assert.Equal(0.5, LabelBudget.AllocationShareOf(0.99, isFlagged: true));
    }

    [Fact]
    public void The_random_sample_grows_by_the_factor_that_suffices()
    {
        static List<BudgetCell> At(double factor) => [new(0.8, 0.8, [new BudgetWindow(1000, Math.Min(1, 0.05 * factor))])];
        var target = LabelBudget.HalfWidth(At(3));
        Assert.InRange(LabelBudget.FactorForRandomSample(At, target) ?? 0, 2.99, 3.01);
        Assert.Equal(1, LabelBudget.FactorForRandomSample(At, 0.4));
        Assert.Null(LabelBudget.FactorForRandomSample(_ => At(1), 0.001));
    }

    private static double Gain(BudgetCell cell, int taken) => Spread(cell, taken) - Spread(cell, taken + 1);

    private static double Spread(BudgetCell cell, int taken)
    {
        var part = Math.Min(1, taken / cell.Windows.Sum(one => one.Photos * (1 - one.Probability)));
        return cell.Windows.Sum(one => one.Photos * ((1 / (one.Probability + ((1 - one.Probability) * part))) - 1));
    }

    private static List<BudgetCell> RandomCells(int count, int windows, int photos)
    {
        var random = new Random(7);
        double Share() => 0.1 + (0.8 * random.NextDouble());
        BudgetWindow Window() => new(random.Next(1, photos), 0.02 + (0.3 * random.NextDouble()));
        BudgetCell Cell() => new(Share(), Share(), [.. Enumerable.Range(0, windows).Select(_ => Window())]);
        return [.. Enumerable.Range(0, count).Select(_ => Cell())];
    }
}
