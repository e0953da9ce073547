using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>The weight of each label of a sample: 1/π.</summary>
internal sealed class LabelWeights
{
    private readonly AccuracyTable table;
    private readonly Dictionary<Guid, AccuracyWindow> windows;
    private readonly DisagreementDraws draws;

    public LabelWeights(Sample sample)
    {
        table = SampleEstimate.TableOf(sample, sample.Windows);
        windows = table.Windows.ToDictionary(window => window.Id);
        draws = DisagreementDraws.Of(sample);
    }

    public double Of(DrawnPhoto photo) =>
        1 / AccuracyEstimator.ProbabilityOf(table, windows[photo.WindowId], photo.Cell, draws.Of(photo).AsSpan());
}
