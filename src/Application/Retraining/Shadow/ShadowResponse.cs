using GourmetGram.Domain.Monitoring;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Photos that the model in shadow names differently.</summary>
/// <param name="From">Class that the model that serves names.</param>
/// <param name="To">Class that the model in shadow names.</param>
/// <param name="Photos">Number of photos.</param>
public sealed record ChangedClass(string From, string To, int Photos);

/// <summary>A model that answers, or answered, live photos in shadow.</summary>
public sealed record ShadowResponse
{
    public required Guid Id { get; init; }

    /// <summary>Version of the model in shadow.</summary>
    public required string Challenger { get; init; }

    /// <summary>Version of the model that serves meanwhile.</summary>
    public required string Champion { get; init; }

    /// <summary>When it was switched on, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Who switched it on.</summary>
    public required string By { get; init; }

    /// <summary>When it ended, UTC; null while it goes on.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it ended; null while it goes on.</summary>
    public required ShadowEnd? End { get; init; }

    /// <summary>Who ended it, or has seen its fault; null for none.</summary>
    public required string? EndedBy { get; init; }

    /// <summary>The fault that ended it, as a sentence; null for none.</summary>
    public required string? Fault { get; init; }

    /// <summary>Number of photos that both models answered.</summary>
    public required int Photos { get; init; }

    /// <summary>Share of these on which both name the same class, 0 to 1; null without photos.</summary>
    public required double? Agreement { get; init; }

    /// <summary>Lower end of the 95 % interval of the share; null without photos.</summary>
    public required double? AgreementLow { get; init; }

    /// <summary>Upper end of the 95 % interval of the share; null without photos.</summary>
    public required double? AgreementHigh { get; init; }

    /// <summary>The photos on which they differ by both classes, most frequent first.</summary>
    public required IReadOnlyList<ChangedClass> Changes { get; init; }

    /// <summary>Number of photos that were chosen, but found the queue full.</summary>
    public required long Dropped { get; init; }

    /// <summary>Number of photos that the model failed to answer.</summary>
    public required long Failed { get; init; }

    /// <summary>Mean time of an answer in milliseconds; null without photos.</summary>
    public required double? MeanMilliseconds { get; init; }

    /// <summary>Time within which 95 % of the answers came, in milliseconds; null without photos.</summary>
    public required double? P95Milliseconds { get; init; }

    internal static ShadowResponse From(ShadowRun run, ShadowFigures figures)
    {
        var labels = run.Champion.Model.Labels;
        var photos = figures.Pairs.Sum(pair => pair.Photos);
        var agreed = figures.Pairs.Where(pair => pair.Champion == pair.Challenger).Sum(pair => pair.Photos);
        Interval? interval = photos == 0 ? null : Wilson.Of((double)agreed / photos, photos);
        return new ShadowResponse
        {
            Id = run.Id,
            Challenger = run.Challenger.Version,
            Champion = run.Champion.Version,
            StartedAt = run.StartedAt,
            By = run.By,
            EndedAt = run.EndedAt,
            End = run.End,
            EndedBy = run.EndedBy,
            Fault = run.Fault,
            Photos = photos,
            Agreement = photos == 0 ? null : (double)agreed / photos,
            AgreementLow = interval?.Low,
            AgreementHigh = interval?.High,
            Changes =
            [
                .. figures
                    .Pairs.Where(pair => pair.Champion != pair.Challenger)
                    .OrderByDescending(pair => pair.Photos)
                    .ThenBy(pair => (pair.Champion, pair.Challenger))
                    .Select(pair => new ChangedClass(labels[pair.Champion], labels[pair.Challenger], pair.Photos)),
            ],
            Dropped = run.Dropped,
            Failed = run.Failed,
            MeanMilliseconds = figures.MeanMilliseconds,
            P95Milliseconds = figures.P95Milliseconds,
        };
    }
}
