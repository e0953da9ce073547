using System.Security.Cryptography;
using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>Classifies a photo and stores both: first the photo, then the row, then the answer is sent.</summary>
public static class Classify
{
    /// <summary>Bucket of all classified photos.</summary>
    public const string Bucket = "production";

    /// <summary>Maximum length of an idempotency key in characters.</summary>
    public const int IdempotencyKeyLength = 255;

    /// <param name="Upload">The photo as uploaded.</param>
    /// <param name="FileName">The file name given by the client: data, never a path.</param>
    /// <param name="Caller">The uploader.</param>
    /// <param name="Idempotency">The client's idempotency key and its scope; null if every upload creates a new prediction.</param>
    /// <param name="Tags">The tags given by the client; null without tags.</param>
    public sealed record Command(
        ReadOnlyMemory<byte> Upload,
        string? FileName,
        Caller Caller,
        IdempotencyKey? Idempotency = null,
        PhotoTags? Tags = null
    ) : IRequest<PredictionResponse>;

    /// <param name="Scope">The owner of the key.</param>
    /// <param name="Key">The value that the client sent.</param>
    public sealed record IdempotencyKey(string Scope, string Key);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public const int FileNameLength = 1024;

        public Validator()
        {
            RuleFor(c => c.FileName)
                .MaximumLength(FileNameLength)
                .OverridePropertyName("file")
                .WithMessage($"The file name is longer than {FileNameLength} characters. Send a shorter one.");
            RuleFor(c => c.Idempotency!.Key)
                .Must(key => key.Length is > 0 and <= IdempotencyKeyLength && key.All(c => c is > ' ' and <= '~'))
                .When(c => c.Idempotency is not null)
                .OverridePropertyName("Idempotency-Key")
                .WithMessage($"An Idempotency-Key needs 1 to {IdempotencyKeyLength} visible ASCII characters.");
        }
    }

    internal sealed class Handler(
        IUnitOfWork work,
        UploadQuota quota,
        PhotoClassification classification,
        PhotoStorage storage,
        IRepository<Prediction> predictions,
        AnsweringModels answering,
        IRepository<ModelVersion> models,
        IRepository<PhotoEmbedding> embeddings,
        IRepository<IdempotencyRecord> keys,
        IPredictionFacts facts,
        ILinks links,
        ClassificationMetrics metrics,
        IShadow shadow,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, PredictionResponse>
    {
        public async Task<PredictionResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var uploadSha256 = Convert.ToHexStringLower(SHA256.HashData(request.Upload.Span));
            if (await FindRecordAsync(request, cancellationToken) is { } record && !record.HasExpired(time.GetUtcNow()))
                return await AnswerAgainAsync(record, uploadSha256, request, cancellationToken);

            await quota.TakeAsync(request.Caller.Actor, request.Upload.Length);
            var answer = await classification.RunAsync(request.Upload, cancellationToken);
            var kept = answer.Photo;
            var photo = new StoredPhoto
            {
                UploadSha256 = uploadSha256,
                StoredSha256 = Convert.ToHexStringLower(SHA256.HashData(kept)),
                StoredBytes = kept.Length,
                MediaType = answer.Header.MediaType,
                Extension = answer.Header.Extension,
                Width = answer.Header.Width,
                Height = answer.Header.Height,
                FileName = StoredPhoto.CleanFileName(request.FileName),
            };

            return await work.RunStepAsync((Handler step) => step.KeepAsync(request, answer, photo, kept, cancellationToken));
        }

        /// <summary>
        /// Stores the photo first and the row second. A crash in between leaves an object that no client was told about, never an answer
        /// without its photo.
        /// </summary>
        private async Task<PredictionResponse> KeepAsync(
            Command request,
            PhotoClassification.Answer answer,
            StoredPhoto photo,
            byte[] kept,
            CancellationToken cancellationToken
        )
        {
            var now = time.GetUtcNow();
            var record = await FindRecordAsync(request, cancellationToken);
            // A request with the same key may have committed since the first lookup.
            if (record is not null && !record.HasExpired(now))
                return await AnswerAgainAsync(record, photo.UploadSha256, request, cancellationToken);

            var prediction = Prediction.Record(
                photo,
                answer.Probabilities,
                await answering.FindOrRegisterAsync(answer.Output.Model, work, models, now, cancellationToken),
                request.Caller.Actor,
                answer.DecodeTime,
                answer.InferenceTime,
                now,
                request.Tags
            );
            await storage.KeepAsync(prediction, kept, cancellationToken);
            work.AfterRollback(() => storage.ForgetAsync(prediction));
            predictions.Add(prediction);
            if (answer.Output.Embedding is { } embedding)
                embeddings.Add(PhotoEmbedding.Of(prediction, answer.Output.Model.Backbone, embedding));
            if (record is not null)
                record.Reuse(prediction);
            else if (request.Idempotency is { } idempotency)
                keys.Add(IdempotencyRecord.For(idempotency.Scope, idempotency.Key, prediction));
            work.AfterCommit(() =>
            {
                metrics.Kept(prediction.PredictedClass.Name);
                logger.LogInformation(
                    "Prediction {PredictionId}: {PredictedClass} at {Confidence:0.000} for {Maker}, decoded in {DecodeMs:0.0} ms, "
                        + "inferred in {InferenceMs:0.0} ms",
                    prediction.Id,
                    prediction.PredictedClass.Name,
                    prediction.Confidence,
                    prediction.Maker,
                    prediction.DecodeTime.TotalMilliseconds,
                    prediction.InferenceTime.TotalMilliseconds
                );
                if (answer.Pixels is { } pixels)
                    shadow.Offer(new ShadowPhoto(prediction.Id, answer.Output, pixels));
            });
            return PredictionResponse.From(prediction, PredictionFacts.None, links);
        }

        private async Task<IdempotencyRecord?> FindRecordAsync(Command request, CancellationToken cancellationToken) =>
            request.Idempotency is { } idempotency
                ? await keys.FirstOrDefaultAsync(new IdempotencyRecordOf(idempotency.Scope, idempotency.Key), cancellationToken)
                : null;

        private async Task<PredictionResponse> AnswerAgainAsync(
            IdempotencyRecord record,
            string uploadSha256,
            Command request,
            CancellationToken cancellationToken
        )
        {
            if (record.UploadSha256 != uploadSha256)
                throw new ConflictException("This Idempotency-Key was used for another photo. Send a new key with each photo.");
            var earlier = await predictions.FindAsync(record.PredictionId, cancellationToken);
            if (!Equals(earlier.Tags, request.Tags))
                throw new ConflictException(
                    "This Idempotency-Key was used for the same photo with other tags. Send a new key, or the same tags."
                );
            var said = await facts.OfAsync([earlier], request.Caller.Actor, cancellationToken);
            return PredictionResponse.From(earlier, said.GetValueOrDefault(earlier.Id, PredictionFacts.None), links);
        }
    }
}
