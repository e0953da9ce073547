using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Compares the people who label photos: how far they agree, and how often each agrees with the likely truth.</summary>
public static class ListAnnotators
{
    /// <param name="Period">The photos.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

    /// <summary>What a rater is.</summary>
    public enum RaterKind
    {
        /// <summary>A person who labels.</summary>
        Person = 0,

        /// <summary>All users whose corrections and confirmations arrived through one channel.</summary>
        Source,
    }

    /// <param name="State">
    /// Estimated, or TooFew while fewer than 50 photos have answers of two or more raters; then no accuracy is shown.
    /// </param>
    /// <param name="Photos">Number of photos with answers of two or more raters.</param>
    /// <param name="Needed">Number of such photos that are missing; null unless there are too few.</param>
    /// <param name="Agreement">Agreement of the persons, from blind labels.</param>
    /// <param name="Items">Persons in the order of their names, then sources.</param>
    /// <param name="From">First day of the period, UTC.</param>
    /// <param name="To">Last day of the period, UTC.</param>
    public sealed record Response(
        EstimateState State,
        int Photos,
        int? Needed,
        AgreementResponse Agreement,
        IReadOnlyList<Item> Items,
        DateOnly From,
        DateOnly To
    )
    {
        /// <summary>
        /// When the answers were compared, UTC: by the job find-label-errors, or now if it has not compared those of this period.
        /// </summary>
        public required DateTimeOffset ComputedAt { get; init; }
    }

    /// <param name="State">Whether there are enough photos for an estimate.</param>
    /// <param name="Alpha">Krippendorff's alpha: 1 for full agreement, 0 for agreement by chance; null unless estimated.</param>
    /// <param name="Low">Low end of the 95 % interval; null unless estimated.</param>
    /// <param name="High">High end of the 95 % interval; null unless estimated.</param>
    /// <param name="Photos">Number of photos with blind labels of two or more persons.</param>
    /// <param name="AgreeingShare">Share of pairs of blind labels to the same photo that are the same; null without a pair.</param>
    /// <param name="Needed">Number of photos that are missing for an estimate; null unless there are too few.</param>
    public sealed record AgreementResponse(
        EstimateState State,
        double? Alpha,
        double? Low,
        double? High,
        int Photos,
        double? AgreeingShare,
        int? Needed
    );

    /// <param name="Rater">Name of the person, or the channel of the users' answers.</param>
    /// <param name="Kind">Whether this is a person or a channel.</param>
    /// <param name="Labels">Number of answers: a class, or none of these classes. Several labels of a person to one photo are one.</param>
    /// <param name="Shared">Number of these to photos with answers of two or more raters.</param>
    /// <param name="State">Whether the accuracy is shown.</param>
    /// <param name="Accuracy">Share of answers that agree with the likely truth, from 0 to 1; null unless estimated.</param>
    /// <param name="Needed">Number of shared answers that are missing; null if this rater has enough.</param>
    public sealed record Item(string Rater, RaterKind Kind, int Labels, int Shared, EstimateState State, double? Accuracy, int? Needed)
    {
        /// <summary>Number of photos that the person skipped.</summary>
        public required int Skips { get; init; }

        /// <summary>Median time that the person looked at a photo before answering; null when unknown.</summary>
        public required double? MedianSeconds { get; init; }
    }

    internal sealed class Handler(PeriodResolver periods, AnnotatorComparison comparison, ResultStore results)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var resolved = await periods.ResolveAsync(request.Period, cancellationToken);
            var period = resolved.Period;
            return
                resolved.ModelVersionIds is null
                && await results.FindAsync<Response>(AnnotatorComparison.NameOf(period), period, cancellationToken) is { } stored
                ? stored.Content
                : await comparison.CompareAsync(resolved, cancellationToken);
        }
    }
}
