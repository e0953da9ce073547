using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Lets the gate look at all trials that wait for labels, and draws further photos for labels that do not count. Job
/// <c>decide-trials</c>. A trial whose champion no longer serves ends without a decision.
/// </summary>
public static class DecideTrials
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Looked">Number of trials that the gate looked at.</param>
    /// <param name="Ended">Number of these that ended.</param>
    public sealed record Response(int Looked, int Ended);

    internal sealed class Handler(
        IUnitOfWork work,
        IMediator mediator,
        IRepository<ModelTrial> trials,
        IRepository<Disagreement> disagreements,
        ServingHistory history,
        TrialGate gate,
        TrialSupply supply,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var open = await trials.ListAsync(new OpenTrials(isPreparing: false), cancellationToken);
            var (ended, drawn) = (0, 0);
            foreach (var trial in open)
            {
                var look = await work.RunStepAsync((Handler step) => step.LookAsync(trial.Id, cancellationToken));
                ended += look.Ended ? 1 : 0;
                drawn += look.Drawn;
            }

            if (drawn > 0)
                await mediator.Send(new MakeTasks.Command(), cancellationToken);
            return new Response(open.Count, ended);
        }

        /// <returns>Whether the trial ended, and the number of photos drawn.</returns>
        private async Task<(bool Ended, int Drawn)> LookAsync(Guid id, CancellationToken cancellationToken)
        {
            var trial = await trials.FirstOrDefaultAsync(new TrialById(id), cancellationToken);
            if (trial is not { EndedAt: null, IsPreparing: false })
                return (false, 0);
            if ((await history.CurrentAsync(cancellationToken)).ModelId != trial.ChampionId)
            {
                trial.End(time.GetUtcNow());
                return (true, 0);
            }

            var photos = await disagreements.ListAsync(new DisagreementsOfTrial(trial.Id), cancellationToken);
            var drawn = await gate.LookAsync(trial, photos, cancellationToken);
            var more = await supply.ReplenishAsync(trial, photos, drawn, cancellationToken);
            return (trial.EndedAt is not null, more);
        }
    }
}
