using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns to the model that served before, without asking the gate.</summary>
public static class RollbackModel
{
    /// <param name="By">Who decides.</param>
    /// <param name="Note">Their note; null for none.</param>
    public sealed record Command(string By, string? Note = null) : IRequest<ServingPeriodResponse>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Models, "Returned to the model before");
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.Note).MaximumLength(ServingPeriod.NoteLength).OverridePropertyName("note");
        }
    }

    internal sealed class Handler(IUnitOfWork work, ServingHistory history, IServingFollower follower)
        : IRequestHandler<Command, ServingPeriodResponse>
    {
        /// <exception cref="ConflictException">No other model served before.</exception>
        public async Task<ServingPeriodResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var serving = await work.RunStepAsync((Handler step) => step.ReturnAsync(request, cancellationToken));
            await follower.FollowAsync(cancellationToken);
            return serving;
        }

        private async Task<ServingPeriodResponse> ReturnAsync(Command request, CancellationToken cancellationToken)
        {
            var current = await history.CurrentAsync(cancellationToken);
            var before = await history.PreviousAsync(cancellationToken)
                ?? throw new ConflictException($"No other model served before {current.Model.Version}, so there is none to return to.");
            return ServingPeriodResponse.Of(
                await history.FollowAsync(
                    before,
                    ServingReason.Rollback,
                    request.By,
                    string.IsNullOrWhiteSpace(request.Note) ? null : request.Note.Trim(),
                    trialId: null,
                    cancellationToken
                )
            );
        }
    }
}
