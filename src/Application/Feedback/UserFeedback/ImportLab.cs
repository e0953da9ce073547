using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Takes over the photos of a lab, with what its model said and what people said of that: each under an id that follows from its key and bytes, so that taking over twice, or going on
/// where it broke off, makes nothing twice. The lab's own objects stay as they are.
/// </summary>
public static class ImportLab
{
    /// <summary>Name of the model that answers of a lab are recorded under.</summary>
    public const string ModelName = "lab";

    /// <param name="Lab">The lab's object store.</param>
    /// <param name="Progress">Told of each photo; null when nobody wants to know.</param>
    public sealed record Command(IObjectStore Lab, IProgress<Item>? Progress = null) : IRequest<Response>;

    /// <summary>What became of a photo.</summary>
    public enum Outcome
    {
        /// <summary>It is a prediction now, with the lab's answer.</summary>
        Taken = 0,

        /// <summary>It is a prediction now. The lab kept no probability with it, so our model answered anew.</summary>
        Reclassified,

        /// <summary>It is here already.</summary>
        Known,

        /// <summary>It cannot be taken.</summary>
        Skipped,
    }

    /// <param name="Key">The photo in the lab's bucket, or what the lab's list says of it.</param>
    /// <param name="Outcome">What became of it.</param>
    /// <param name="PredictionId">What it is here; null when skipped.</param>
    /// <param name="Reason">Why it was skipped, or which prediction it is.</param>
    public sealed record Item(string Key, Outcome Outcome, Guid? PredictionId, string? Reason);

    /// <param name="Counts">How many photos had which outcome.</param>
    public sealed record Response(IReadOnlyDictionary<Outcome, int> Counts);

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IRepository<ModelVersion> models,
        IRepository<Tombstone> tombstones,
        IRepository<UserFeedback> feedback,
        IPhotoReader photos,
        PhotoClassification classification,
        IClassifier classifier,
        PhotoKeeper keeper,
        IOptions<LimitsOptions> limits,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        /// <exception cref="StoreUnavailableException">A store is away, or the database. What was taken stays; go on later.</exception>
        /// <exception cref="JsonException">The lab's list cannot be read.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var counts = Enum.GetValues<Outcome>().ToDictionary(outcome => outcome, _ => 0);
            var tracking = await LabTracking.ReadAsync(request.Lab, ExportTracking.Address, cancellationToken);
            var missing = tracking.Keys.ToHashSet(StringComparer.Ordinal);
            await foreach (var found in request.Lab.ListAsync(Classify.Bucket, prefix: "", cancellationToken))
            {
                missing.Remove(found.Key);
                Count(await TakeAsync(request.Lab, found, tracking.Find(found.Key), cancellationToken));
            }

            foreach (var key in missing.Where(key => PhotoName.PredictionOf(key) is null).Order(StringComparer.Ordinal))
                Count(Skip(key, "the lab's list names it, but there is no such photo"));
            return new Response(counts);

