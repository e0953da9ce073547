namespace GourmetGram.Application.Monitoring;

/// <summary>Reads the numbers of photos per day that sampling windows stored when they closed. Nothing reads predictions.</summary>
public interface IDailyCountReader
{
    /// <summary>Returns the model versions that have counts on any day from the first to the last.</summary>
    Task<IReadOnlyCollection<Guid>> ListModelVersionsAsync(DateOnly first, DateOnly last, CancellationToken cancellationToken);

    /// <summary>Reads the counts of a model version from the first to the last day.</summary>
    Task<IReadOnlyList<DailyCount>> ReadAsync(Guid modelVersionId, DateOnly first, DateOnly last, CancellationToken cancellationToken);
}

/// <summary>Number of photos of one day with one answer.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="PredictedIndex">Index of the predicted class.</param>
/// <param name="Bin">Bin of the confidence, see <see cref="Domain.Feedback.WindowCount.BinOf"/>.</param>
/// <param name="Photos">Number of photos.</param>
public sealed record DailyCount(DateOnly Day, int PredictedIndex, int Bin, int Photos);
