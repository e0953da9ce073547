using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Lets a model answer live photos in shadow: after the answer of the model that serves, and without effect on it. Another model that does
/// so ends.
/// </summary>
public static class StartShadow
{
    /// <param name="Version">Version of the model.</param>
    /// <param name="By">Who decides.</param>
    public sealed record Command(string Version, string By) : IRequest<ShadowResponse>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Models, "Let a model answer in shadow", Version);
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.Version).NotEmpty().MaximumLength(RegisteredModel.VersionLength).OverridePropertyName("version");
        }
    }

    internal sealed class Handler(
        IUnitOfWork work,
        IMediator mediator,
        IRepository<RegisteredModel> registered,
        IRepository<ShadowRun> runs,
        ServingHistory history,
        IShadowFollower follower,
        TimeProvider time
    ) : IRequestHandler<Command, ShadowResponse>
    {
        /// <exception cref="NotFoundException">There is no such model.</exception>
        /// <exception cref="ConflictException">The model serves, answers in shadow already, or cannot be loaded here.</exception>
        public async Task<ShadowResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            await work.RunStepAsync((Handler step) => step.StartAsync(request, cancellationToken));
            await follower.FollowAsync(cancellationToken);
            var started = await mediator.Send(new GetShadow.Query(request.Version), cancellationToken);
            return started.Fault is { } fault
                ? throw new ConflictException($"Model {request.Version} cannot answer in shadow. {fault}")
                : started;
        }

        private async Task<Guid> StartAsync(Command request, CancellationToken cancellationToken)
        {
            var challenger = await registered.FindAsync(request.Version, cancellationToken);
            var champion = (await history.CurrentAsync(cancellationToken)).Model;
            if (challenger.Id == champion.Id)
                throw new ConflictException($"Model {request.Version} serves already.");
            var now = time.GetUtcNow();
            if (await runs.FirstOrDefaultAsync(new LatestShadowRun(), cancellationToken) is { } latest)
            {
                if (latest.IsOpen == true && latest.ChallengerId == challenger.Id)
                    throw new ConflictException($"Model {request.Version} answers in shadow already.");
                latest.Stop(ShadowEnd.Replaced, request.By, now);
            }

            var run = ShadowRun.Start(challenger, champion, request.By, now);
            runs.Add(run);
            return run.Id;
        }
    }
}