            void Count(Item item)
            {
                counts[item.Outcome]++;
                request.Progress?.Report(item);
            }
        }

        private async Task<Item> TakeAsync(
            IObjectStore lab,
            StoredObject found,
            LabTracking.Entry? entry,
            CancellationToken cancellationToken
        )
        {
            var labels = classifier.Model.Labels;
            if (FolderOf(found.Key) is not { } index)
                return Skip(found.Key, "it stands in no folder of a class (class_NN/…)");
            if (index >= labels.Length)
                return Skip(found.Key, $"there is no class {index}: the model has {labels.Length}");
            if (found.Size > limits.Value.UploadBytes)
                return Skip(found.Key, $"it is larger than Limits:UploadMebibytes ({limits.Value.UploadMebibytes} MiB)");
            // Our own photos, where the lab's bucket is ours.
            if (
                PhotoName.PredictionOf(found.Key) is { } own
                && await predictions.CountAsync(new PredictionsWithIds([own]), cancellationToken) > 0
            )
                return new Item(found.Key, Outcome.Known, own, "it is a photo of this installation");

            var address = new ObjectAddress(Classify.Bucket, found.Key);
            var tags = lab.KeepsTags
                ? await lab.ReadTagsAsync(address, cancellationToken)
                : new Dictionary<string, string>(StringComparer.Ordinal);
            if ((tags.GetValueOrDefault("predicted_class") ?? entry?.Prediction) is { } name && name != labels[index])
                return Skip(
                    found.Key,
                    $"its folder says {labels[index]}, but its {(tags.ContainsKey("predicted_class") ? "tags say" : "entry in the list says")} {name}"
                );
            if (tags.GetValueOrDefault("corrected_class") is { } said && !labels.Contains(said, StringComparer.Ordinal))
                return Skip(found.Key, $"its tags correct it to {said}, which is no class of the model");

            var bytes = await (await lab.OpenReadAsync(address, cancellationToken)).ReadToEndAsync(cancellationToken);
            var uploadSha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
            var answeredAt = TimeOf(tags.GetValueOrDefault("timestamp") ?? entry?.Timestamp) ?? found.WrittenAt;
            var id = IdOf(found.Key, uploadSha256, answeredAt);
            if (await tombstones.FirstOrDefaultAsync(new TombstoneById(id), cancellationToken) is not null)
                return Skip(found.Key, "it was taken over before, and erased here since");
            if (await predictions.FirstOrDefaultAsync(new PredictionOfBytes(uploadSha256), cancellationToken) is { } same)
                return new Item(
                    found.Key,
                    Outcome.Known,
                    same.Id,
                    same.Id == id ? "it was taken over before" : "the same photo is here already"
                );

            try
            {
                return await KeepAsync(found.Key, id, index, bytes, uploadSha256, answeredAt, entry, tags, cancellationToken);
            }
            catch (UnusablePhotoException e)
            {
                return Skip(found.Key, e.Message);
            }
        }

        private async Task<Item> KeepAsync(
            string key,
            Guid id,
            int index,
            byte[] bytes,
            string uploadSha256,
            DateTimeOffset answeredAt,
            LabTracking.Entry? entry,
            IReadOnlyDictionary<string, string> tags,
            CancellationToken cancellationToken
        )
        {
            var header = photos.ReadHeader(bytes);
            var kept = photos.RemoveMetadata(bytes);
            var fileName = entry?.FileName ?? (PhotoName.PredictionOf(key) is null ? PhotoName.Of(key) : null);
            var photo = new StoredPhoto(
                uploadSha256,
                Convert.ToHexStringLower(SHA256.HashData(kept)),
                kept.Length,
                header.MediaType,
                header.Extension,
                header.Width,
                header.Height,
                StoredPhoto.CleanFileName(fileName)
            );

            var confidence = ConfidenceOf(tags.GetValueOrDefault("confidence")) ?? entry?.Confidence;
            var labs = confidence is >= 0 and <= 1;
            var prediction = labs
                ? Prediction.TakeOver(
                    id,
                    photo,
                    ClassProbabilities.BestOnly(index, confidence!.Value, classifier.Model.Labels.Length),
                    await ModelAsync(labs, cancellationToken),
                    answeredAt
                )
                : Prediction.TakeOver(
                    id,
                    photo,
                    (await classification.RunAsync(bytes, cancellationToken)).Probabilities,
                    await ModelAsync(labs, cancellationToken),
                    answeredAt
                );
            await keeper.KeepAsync(prediction, kept, cancellationToken);
            predictions.Add(prediction);
            if (tags.GetValueOrDefault("flagged") == "true")
                feedback.Add(UserFeedback.Flag(prediction, Actor.Anonymous, FeedbackSource.Imported, answeredAt));
            if (tags.GetValueOrDefault("corrected_class") is { } corrected)
                feedback.Add(
                    UserFeedback.Correct(
                        prediction,
                        prediction.Model.FindClass(corrected)!.Index,
                        Actor.Anonymous,
                        FeedbackSource.Imported,
                        answeredAt
                    )
                );
            // Who stops it now would leave a photo without a row.
            await predictions.SaveChangesAsync(CancellationToken.None);
            predictions.Release();
            return new Item(key, labs ? Outcome.Taken : Outcome.Reclassified, id, Reason: null);
        }

        /// <summary>The model that answered: the lab's, or ours. The lab keeps no hash of its model. Its classes are ours, else their numbers would mean nothing here.</summary>
        private Task<ModelVersion> ModelAsync(bool labs, CancellationToken cancellationToken)
        {
            var loaded = classifier.Model;
            return models.FindOrRegisterAsync(
                labs ? loaded with { Name = ModelName, Version = "imported", Variant = "float", Sha256 = "", Temperature = 1 } : loaded,
                time.GetUtcNow(),
                cancellationToken
            );
        }

        private static Item Skip(string key, string reason) => new(key, Outcome.Skipped, PredictionId: null, reason);

        private static int? FolderOf(string key) =>
            key.Split('/') is [var folder, { Length: > 0 }]
            && folder.StartsWith("class_", StringComparison.Ordinal)
            && int.TryParse(folder.AsSpan("class_".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                ? index
                : null;

        private static DateTimeOffset? TimeOf(string? text) =>
            DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var parsed
            )
            && parsed > DateTimeOffset.UnixEpoch
                ? DateTimeOffset.FromUnixTimeMilliseconds(parsed.ToUnixTimeMilliseconds())
                : null;

        private static float? ConfidenceOf(string? text) =>
            float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

        /// <summary>A UUIDv7 (RFC 9562, 5.7) whose random part is taken from a hash.</summary>
        private static Guid IdOf(string key, string sha256, DateTimeOffset answeredAt)
        {
            var id = Guid.CreateVersion7(answeredAt).ToByteArray(bigEndian: true);
            SHA256.HashData(Encoding.UTF8.GetBytes($"lab/{key}/{sha256}")).AsSpan(0, 10).CopyTo(id.AsSpan(6));
            id[6] = (byte)(0x70 | (id[6] & 0x0F));
            id[8] = (byte)(0x80 | (id[8] & 0x3F));
            return new Guid(id, bigEndian: true);
        }
    }
}
