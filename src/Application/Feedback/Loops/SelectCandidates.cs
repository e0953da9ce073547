using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Lets the loops look at each new prediction and at each new flag or correction, once. Job <c>select-candidates</c>.</summary>
public static class SelectCandidates
{
    /// <param name="Progress">Told how many were looked at; null when nobody wants to know.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Considered">Predictions, flags and corrections that were looked at.</param>
    /// <param name="Selected">Lines added to the ledger.</param>
    /// <param name="HeldBack">Flags and corrections that wait for an administrator.</param>
    public sealed record Response(int Considered, int Selected, int HeldBack);

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IRepository<UserFeedback> feedback,
        IRepository<Selection> selections,
        ILoopStatistics statistics,
        LoopBook loops,
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
            foreach (
                var step in new[]
                {
                    () => ConsiderPredictionsAsync(order, cancellationToken),
                    () => ConsiderFeedbackAsync(order, cancellationToken),
                }
            )
            {
                Step done;
                do
                {
                    done = await ConcurrentChangeException.RetryAsync(step);
                    predictions.Release();
                    (considered, selected, heldBack) = (considered + done.Considered, selected + done.Selected, heldBack + done.HeldBack);
                    request.Progress?.Report(new JobProgress(considered, Total: null));
                } while (done.Considered == Batch);
            }

            return new Response(considered, selected, heldBack);
        }

        private sealed record Step(int Considered, int Selected, int HeldBack);

        private async Task<Step> ConsiderPredictionsAsync(KeyedOrder order, CancellationToken cancellationToken)
        {
            var fresh = await predictions.ListAsync(new UnconsideredPredictions(Batch), cancellationToken);
            if (fresh.Count == 0)
                return new Step(0, 0, 0);
            var byId = fresh.ToDictionary(prediction => prediction.Id);
            var candidates = fresh.Select(ToCandidate).ToList();
            var selected = 0;
            foreach (var loop in await EnabledAsync<PredictionStrategy>(cancellationToken))
            {
                var context = await ContextAsync(loop, order, cancellationToken);
                var known = (await selections.ListAsync(new SelectionsOf(loop.Name, byId.Keys), cancellationToken))
                    .Select(selection => selection.PredictionId)
                    .ToHashSet();
                var picks = ((PredictionStrategy)loop.Strategy)
                    .Choose(candidates, loop.Settings, context)
                    .Where(pick => known.Add(pick.PredictionId));
                foreach (var pick in picks.Take(LeftOf(loop, context)))
                {
                    selections.Add(
                        Selection.ByRule(byId[pick.PredictionId], loop.Strategy, loop.Row.Current, pick.Reason, order, context.Now)
                    );
                    selected++;
                }
            }

            foreach (var prediction in fresh)
                prediction.MarkConsidered();
            await predictions.SaveChangesAsync(cancellationToken);
            return new Step(fresh.Count, selected, 0);
        }

        private async Task<Step> ConsiderFeedbackAsync(KeyedOrder order, CancellationToken cancellationToken)
        {
            var facts = await feedback.ListAsync(new UnconsideredFeedback(Batch), cancellationToken);
            if (facts.Count == 0)
                return new Step(0, 0, 0);
            var rated = (
                await predictions.ListAsync(
                    new PredictionsToChange([.. facts.Select(fact => fact.PredictionId).Distinct()]),
                    cancellationToken
                )
            ).ToDictionary(prediction => prediction.Id);
            var heldBack = 0;
            var counting = new List<UserFeedback>();
            foreach (var fact in facts)
            {
                if (fact.SelectionState == FeedbackSelection.Pending && await flood.FindReasonAsync(fact, cancellationToken) is { } reason)
                {
                    fact.HoldBack(reason);
                    heldBack++;
                    continue;
                }

                fact.MarkConsidered();
                if (fact.EndedAt is null)
                    counting.Add(fact);
            }

            var selected = 0;
            foreach (var loop in await EnabledAsync<FeedbackStrategy>(cancellationToken))
            {
                var strategy = (FeedbackStrategy)loop.Strategy;
                var context = await ContextAsync(loop, order, cancellationToken);
                var known = (await selections.ListAsync(new SelectionsOf(loop.Name, [.. rated.Keys]), cancellationToken))
                    .Select(selection => selection.PredictionId)
                    .ToHashSet();
                var picks = counting
                    .Where(fact => fact.Kind == strategy.Kind)
                    .Select(fact =>
                        strategy.Choose(
                            new FeedbackCandidate(fact.PredictionId, fact.Kind, ToCandidate(rated[fact.PredictionId]), fact.ClassIndex),
                            loop.Settings,
                            context
                        )
                    )
                    .OfType<Pick>()
                    .Where(pick => known.Add(pick.PredictionId));
                foreach (var pick in picks.Take(LeftOf(loop, context)))
                {
                    selections.Add(Selection.ByRule(rated[pick.PredictionId], strategy, loop.Row.Current, pick.Reason, order, context.Now));
                    selected++;
                }
            }

            await feedback.SaveChangesAsync(cancellationToken);
            return new Step(facts.Count, selected, heldBack);
        }

        private async Task<IEnumerable<Loop>> EnabledAsync<TStrategy>(CancellationToken cancellationToken) =>
            (await loops.AllAsync(cancellationToken)).Where(loop => loop.Strategy is TStrategy && loop.Row.IsEnabled);

        private async Task<SelectionContext> ContextAsync(Loop loop, KeyedOrder order, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            return new SelectionContext(
                now,
                order,
                await statistics.TakenAsync(loop.Name, new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero), cancellationToken)
            );
        }

        /// <summary>How many more the loop may select today.</summary>
        private static int LeftOf(Loop loop, SelectionContext context) =>
            loop.Row.DailyLimit == 0 ? int.MaxValue : Math.Max(0, loop.Row.DailyLimit - context.TakenToday.Values.Sum());

        private static Candidate ToCandidate(Prediction prediction) => new(prediction.Id, prediction.CreatedAt, prediction.Probabilities);
    }
}
