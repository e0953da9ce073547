using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Makes a model serve that the gate has let pass, or that a person promotes with a note.</summary>
public static class PromoteModel
{
    /// <param name="Version">Version of the model.</param>
    /// <param name="By">Who decides.</param>
    /// <param name="Override">Why the model is promoted although the gate has not let it pass; null to ask the gate.</param>
    public sealed record Command(string Version, string By, string? Override = null) : IRequest<ServingPeriodResponse>, IAudited
    {
        AuditedAction IAudited.Audited =>
            new(AuditArea.Models, Override is null ? "Promoted a model" : "Promoted a model that the gate had not let pass", Version);
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public const int ShortestNote = 10;

        public Validator()
        {
            RuleFor(command => command.Override)
                .Must(note => note is null || note.Trim().Length >= ShortestNote)
                .OverridePropertyName("override")
                .WithMessage($"Say in at least {ShortestNote} characters why the gate may be passed over. The note stays in the history.")
                .MaximumLength(ServingPeriod.NoteLength);
        }
    }

    internal sealed class Handler(
        IUnitOfWork work,
        ServingHistory history,
        IRepository<RegisteredModel> models,
        IRepository<ModelTrial> trials,
        IServingFollower follower
    ) : IRequestHandler<Command, ServingPeriodResponse>
    {
        /// <exception cref="NotFoundException">There is no such model.</exception>
        /// <exception cref="ConflictException">
        /// The model serves already; or there is no note, and the gate has not let it pass since it was last rolled back from.
        /// </exception>
        public async Task<ServingPeriodResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var serving = await work.RunStepAsync((Handler step) => step.PromoteAsync(request, cancellationToken));
            await follower.FollowAsync(cancellationToken);
            return serving;
        }

        private async Task<ServingPeriodResponse> PromoteAsync(Command request, CancellationToken cancellationToken)
        {
            var model = await models.FindAsync(request.Version, cancellationToken);
            var current = await history.CurrentAsync(cancellationToken);
            var trial = await trials.FirstOrDefaultAsync(new LatestTrialOf(model.Id, current.ModelId), cancellationToken);
            var note = string.IsNullOrWhiteSpace(request.Override) ? null : request.Override.Trim();
            // The gate decides on labels. It does not know why a person or the server rolled the model back later.
            var isOutdated =
                trial is { AllowsPromotion: true } && await history.RolledBackAtAsync(model.Id, cancellationToken) >= trial.EndedAt;
            var passed = trial is { AllowsPromotion: true } && !isOutdated;
            if (!passed && note is null && current.ModelId != model.Id)
                throw new ConflictException(Refusal(model, current.Model, trial, isOutdated));
            return ServingPeriodResponse.Of(
                await history.FollowAsync(
                    model,
                    passed ? ServingReason.Promotion : ServingReason.Override,
                    request.By,
                    note,
                    trial?.Id,
                    cancellationToken
                )
            );
        }

        private static string Refusal(RegisteredModel model, RegisteredModel champion, ModelTrial? trial, bool isOutdated) =>
            (
                isOutdated
                    ? $"Model {model.Version} was rolled back from after the gate had let it pass. Compare it again."
                    : TrialWords.Describe(trial is null ? null : TrialResponse.From(trial), model.Version, champion.Version)
                        + (trial is null ? " Begin a trial first." : "")
            ) + " To promote it all the same, give a note that says why.";
    }
}
