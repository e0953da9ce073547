using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Returns how much one person labels, how fast, and how often others gave the same answers.</summary>
public static class GetPersonFigures
{
    /// <summary>Number of days until today from which labels are compared with those of others.</summary>
    public const int ComparedDays = 90;

    /// <summary>A share is given from this number of photos on.</summary>
    public const int LeastPhotos = 20;

    /// <summary>Number of the latest labels whose times give the median.</summary>
    public const int MostLooks = 1000;

    /// <summary>A look at a photo that took longer is a pause, and is left out of the median.</summary>
    public static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(5);

    private const int MostDifferences = 5;

    /// <param name="Person">The person, see <see cref="HumanLabel.Person"/>.</param>
    public sealed record Query(string Person) : IRequest<Response>;

    /// <summary>Figures about a person. Labels are a class, "none of these classes" or "unusable".</summary>
    public sealed record Response
    {
        /// <summary>Number of labels of today, UTC.</summary>
        public required int LabelsToday { get; init; }

        /// <summary>Number of labels of the last seven days.</summary>
        public required int LabelsInWeek { get; init; }

        /// <summary>Number of all labels.</summary>
        public required int Labels { get; init; }

        /// <summary>Number of these that say "none of these classes".</summary>
        public required int None { get; init; }

        /// <summary>Number of these that say that the photo cannot be judged.</summary>
        public required int Unusable { get; init; }

        /// <summary>Number of photos that the person skipped.</summary>
        public required int Skipped { get; init; }

        /// <summary>Share of skips among labels and skips, from 0 to 1; null without any.</summary>
        public required double? SkippedShare { get; init; }

        /// <summary>Number of labels and skips that the person withdrew.</summary>
        public required int Undone { get; init; }

        /// <summary>Number of notes.</summary>
        public required int Notes { get; init; }

        /// <summary>
        /// Median time in seconds from showing a photo to the answer, over the last 1,000 labels. Times over five minutes are pauses, and
        /// are left out. Null when no time is known.
        /// </summary>
        public required double? MedianSeconds { get; init; }

        /// <summary>
        /// Agreement with the answer that most others gave to the same photo in the last 90 days. A manager's decision counts in its place.
        /// Ties are left out.
        /// </summary>
        public required Agreement WithOthers { get; init; }

        /// <summary>
        /// Agreement with known answers: photos that a manager marked, and that the person got in the last 90 days like any other.
        /// </summary>
        public required Agreement WithKnownAnswers { get; init; }

        /// <summary>Where the person differs most often from most others.</summary>
        public required IReadOnlyList<Difference> Differences { get; init; }
    }

    /// <summary>How many answers were the same.</summary>
    /// <param name="Same">Number of photos with the same answer.</param>
    /// <param name="Photos">Number of photos that were compared.</param>
    /// <param name="Share">Share of the same answers, from 0 to 1; null below 20 photos.</param>
    /// <param name="Low">Low end of the 95 % interval; null below 20 photos.</param>
    /// <param name="High">High end of the 95 % interval; null below 20 photos.</param>
    public sealed record Agreement(int Same, int Photos, double? Share, double? Low, double? High)
    {
        internal static Agreement Of(int same, int photos)
        {
            if (photos < LeastPhotos)
                return new Agreement(same, photos, Share: null, Low: null, High: null);
            var share = (double)same / photos;
            var interval = Wilson.Of(share, photos);
            return new Agreement(same, photos, share, interval.Low, interval.High);
        }
    }

    /// <summary>Photos to which the person gave one answer and most others another.</summary>
    /// <param name="Own">The person's answer: a class or "None of these".</param>
    /// <param name="Others">The answer of most others.</param>
    /// <param name="Photos">Number of photos.</param>
    public sealed record Difference(string Own, string Others, int Photos);

    internal sealed class Handler(IPersonReader reader, TimeProvider time) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var today = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
            var spans = new PersonSpans(today, today.AddDays(-6), today.AddDays(1 - ComparedDays), LongestLook, MostLooks);
            var found = await reader.ReadAsync(request.Person, spans, cancellationToken);
            var current = found.Counts.Where(count => count.End is null).ToList();
            var labels = current.Where(count => count.Kind is not null).ToList();
            var (all, skipped) = (labels.Sum(count => count.All), current.Where(count => count.Kind is null).Sum(count => count.All));
            var pairs = new PersonComparison(found, request.Person).Pairs;
            return new Response
            {
                LabelsToday = labels.Sum(count => count.Today),
                LabelsInWeek = labels.Sum(count => count.Week),
                Labels = all,
                None = NumberOf(AnswerKind.None),
                Unusable = NumberOf(AnswerKind.Unusable),
                Skipped = skipped,
                SkippedShare = all + skipped == 0 ? null : (double)skipped / (all + skipped),
                Undone = found.Counts.Where(count => count.End == LabelEnd.Withdrawn).Sum(count => count.All),
                Notes = current.Sum(count => count.Notes),
                MedianSeconds = AnnotatorComparison.MedianOf([.. found.Looks]),
                WithOthers = Agreement.Of(pairs.Count(pair => pair.Own == pair.Others), pairs.Count),
                WithKnownAnswers = Agreement.Of(found.PlantedSame, found.Planted),
                Differences =
                [
                    .. pairs
                        .Where(pair => pair.Own != pair.Others)
                        .CountBy(pair => pair)
                        .OrderByDescending(pair => pair.Value)
                        .ThenBy(pair => pair.Key.Own, StringComparer.Ordinal)
                        .ThenBy(pair => pair.Key.Others, StringComparer.Ordinal)
                        .Take(MostDifferences)
                        .Select(pair => new Difference(pair.Key.Own, pair.Key.Others, pair.Value)),
                ],
            };

            int NumberOf(AnswerKind kind) => labels.Where(count => count.Kind == kind).Sum(count => count.All);
        }
    }
}
