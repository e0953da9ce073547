using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

internal static class TrialSample
{
    /// <summary>
    /// Reads the random sample of the windows that the photos of a trial are in. Older windows have no such photos, and the probability of
    /// a label does not depend on other windows.
    /// </summary>
    /// <param name="loader">Reads the sample.</param>
    /// <param name="trial">The trial.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public static Task<Sample> ReadAsync(
        this SampleLoader loader,
        ModelTrial trial,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var first = trial.NewerThan is { } newest ? DateOnly.FromDateTime(newest.UtcDateTime) : DateOnly.MinValue;
        return loader.ReadAsync(new Period(first, DateOnly.FromDateTime(now.UtcDateTime)), modelVersionIds: null, cancellationToken);
    }
}
