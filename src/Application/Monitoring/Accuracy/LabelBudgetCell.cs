using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>Photos of one model version and fine cell, with what a forecast of further labels needs.</summary>
/// <param name="ModelVersionId">The model version.</param>
/// <param name="Cell">The fine cell.</param>
/// <param name="Windows">The windows that have such photos.</param>
/// <param name="Photos">Number of photos.</param>
/// <param name="Labels">Number of labels.</param>
/// <param name="Budget">The cell as the forecast sees it; drawn photos count as labelled.</param>
internal sealed record LabelBudgetCell(
    Guid ModelVersionId,
    FineCell Cell,
    IReadOnlyList<Guid> Windows,
    int Photos,
    int Labels,
    BudgetCell Budget
)
{
    /// <summary>Returns the cells of a sample, in the order version, flagged no and yes, band.</summary>
    /// <param name="loaded">The sample with its estimate.</param>
    public static IReadOnlyList<LabelBudgetCell> Of(SampleLoader.Loaded loaded)
    {
        var table = loaded.Result.Table;
        // A forecast assumes that drawn photos will be labelled. Photos of a window that was never drawn from have no probability yet.
        var forecast = table with
        {
            Windows = [.. table.Windows.Select(window => window with { Labelled = window.Drawn })],
            ExtraDraws = [.. table.ExtraDraws.Select(draw => draw with { Labelled = draw.Drawn })],
        };
        var confidences = loaded.Sample.Windows.ToDictionary(window => window.Id, window => window.MeanConfidences);
        return
        [
            .. forecast
                .Windows.Where(window => window.Drawn > 0)
                .GroupBy(window => window.ModelVersionId)
                .SelectMany(version =>
                    FineCell
                        .All.OrderBy(cell => cell.IsFlagged)
                        .ThenBy(cell => cell.Band)
                        .Select(cell => (Cell: cell, Windows: version.Where(window => window.Photos[cell.Index] > 0).ToList()))
                        .Where(group => group.Windows.Count > 0)
                        .Select(group => CellOf(version.Key, group.Cell, group.Windows))
                ),
        ];

        LabelBudgetCell CellOf(Guid version, FineCell cell, List<AccuracyWindow> windows)
        {
            var ids = windows.Select(window => window.Id).ToHashSet();
            var labels = table.Labels.Where(group => group.Cell == cell && ids.Contains(group.WindowId)).ToList();
            var photos = windows.Sum(window => window.Photos[cell.Index]);
            return new LabelBudgetCell(
                version,
                cell,
                [.. windows.Select(window => window.Id)],
                photos,
                labels.Sum(group => group.Labelled),
                new BudgetCell(
                    LabelBudget.ShareOf(labels.Sum(group => group.Right), labels.Sum(group => group.Labelled)),
                    LabelBudget.AllocationShareOf(
                        windows.Sum(window => window.Photos[cell.Index] * confidences[window.Id][cell.Index]) / photos,
                        cell.IsFlagged
                    ),
                    [
                        .. windows.Select(window => new BudgetWindow(
                            window.Photos[cell.Index],
                            Math.Min(AccuracyEstimator.ProbabilityOf(forecast, window, cell, []), 1)
                        )),
                    ]
                )
            );
        }
    }
}
