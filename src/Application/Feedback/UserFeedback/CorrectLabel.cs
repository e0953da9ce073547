using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Feedback;

/// <summary>Records which class a rater says a photo shows. The predicted class is a fact too: a confirmation. Another class later supersedes the fact, and keeps it.</summary>
public static class CorrectLabel
{
    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Class">Name of a class of the model.</param>
    /// <param name="Caller">Who says so.</param>
    /// <param name="Source">How it came in; with <see cref="FeedbackSource.LabRoute"/> knowing the id is the permission.</param>
    public sealed record Command(Guid PredictionId, string Class, Caller Caller, FeedbackSource Source) : IRequest<Response>;

    /// <param name="FeedbackId">Id of the fact.</param>
    /// <param name="Kind">Correction, or Confirmation when the class is the predicted one.</param>
    /// <param name="OutputKey">Where the export of the correction will stand in bucket <c>labelstudio</c>.</param>
    public sealed record Response(Guid FeedbackId, FeedbackKind Kind, string OutputKey);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(c => c.Class)
                .NotEmpty()
                .OverridePropertyName("class")
                .WithMessage("'class' is missing: name one of the model's classes.");
        }
    }

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IRepository<UserFeedback> feedback,
        FeedbackOrigin origin,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        public Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            ConcurrentChangeException.RetryAsync(() => CorrectAsync(request, cancellationToken));

        private async Task<Response> CorrectAsync(Command request, CancellationToken cancellationToken)
        {
            var prediction = await predictions.FindRatableAsync(request.PredictionId, request.Caller, request.Source, cancellationToken);
            var label = prediction.Model.FindClass(request.Class) ?? throw NoSuchClass(request.Class, prediction.Model);
            var rater = request.Caller.Actor;
            var now = time.GetUtcNow();
            var current = await feedback.FirstOrDefaultAsync(
                new CurrentFeedback(prediction.Id, rater, FeedbackTopic.Class),
                cancellationToken
            );
            if (current?.ClassIndex == label.Index)
                return new Response(current.Id, current.Kind, current.OutputKey);

            current?.Supersede(now);
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
            await feedback.SaveChangesAsync(cancellationToken);
            logger.LogInformation(
                "Prediction {PredictionId} is {Class} says {Rater} ({Source}, {Kind})",
                prediction.Id,
                label.Name,
                rater,
                request.Source,
                correction.Kind
            );
            return new Response(correction.Id, correction.Kind, correction.OutputKey);
        }

        private static ValidationException NoSuchClass(string name, ModelVersion model) =>
            new([new ValidationFailure("class", $"There is no class '{name}'. The classes are: {string.Join(", ", model.Labels)}.")]);
    }
}
