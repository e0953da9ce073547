using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Imports the photos of a lab, with its model's answers and people's feedback. Each prediction id is derived from the photo's key and
/// bytes, so that importing again, or resuming an interrupted import, creates no duplicates. The lab's own objects are not changed.
/// </summary>
public static class ImportLab
{
    /// <summary>Name of the model under which the lab's answers are recorded.</summary>
    public const string ModelName = "lab";

    /// <param name="Lab">The lab's object store.</param>
    /// <param name="Progress">Receives the result of each photo; null for no reports.</param>
    public sealed record Command(IObjectStore Lab, IProgress<Item>? Progress = null) : IRequest<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Photos, "Imported the photos of a lab");
    }

    /// <summary>The result for one photo.</summary>
    public enum Outcome
    {
        /// <summary>Imported, with the lab's answer.</summary>
        Taken = 0,

        /// <summary>Imported, with a new answer of our model, because the lab stored no probability.</summary>
        Reclassified,

        /// <summary>Already in this installation.</summary>
        Known,

        /// <summary>Could not be imported.</summary>
        Skipped,
    }

    /// <param name="Key">The photo's key in the lab's bucket, or a key that only the lab's list names.</param>
    /// <param name="Outcome">The result.</param>
    /// <param name="PredictionId">Id of the prediction here; null if skipped.</param>
    /// <param name="Reason">Why the photo was skipped or is already known; null if it was imported.</param>
    public sealed record Item(string Key, Outcome Outcome, Guid? PredictionId, string? Reason);

    /// <param name="Counts">Number of photos by outcome.</param>
    public sealed record Response(IReadOnlyDictionary<Outcome, int> Counts);

    internal sealed class Handler(
        IUnitOfWork work,
        IRepository<Prediction> predictions,
        IRepository<ModelVersion> models,
        IRepository<Tombstone> tombstones,
        IRepository<UserFeedback> feedback,
        IRepository<SamplingWindow> windows,
        SamplingKeys keys,
        IPhotoReader photos,
        PhotoClassification classification,
        IClassifier classifier,
        PhotoStorage storage,
        IOptions<LimitsOptions> limits,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        /// <exception cref="StoreUnavailableException">
        /// A store or the database is unavailable. Photos imported so far stay; run it again later.
        /// </exception>
        /// <exception cref="JsonException">The lab's list cannot be read.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var windowId = Guid.CreateVersion7(time.GetUtcNow());
            var counts = Enum.GetValues<Outcome>().ToDictionary(outcome => outcome, _ => 0);
            var tracking = await LabTracking.ReadAsync(request.Lab, ExportTracking.Address, cancellationToken);
            var missing = tracking.Keys.ToHashSet(StringComparer.Ordinal);
            await foreach (var found in request.Lab.ListAsync(Classify.Bucket, prefix: "", cancellationToken))
            {
                if (found.Key.StartsWith(Buckets.OwnPrefix, StringComparison.Ordinal))
                    continue;
                missing.Remove(found.Key);
                Count(
                    await work.RunStepAsync(
                        (Handler step) => step.TakeAsync(request.Lab, found, tracking.Find(found.Key), windowId, cancellationToken)
                    )
                );
            }

            foreach (var key in missing.Where(key => PhotoName.PredictionOf(key) is null).Order(StringComparer.Ordinal))
                Count(Skip(key, "the lab's list contains this photo, but the photo does not exist"));
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
            Guid windowId,
            CancellationToken cancellationToken
        )
        {
            var labels = classifier.Model.Labels;
            if (FolderOf(found.Key) is not { } index)
                return Skip(found.Key, "it is not in a class folder (class_NN/…)");
            if (index >= labels.Length)
                return Skip(found.Key, $"class {index} does not exist: the model has {labels.Length} classes");
            if (found.Size > limits.Value.UploadBytes)
                return Skip(found.Key, $"it is larger than Limits:UploadMebibytes ({limits.Value.UploadMebibytes} MiB)");
            // Finds our own photos, if the lab's bucket is also ours.
            if (
                PhotoName.PredictionOf(found.Key) is { } own
                && await predictions.CountAsync(new PredictionsWithIds([own]), cancellationToken) > 0
            )
                return new Item(found.Key, Outcome.Known, own, "it is already a photo of this installation");

            var address = new ObjectAddress(Classify.Bucket, found.Key);
            var tags = lab.KeepsTags
                ? await lab.ReadTagsAsync(address, cancellationToken)
                : new Dictionary<string, string>(StringComparer.Ordinal);
            if ((tags.GetValueOrDefault("predicted_class") ?? entry?.Prediction) is { } name && !IsNameOf(name, labels[index]))
                return Skip(
                    found.Key,
                    $"its folder is that of {labels[index]}, "
                        + $"but its {(tags.ContainsKey("predicted_class") ? "tags name" : "entry in the list names")} {name}"
                );
            if (tags.GetValueOrDefault("corrected_class") is { } said && ClassOf(said) is null)
                return Skip(found.Key, $"its tags correct it to {said}, which is not a class of the model");

            var bytes = await (await lab.OpenReadAsync(address, cancellationToken)).ReadToEndAsync(cancellationToken);
            var uploadSha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
            var answeredAt = TimeOf(tags.GetValueOrDefault("timestamp") ?? entry?.Timestamp) ?? found.WrittenAt;
            var id = IdOf(found.Key, uploadSha256, answeredAt);
            if (await tombstones.FirstOrDefaultAsync(new TombstoneById(id), cancellationToken) is not null)
                return Skip(found.Key, "it was imported before and has been deleted here since");
            if (await predictions.FirstOrDefaultAsync(new PredictionOfBytes(uploadSha256), cancellationToken) is { } same)
                return new Item(
                    found.Key,
                    Outcome.Known,
                    same.Id,
                    same.Id == id ? "it was imported before" : "the same photo is already stored"
                );

            try
            {
                return await KeepAsync(found.Key, id, index, bytes, uploadSha256, answeredAt, entry, tags, windowId, cancellationToken);
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
            Guid windowId,
            CancellationToken cancellationToken
        )
        {
            var header = photos.ReadHeader(bytes);
            var kept = photos.RemoveMetadata(bytes);
            var fileName = entry?.FileName ?? (PhotoName.PredictionOf(key) is null ? PhotoName.Of(key) : null);
            var photo = new StoredPhoto
            {
                UploadSha256 = uploadSha256,
                StoredSha256 = Convert.ToHexStringLower(SHA256.HashData(kept)),
                StoredBytes = kept.Length,
                MediaType = header.MediaType,
                Extension = header.Extension,
                Width = header.Width,
                Height = header.Height,
                FileName = StoredPhoto.CleanFileName(fileName),
            };

            var confidence = ConfidenceOf(tags.GetValueOrDefault("confidence")) ?? entry?.Confidence;
            var labs = confidence is >= 0 and <= 1;
            var (probabilities, model) = labs
                ? (ClassProbabilities.BestOnly(index, confidence!.Value, classifier.Model.Labels.Length), LabsModel)
                : await AnswerAnewAsync(bytes, cancellationToken);
            var version = await models.FindOrRegisterAsync(model, time.GetUtcNow(), cancellationToken);
            if (await windows.FirstOrDefaultAsync(new WindowById(windowId), cancellationToken) is null)
                windows.Add(SamplingWindow.ForImport(windowId, await keys.CurrentAsync(cancellationToken), time.GetUtcNow()));
            var prediction = Prediction.TakeOver(id, photo, probabilities, version, answeredAt, windowId);
            await storage.KeepAsync(prediction, kept, cancellationToken);
            predictions.Add(prediction);
            if (tags.GetValueOrDefault("flagged") == "true")
                feedback.Add(UserFeedback.Flag(prediction, Actor.Anonymous, FeedbackSource.Imported, answeredAt));
            if (tags.GetValueOrDefault("corrected_class") is { } corrected)
                feedback.Add(
                    UserFeedback.Correct(prediction, ClassOf(corrected)!.Value, Actor.Anonymous, FeedbackSource.Imported, answeredAt)
                );
            return new Item(key, labs ? Outcome.Taken : Outcome.Reclassified, id, Reason: null);
        }

        /// <summary>
        /// Describes the lab's model. The lab stores no hash of it. Its classes must be ours, because class indexes would otherwise be
        /// meaningless.
        /// </summary>
        private ModelDescription LabsModel =>
            classifier.Model with
            {
                Name = ModelName,
                Version = "imported",
                Variant = "float",
                Sha256 = "",
                Temperature = 1,
            };

        private async Task<(ClassProbabilities Probabilities, ModelDescription Model)> AnswerAnewAsync(
            byte[] photo,
            CancellationToken cancellationToken
        )
        {
            var answer = await classification.RunAsync(photo, cancellationToken);
            return (answer.Probabilities, answer.Output.Model);
        }

        /// <summary>Returns the index of the class that a tag names, spelled as it is or as tags require; null if there is none.</summary>
        private int? ClassOf(string tag)
        {
            var labels = classifier.Model.Labels;
            if (ClassName.IndexIn(labels, tag) is { } exact)
                return exact;
            var index = labels.Select(ObjectTags.ValueOf).ToList().IndexOf(tag);
            return index >= 0 ? index : null;
        }

        private static bool IsNameOf(string name, string label) => ClassName.Normalize(name) == label || name == ObjectTags.ValueOf(label);

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

        /// <summary>
        /// Returns a UUIDv7 (RFC 9562, 5.7) whose random part is derived from a hash, so that the same photo always gets the same id.
        /// </summary>
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
