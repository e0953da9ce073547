using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Lets a loop check all stored predictions again, with its current settings. Predictions that the loop wants wait to be selected, as its
/// daily limits allow.
/// </summary>
public static class BackfillLoop
{
    /// <param name="Name">Name of the loop.</param>
    /// <param name="DryRun">Whether to count only.</param>
    public sealed record Command(string Name, bool DryRun) : IRequest<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Loops, "Selected earlier photos for a loop", Name);
    }

    /// <param name="Examined">Number of predictions checked.</param>
    /// <param name="Found">Number of predictions that the loop wants, and that are neither selected nor waiting. They are waiting now,
    /// unless this was a dry run.</param>
    /// <param name="DryRun">Whether this only counted.</param>
    public sealed record Response(int Examined, int Found, bool DryRun);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() => RuleFor(c => c.Name).IsLoopName();
    }

    internal sealed class Handler(
        IUnitOfWork work,
        LoopCatalogue loops,
        SamplingKeys keys,
        WaitingList list,
        IRepository<Prediction> predictions,
        IRepository<UserFeedback> feedback,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        private const int Batch = 500;

        /// <exception cref="NotFoundException">There is no such loop.</exception>
        /// <exception cref="ConflictException">The loop draws by chance; selecting from old photos would not be a random draw.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var loop = await loops.FindAsync(request.Name, cancellationToken);
            if (loop.Strategy is WindowStrategy)
                throw new ConflictException(
                    $"{loop.Strategy.Title} draws at random when a sampling window closes, so it cannot be run on stored photos."
                );
            var order = await keys.CurrentAsync(cancellationToken);
            var (examined, found) = (0, 0);
            (Guid? Last, int Examined, int Found) page = (null, 0, 0);
            do
            {
                var after = page.Last;
                page = request.DryRun
                    ? await LookAsync(loop.Name, order, after, isDryRun: true, cancellationToken)
                    : await work.RunStepAsync(
                        (Handler step) => step.LookAsync(request.Name, order, after, isDryRun: false, cancellationToken)
                    );
                (examined, found) = (examined + page.Examined, found + page.Found);
            } while (page.Examined == Batch);
            return new Response(examined, found, request.DryRun);
        }

        private async Task<(Guid? Last, int Examined, int Found)> LookAsync(
            string name,
            KeyedOrder order,
            Guid? after,
            bool isDryRun,
            CancellationToken cancellationToken
        )
        {
            var loop = await loops.FindAsync(name, cancellationToken);
            var photos = await predictions.ListAsync(new AllPredictions(after, Batch), cancellationToken);
            if (photos.Count == 0)
                return (null, 0, 0);
            var byId = photos.ToDictionary(photo => photo.Id);
            var picks = await ChooseAsync(loop, byId, new SelectionContext(time.GetUtcNow(), order), cancellationToken);
            if (isDryRun)
                return (photos[^1].Id, photos.Count, (await list.FindNewAsync(loop, picks, cancellationToken)).Count);
            var found = await list.OfferAsync(loop, picks, byId, WaitingSince.Backfill, cancellationToken);
            if (found > 0)
                loop.Row.MarkChangeDue();
            return (photos[^1].Id, photos.Count, found);
        }

        private async Task<IReadOnlyList<Pick>> ChooseAsync(
            Loop loop,
            Dictionary<Guid, Prediction> photos,
            SelectionContext context,
            CancellationToken cancellationToken
        )
        {
            if (loop.Strategy is PredictionStrategy rule)
                return [.. rule.Choose([.. photos.Values.Select(SelectCandidates.Handler.ToCandidate)], loop.Settings, context)];
            var strategy = (FeedbackStrategy)loop.Strategy;
            var facts = await feedback.ListAsync(new ConsideredFeedbackOn([.. photos.Keys], strategy.Kind), cancellationToken);
            return
            [
                .. facts
                    .Select(fact =>
                        strategy.Choose(SelectCandidates.Handler.ToCandidate(fact, photos[fact.PredictionId]), loop.Settings, context)
                    )
                    .OfType<Pick>(),
            ];
        }
    }
}
