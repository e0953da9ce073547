using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Switches the model in shadow off. After a fault, records that a person has seen it, which ends the alert.</summary>
public static class StopShadow
{
    /// <param name="By">Who decides.</param>
    public sealed record Command(string By) : IRequest<ShadowResponse>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Models, "Switched the model in shadow off");
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.By).NotEmpty().MaximumLength(PipelineRun.NameLength);
        }
    }

    internal sealed class Handler(
        IUnitOfWork work,
        IMediator mediator,
        IRepository<ShadowRun> runs,
        IShadowFollower follower,
        TimeProvider time
    ) : IRequestHandler<Command, ShadowResponse>
    {
        /// <exception cref="ConflictException">No model answers in shadow.</exception>
        public async Task<ShadowResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            // Answers of the last seconds are stored first, so that the figures are complete.
            await follower.FollowAsync(cancellationToken);
            var version = await work.RunStepAsync((Handler step) => step.StopAsync(request, cancellationToken));
            await follower.FollowAsync(cancellationToken);
            return await mediator.Send(new GetShadow.Query(version), cancellationToken);
        }

        private async Task<string> StopAsync(Command request, CancellationToken cancellationToken)
        {
            var latest = await runs.FirstOrDefaultAsync(new LatestShadowRun(), cancellationToken);
            if (latest is null || (latest.IsOpen is null && !latest.NeedsAttention))
                throw new ConflictException("No model answers in shadow.");
            latest.Stop(ShadowEnd.Stopped, request.By, time.GetUtcNow());
            return latest.Challenger.Version;
        }
    }
}
