using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Lets the loops check each new prediction, flag and correction once, and selects what they want as far as their limits allow. Candidates
/// beyond a limit wait for the next day. Flags and corrections also wait for loops that are off. Job <c>select-candidates</c>.
/// </summary>
public static class SelectCandidates
{
    /// <param name="Progress">Receives the number of items checked; null for no reports.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Considered">Number of predictions, flags and corrections checked.</param>
    /// <param name="Selected">Number of selections added.</param>
    /// <param name="HeldBack">Number of flags and corrections held for review by an administrator.</param>
    public sealed record Response(int Considered, int Selected, int HeldBack);

    internal sealed class Handler(
        IUnitOfWork work,
        IRepository<Prediction> predictions,
        IRepository<UserFeedback> feedback,
        IRepository<Selection> selections,
        IRepository<WaitingCandidate> waiting,
        WaitingList list,
        ILoopStatistics statistics,
        LoopCatalogue loops,
        SamplingKeys keys,
        FloodLimit flood,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        private const int Batch = 200;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var order = await keys.CurrentAsync(cancellationToken);
            var (considered, selected, heldBack) = (0, 0, 0);
            Func<Handler, Task<Step>>[] steps =
            [
                step => step.ConsiderPredictionsAsync(order, cancellationToken),
                step => step.ConsiderFeedbackAsync(order, cancellationToken),
            ];
            foreach (var step in steps)
            {
                Step done;
                do
                {
                    done = await work.RunStepAsync(step);
                    (considered, heldBack) = (considered + done.Considered, heldBack + done.HeldBack);
                    request.Progress?.Report(new JobProgress(considered, Total: null));
                } while (done.Considered == Batch);
            }

            foreach (var loop in (await loops.AllAsync(cancellationToken)).Where(loop => loop.Strategy is not WindowStrategy))
            {
                if (await waiting.CountAsync(new WaitingFor(loop.Name, [], [], 1), cancellationToken) > 0)
                    selected += await TakeAllAsync(loop.Name, order, cancellationToken);
            }

            return new Response(considered, selected, heldBack);
        }

        private sealed record Step(int Considered, int HeldBack);

        private async Task<Step> ConsiderPredictionsAsync(KeyedOrder order, CancellationToken cancellationToken)
        {
            var fresh = await predictions.ListAsync(new UnconsideredPredictions(Batch), cancellationToken);
            if (fresh.Count == 0)
                return new Step(0, 0);
            var byId = fresh.ToDictionary(prediction => prediction.Id);
            var candidates = fresh.Select(ToCandidate).ToList();
            foreach (var loop in (await loops.AllAsync(cancellationToken)).Where(loop => loop.Row.IsEnabled))
            {
                if (loop.Strategy is PredictionStrategy strategy)
                    await list.OfferAsync(
                        loop,
                        strategy.Choose(candidates, loop.Settings, ContextOf(order)),
                        byId,
                        WaitingSince.New,
                        cancellationToken
                    );
            }

            foreach (var prediction in fresh)
                prediction.MarkConsidered();
            return new Step(fresh.Count, 0);
        }

