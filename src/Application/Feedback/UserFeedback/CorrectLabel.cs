using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Records the class that a rater gives a photo. Giving the predicted class is recorded as a confirmation. Giving another class later
/// supersedes the earlier entry, which stays on record.
/// </summary>
public static class CorrectLabel
{
    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Class">Name of a class of the model.</param>
    /// <param name="Caller">The rater.</param>
    /// <param name="Source">How the correction came in. With <see cref="FeedbackSource.LabRoute"/>, knowing the id is sufficient
    /// permission.</param>
    public sealed record Command(Guid PredictionId, string Class, Caller Caller, FeedbackSource Source) : ICommand<Response>;

    /// <param name="FeedbackId">Id of the feedback entry.</param>
    /// <param name="Kind">Correction, or Confirmation when the class is the predicted one.</param>
    /// <param name="OutputKey">Future key of the exported correction in bucket <c>labelstudio</c>.</param>
    public sealed record Response(Guid FeedbackId, FeedbackKind Kind, string OutputKey);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(c => c.Class)
                .NotEmpty()
                .OverridePropertyName("class")
                .WithMessage("'class' is missing. Send one of the model's classes.");
        }
    }

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IRepository<UserFeedback> feedback,
        FeedbackOrigin origin,
        FeedbackLedger ledger,
        IAnswerGuard guard,
        IUnitOfWork work,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        /// <exception cref="NotFoundException">The prediction does not exist, or belongs to another caller.</exception>
        /// <exception cref="ConflictException">
        /// The caller is labelling the same photo blind, and the response to a correction reveals the model's answer.
        /// </exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var prediction = await predictions.FindRatableAsync(request.PredictionId, request.Caller, request.Source, cancellationToken);
            await guard.RequireAsync(prediction, request.Caller, cancellationToken);
            var label = prediction.Model.FindClass(request.Class) ?? throw NoSuchClass(request.Class, prediction.Model);
            var rater = request.Caller.Actor;
            var now = time.GetUtcNow();
            var current = await feedback.FirstOrDefaultAsync(
                new CurrentFeedback(prediction.Id, rater, FeedbackTopic.Class),
                cancellationToken
            );
            if (current?.ClassIndex == label.Index)
                return new Response(current.Id, current.Kind, current.OutputKey);

            if (current is not null)
            {
                current.Supersede(now);
                await ledger.EndAsync(current, cancellationToken);
            }

            var correction = UserFeedback.Correct(
                prediction,
                label.Index,
                rater,
                request.Source,
                now,
                await origin.ReadAsync(cancellationToken)
            );
            feedback.Add(correction);
            prediction.MarkTagsDirty();
            work.AfterCommit(() =>
                logger.LogInformation(
                    "Prediction {PredictionId}: class {Class} given by {Rater} ({Source}, {Kind})",
                    prediction.Id,
                    label.Name,
                    rater,
                    request.Source,
                    correction.Kind
                )
            );
            return new Response(correction.Id, correction.Kind, correction.OutputKey);
        }

        private static ValidationException NoSuchClass(string name, ModelVersion model) =>
            new([new ValidationFailure("class", $"There is no class '{name}'. The classes are: {string.Join(", ", model.Labels)}.")]);
    }
}
