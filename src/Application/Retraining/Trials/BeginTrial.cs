using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Begins a trial of a model against the one that serves: finds the photos on which they disagree, and draws some of them to be labelled.
/// An earlier trial of the model that still waits for labels ends. Models with different networks answer the photos first, by job
/// <c>answer-photos</c>.
/// </summary>
public static class BeginTrial
{
    /// <param name="Version">Version of the model that may be promoted.</param>
    /// <param name="By">Who begins the trial.</param>
    /// <param name="Mode">Whether the model must be not worse by the margin, or better.</param>
    /// <param name="Margin">Margin of the accuracy, as a share of all photos.</param>
    /// <param name="MostLabels">Number of labels that may be asked for.</param>
    public sealed record Command(
        string Version,
        string By,
        GateMode Mode = GateMode.NonInferiority,
        double Margin = 0.02,
        int MostLabels = 200
    ) : IRequest<TrialResponse>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Models, "Compared a model with the one that serves", Version);
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public const double LargestMargin = 0.2;
        public const int LargestPlan = 2000;

        public Validator()
        {
            RuleFor(command => command.Margin)
                .InclusiveBetween(0.001, LargestMargin)
                .OverridePropertyName("margin")
                .WithMessage($"The margin is a share of all photos, from 0.001 to {LargestMargin}; 0.02 means 2 points.");
            RuleFor(command => command.MostLabels)
                .InclusiveBetween(10, LargestPlan)
                .OverridePropertyName("mostLabels")
                .WithMessage($"Ask for 10 to {LargestPlan} labels.");
        }
    }

    internal sealed class Handler(
        IUnitOfWork work,
        IMediator mediator,
        IRepository<RegisteredModel> registered,
        IRepository<ModelTrial> trials,
        ServingHistory history,
        ModelComparison comparison,
        TrialStart start,
        TimeProvider time
    ) : IRequestHandler<Command, TrialResponse>
    {
        /// <exception cref="NotFoundException">There is no such model.</exception>
        /// <exception cref="ConflictException">The model serves already.</exception>
        public async Task<TrialResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var challenger = await registered.FindAsync(request.Version, cancellationToken);
            var champion = (await history.CurrentAsync(cancellationToken)).Model;
            if (challenger.Id == champion.Id)
                throw new ConflictException($"Model {request.Version} serves already.");
            var compared = comparison.CanCompare(challenger, champion)
                ? await comparison.CompareAsync(
                    challenger,
                    champion,
                    ModelComparison.NewestPhotoOf(challenger, champion),
                    cancellationToken
                )
                : null;
            var id = await work.RunStepAsync((Handler step) => step.BeginAsync(request, champion.Id, compared, cancellationToken));
            await mediator.Send(new MakeTasks.Command(), cancellationToken);
            return await mediator.Send(new GetTrial.Query(id), cancellationToken);
        }

        private async Task<Guid> BeginAsync(
            Command request,
            Guid championId,
            ModelComparison.Result? compared,
            CancellationToken cancellationToken
        )
        {
            var challenger = await registered.FindAsync(request.Version, cancellationToken);
            var champion = (await history.CurrentAsync(cancellationToken)).Model;
            if (champion.Id != championId)
                throw new ConflictException($"Model {champion.Version} began to serve meanwhile. Begin the trial again.");
            var now = time.GetUtcNow();
            foreach (var open in await trials.ListAsync(new OpenTrials(), cancellationToken))
            {
                if (open.ChallengerId == challenger.Id)
                    open.End(now);
            }

            var rule = new TrialRule(request.Mode, request.Margin, request.MostLabels);
            var id = Guid.CreateVersion7(now);
            if (compared is null)
            {
                var newerThan = await comparison.FindStartAsync(challenger, champion, cancellationToken);
                trials.Add(ModelTrial.Prepare(id, challenger, champion, rule, newerThan, request.By, now));
                return id;
            }

            var trial = ModelTrial.Begin(id, challenger, champion, rule, compared.Pool, request.By, now);
            trials.Add(trial);
            await start.DrawAsync(trial, compared, cancellationToken);
            return trial.Id;
        }
    }
}