        private async Task<Step> ConsiderFeedbackAsync(KeyedOrder order, CancellationToken cancellationToken)
        {
            var facts = await feedback.ListAsync(new UnconsideredFeedback(Batch), cancellationToken);
            if (facts.Count == 0)
                return new Step(0, 0);
            var rated = (
                await predictions.ListAsync(
                    new PredictionsToChange([.. facts.Select(fact => fact.PredictionId).Distinct()]),
                    cancellationToken
                )
            ).ToDictionary(prediction => prediction.Id);
            var heldBack = 0;
            var counting = new List<UserFeedback>();
            var reasons = await flood.FindReasonsAsync(
                facts.Where(fact => fact.SelectionState == FeedbackSelection.Pending),
                cancellationToken
            );
            foreach (var fact in facts)
            {
                if (reasons.TryGetValue(fact.Id, out var reason))
                {
                    fact.HoldBack(reason);
                    heldBack++;
                    continue;
                }

                fact.MarkConsidered();
                // If a prediction was deleted after the facts were read, its facts were deleted too. The commit then fails, and the step is
                // repeated without them.
                if (fact.EndedAt is null && rated.TryGetValue(fact.PredictionId, out var prediction))
                {
                    // The tags include only feedback that counts, so they must be written again now.
                    prediction.MarkTagsDirty();
                    counting.Add(fact);
                }
            }

            foreach (var loop in await loops.AllAsync(cancellationToken))
            {
                if (loop.Strategy is not FeedbackStrategy strategy)
                    continue;
                var picks = counting
                    .Where(fact => fact.Kind == strategy.Kind)
                    .Select(fact => strategy.Choose(ToCandidate(fact, rated[fact.PredictionId]), loop.Settings, ContextOf(order)))
                    .OfType<Pick>();
                await list.OfferAsync(loop, picks, rated, loop.Row.IsEnabled ? WaitingSince.New : WaitingSince.Paused, cancellationToken);
            }

            return new Step(facts.Count, heldBack);
        }

        /// <returns>The number of predictions selected.</returns>
        private async Task<int> TakeAllAsync(string name, KeyedOrder order, CancellationToken cancellationToken)
        {
            var selected = 0;
            (int Selected, int Dropped, bool IsCut) done;
            do
            {
                done = await work.RunStepAsync((Handler step) => step.TakeAsync(name, order, cancellationToken));
                selected += done.Selected;
            } while (done.Selected + done.Dropped > 0);
            while (done.IsCut && await work.RunStepAsync((Handler step) => step.ForgetAsync(name, cancellationToken)) == Batch) { }

            return selected;
        }

        /// <summary>
        /// Selects waiting candidates in the strategy's order, as far as today's limits allow. Candidates that the loop no longer wants are
        /// removed from the waiting list.
        /// </summary>
        private async Task<(int Selected, int Dropped, bool IsCut)> TakeAsync(
            string name,
            KeyedOrder order,
            CancellationToken cancellationToken
        )
        {
            var loop = await loops.FindAsync(name, cancellationToken);
            if (!loop.Row.IsEnabled)
                return (0, 0, IsCut: false);
            var now = time.GetUtcNow();
            var today = DayOf(now);
            var room = new Room(loop, await statistics.TakenAsync(name, today, cancellationToken));
            var rows = room.IsFull
                ? []
                : await waiting.ListAsync(new WaitingFor(name, room.FullClasses, room.FullUploaders, Batch), cancellationToken);
            if (rows.Count == 0)
                return (0, 0, IsCut: await waiting.CountAsync(new WaitingFor(name, [], [], 1), cancellationToken) > 0);
            var photos = (
                await predictions.ListAsync(new PredictionsWithIds([.. rows.Select(row => row.PredictionId)]), cancellationToken)
            ).ToDictionary(photo => photo.Id);
            var picks = (await ChooseAsync(loop, photos, order, cancellationToken)).ToDictionary(pick => pick.PredictionId);
            var (selected, dropped) = (0, 0);
            foreach (var row in rows)
            {
                if (!picks.TryGetValue(row.PredictionId, out var pick))
                {
                    waiting.Remove(row);
                    dropped++;
                }
                else if (room.TryTake(row))
                {
                    var isSure = row.Since switch
                    {
                        WaitingSince.New => row.CreatedAt >= today,
                        WaitingSince.Paused => !room.HasLimits,
                        _ => false,
                    };
                    selections.Add(
                        Selection.ByRule(photos[row.PredictionId], loop.Strategy, loop.Row.Current, pick.Reason, order, now, isSure)
                    );
                    waiting.Remove(row);
                    selected++;
                }
            }

            var left = await waiting.CountAsync(new WaitingFor(name, [], [], selected + dropped + 1), cancellationToken);
            return (selected, dropped, IsCut: left > selected + dropped);
        }

