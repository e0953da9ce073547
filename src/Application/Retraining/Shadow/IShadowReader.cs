namespace GourmetGram.Application.Retraining;

/// <summary>Number of photos with these two answers.</summary>
/// <param name="Champion">Index of the class that the model that serves names.</param>
/// <param name="Challenger">Index of the class that the model in shadow names.</param>
/// <param name="Photos">Number of photos.</param>
public sealed record ShadowPair(int Champion, int Challenger, int Photos);

/// <summary>Answers of a run in shadow beside those of the model that serves.</summary>
/// <param name="Pairs">Numbers of photos by both answers.</param>
/// <param name="MeanMilliseconds">Mean time of an answer; null without answers.</param>
/// <param name="P95Milliseconds">Time within which 95 % of the answers came; null without answers.</param>
public sealed record ShadowFigures(IReadOnlyList<ShadowPair> Pairs, double? MeanMilliseconds, double? P95Milliseconds);

/// <summary>Summarises the answers of a run in shadow.</summary>
public interface IShadowReader
{
    /// <summary>Reads the figures of a run. Photos that were deleted since do not count.</summary>
    Task<ShadowFigures> ReadAsync(Guid shadowId, CancellationToken cancellationToken);
}
