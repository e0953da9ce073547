using System.Security.Cryptography;
using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>Names the class of a photo and keeps both: photo safe, then row committed, then the answer.</summary>
public static class Classify
{
    /// <summary>Bucket of all photos that were classified.</summary>
    public const string Bucket = "production";

    /// <summary>Most characters of an idempotency key.</summary>
    public const int IdempotencyKeyLength = 255;

    /// <param name="Upload">The photo as it was sent.</param>
    /// <param name="FileName">The name the client gave it: data, never a path.</param>
    /// <param name="Caller">Who sent it.</param>
    /// <param name="Idempotency">The client's key and whose it is; null when every upload is a prediction of its own.</param>
    public sealed record Command(ReadOnlyMemory<byte> Upload, string? FileName, Caller Caller, IdempotencyKey? Idempotency = null)
        : IRequest<PredictionResponse>;

    /// <param name="Scope">Whose key it is.</param>
    /// <param name="Key">What the client sent.</param>
    public sealed record IdempotencyKey(string Scope, string Key);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public const int FileNameLength = 1024;

        public Validator()
        {
            RuleFor(c => c.FileName)
                .MaximumLength(FileNameLength)
                .OverridePropertyName("file")
                .WithMessage($"The file name is longer than {FileNameLength} characters: send a shorter one.");
            RuleFor(c => c.Idempotency!.Key)
                .Must(key => key.Length is > 0 and <= IdempotencyKeyLength && key.All(c => c is > ' ' and <= '~'))
                .When(c => c.Idempotency is not null)
                .OverridePropertyName("Idempotency-Key")
                .WithMessage($"An Idempotency-Key has 1 to {IdempotencyKeyLength} visible ASCII characters.");
        }
    }

    internal sealed class Handler(
        PhotoClassification classification,
        IPhotoReader photos,
        IClassifier classifier,
        PhotoKeeper keeper,
        IRepository<Prediction> predictions,
        IRepository<ModelVersion> models,
        IRepository<IdempotencyRecord> keys,
        IPredictionFacts facts,
        ILinks links,
        ClassificationMetrics metrics,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, PredictionResponse>
    {
        public async Task<PredictionResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var uploadSha256 = Convert.ToHexStringLower(SHA256.HashData(request.Upload.Span));
            if (await FindRecordAsync(request, cancellationToken) is { } record && !record.HasExpired(time.GetUtcNow()))
                return await AnswerAgainAsync(record, uploadSha256, request, cancellationToken);

            var answer = await classification.RunAsync(request.Upload, cancellationToken);
            var kept = photos.RemoveMetadata(request.Upload);
            var photo = new StoredPhoto(
                uploadSha256,
                Convert.ToHexStringLower(SHA256.HashData(kept)),
                kept.Length,
                answer.Header.MediaType,
                answer.Header.Extension,
                answer.Header.Width,
                answer.Header.Height,
                StoredPhoto.CleanFileName(request.FileName)
            );

            return await ConcurrentChangeException.RetryAsync(() => KeepAsync(request, answer, photo, kept, cancellationToken));
        }

        /// <summary>Photo first, row second: a crash in between leaves an object that nobody was told of, never an answer without its photo.</summary>
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
            // A request with the same key may have won since we looked first.
            if (record is not null && !record.HasExpired(now))
                return await AnswerAgainAsync(record, photo.UploadSha256, request, cancellationToken);

            var prediction = Prediction.Record(
                photo,
                answer.Probabilities,
                await models.FindOrRegisterAsync(classifier.Model, now, cancellationToken),
                request.Caller.Actor,
                answer.DecodeTime,
                answer.InferenceTime,
                now
            );
            await keeper.KeepAsync(prediction, kept, cancellationToken);
            predictions.Add(prediction);
            if (record is not null)
                record.Reuse(prediction);
            else if (request.Idempotency is { } idempotency)
                keys.Add(IdempotencyRecord.For(idempotency.Scope, idempotency.Key, prediction));
            try
            {
                // A caller who leaves now would leave a photo without a row, which nobody could ever erase.
                await predictions.SaveChangesAsync(CancellationToken.None);
            }
            catch (Exception e) when (e is ConcurrentChangeException or StorageFullException)
            {
                // The row is not there for certain. After other failures it may be: then the photo stays, and is swept if it is not.
                await keeper.ForgetAsync(prediction);
                throw;
            }

            metrics.Kept(prediction.PredictedClass.Name);
            logger.LogInformation(
                "Prediction {PredictionId}: {PredictedClass} at {Confidence:0.000} for {Maker}, decoded in {DecodeMs:0.0} ms, inferred in {InferenceMs:0.0} ms",
                prediction.Id,
                prediction.PredictedClass.Name,
                prediction.Confidence,
                prediction.Maker,
                prediction.DecodeTime.TotalMilliseconds,
                prediction.InferenceTime.TotalMilliseconds
            );
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
                throw new ConflictException("This Idempotency-Key was used for another photo: send a new key with a new photo.");
            var earlier = await predictions.FindAsync(record.PredictionId, cancellationToken);
            var said = await facts.OfAsync([earlier], request.Caller.Actor, cancellationToken);
            return PredictionResponse.From(earlier, said.GetValueOrDefault(earlier.Id, PredictionFacts.None), links);
        }
    }
}