        /// <summary>
        /// Clears the probability of everything selected today, because a limit left out candidates and the probability is no longer known.
        /// </summary>
        /// <returns>The number of selections changed.</returns>
        private async Task<int> ForgetAsync(string name, CancellationToken cancellationToken)
        {
            var sure = await selections.ListAsync(new SureSelections(name, DayOf(time.GetUtcNow()), Batch), cancellationToken);
            foreach (var line in sure)
                line.ForgetProbability();
            return sure.Count;
        }

        private async Task<IEnumerable<Pick>> ChooseAsync(
            Loop loop,
            IReadOnlyDictionary<Guid, Prediction> photos,
            KeyedOrder order,
            CancellationToken cancellationToken
        )
        {
            if (loop.Strategy is PredictionStrategy rule)
                return rule.Choose([.. photos.Values.Select(ToCandidate)], loop.Settings, ContextOf(order))
                    .DistinctBy(pick => pick.PredictionId);
            var strategy = (FeedbackStrategy)loop.Strategy;
            var facts = await feedback.ListAsync(new ConsideredFeedbackOn([.. photos.Keys], strategy.Kind), cancellationToken);
            return facts
                .Select(fact => strategy.Choose(ToCandidate(fact, photos[fact.PredictionId]), loop.Settings, ContextOf(order)))
                .OfType<Pick>()
                .DistinctBy(pick => pick.PredictionId);
        }

        private SelectionContext ContextOf(KeyedOrder order) => new(time.GetUtcNow(), order);

        private static DateTimeOffset DayOf(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);

        internal static Candidate ToCandidate(Prediction prediction) => new(prediction.Id, prediction.CreatedAt, prediction.Probabilities);

        internal static FeedbackCandidate ToCandidate(UserFeedback fact, Prediction prediction) =>
            new(fact.PredictionId, fact.Kind, ToCandidate(prediction), fact.ClassIndex);
    }

    /// <summary>Tracks how much a loop may still select today.</summary>
    private sealed class Room
    {
        private readonly SelectionLimits limits;
        private readonly int daily;
        private readonly Dictionary<int, int> ofClass = [];
        private readonly Dictionary<Actor, int> ofUploader = [];
        private int all;

        public Room(Loop loop, IReadOnlyList<Taken> taken)
        {
            limits = loop.Strategy is PredictionStrategy strategy ? strategy.LimitsOf(loop.Settings) : new SelectionLimits();
            daily = loop.Row.DailyLimit;
            foreach (var some in taken)
                Count(some.PredictedIndex, some.Uploader, some.Count);
        }

        public bool HasLimits => daily > 0 || limits.PerClass > 0 || limits.PerUploader > 0;

        public bool IsFull => daily > 0 && all >= daily;

        public IReadOnlyCollection<int> FullClasses =>
            limits.PerClass == 0 ? [] : [.. ofClass.Where(pair => pair.Value >= limits.PerClass).Select(pair => pair.Key)];

        public IReadOnlyCollection<Actor> FullUploaders =>
            limits.PerUploader == 0 ? [] : [.. ofUploader.Where(pair => pair.Value >= limits.PerUploader).Select(pair => pair.Key)];

        /// <returns>False if a limit is reached.</returns>
        public bool TryTake(WaitingCandidate candidate)
        {
            if (
                IsFull
                || (limits.PerClass > 0 && ofClass.GetValueOrDefault(candidate.PredictedIndex) >= limits.PerClass)
                || (limits.PerUploader > 0 && ofUploader.GetValueOrDefault(candidate.Uploader) >= limits.PerUploader)
            )
            {
                return false;
            }

            Count(candidate.PredictedIndex, candidate.Uploader, 1);
            return true;
        }

        private void Count(int predictedIndex, Actor uploader, int count)
        {
            all += count;
            ofClass[predictedIndex] = ofClass.GetValueOrDefault(predictedIndex) + count;
            ofUploader[uploader] = ofUploader.GetValueOrDefault(uploader) + count;
        }
    }
}
