using System.Security.Cryptography;
using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Imports labelled photos as a source of dataset versions. The photos are classified and stored like uploads, but belong to no sampling
/// window that is drawn or measured. A photo that is stored already gets the label only. Can be repeated.
/// </summary>
public static class ImportLabels
{
    private const int LongestName = 40;

    /// <param name="Name">Name of the import. Versions call the source <c>import:{name}</c>.</param>
    /// <param name="Files">The photos with their labels.</param>
    /// <param name="By">The person or program that imports them.</param>
    /// <param name="Progress">Receives each photo's result; null when it is not needed.</param>
    public sealed record Command(string Name, IAsyncEnumerable<LabelledFile> Files, string By, IProgress<Item>? Progress = null)
        : IRequest<Response>,
            IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Datasets, "Imported labelled photos", Name);
    }

    /// <summary>A photo with its label.</summary>
    /// <param name="Name">The file's name, for messages.</param>
    /// <param name="Class">Name of the class.</param>
    /// <param name="ReadAsync">Reads the bytes. Null if there is no such file.</param>
    public sealed record LabelledFile(string Name, string Class, Func<CancellationToken, Task<byte[]>>? ReadAsync);

    /// <summary>The result for a photo.</summary>
    public enum Outcome
    {
        /// <summary>The photo was classified and stored with its label.</summary>
        Taken = 0,

        /// <summary>The photo was stored already; it has the label now.</summary>
        Labelled,

        /// <summary>The photo had the label already.</summary>
        Known,

        /// <summary>The photo or its label cannot be used.</summary>
        Skipped,
    }

    /// <param name="Name">The file's name.</param>
    /// <param name="Outcome">The result.</param>
    /// <param name="PredictionId">The photo's prediction; null if it was skipped.</param>
    /// <param name="Reason">Why the photo was skipped; null otherwise.</param>
    public sealed record Item(string Name, Outcome Outcome, Guid? PredictionId, string? Reason);

    /// <param name="Counts">Number of photos by result.</param>
    public sealed record Response(IReadOnlyDictionary<Outcome, int> Counts);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() =>
            RuleFor(command => command.Name)
                .Must(name =>
                    name is { Length: > 0 and <= LongestName }
                    && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.')
                )
                .OverridePropertyName("name")
                .WithMessage($"'name' must have 1 to {LongestName} of the characters a–z, 0–9, '-', '_' and '.'.");
    }

    internal sealed class Handler(
        IUnitOfWork work,
        IRepository<Prediction> predictions,
        IRepository<ModelVersion> models,
        IRepository<PhotoEmbedding> embeddings,
        IRepository<SamplingWindow> windows,
        IRepository<ImportedLabel> labels,
        SamplingKeys keys,
        PhotoClassification classification,
        IClassifier classifier,
        PhotoStorage storage,
        IOptions<LimitsOptions> limits,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        /// <exception cref="StoreUnavailableException">A store is unavailable. Photos imported so far stay; run it again later.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var windowId = Guid.CreateVersion7(time.GetUtcNow());
            var counts = Enum.GetValues<Outcome>().ToDictionary(outcome => outcome, _ => 0);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var file in request.Files.WithCancellation(cancellationToken))
            {
                var item = await ImportAsync(request, file, windowId, seen, cancellationToken);
                counts[item.Outcome]++;
                request.Progress?.Report(item);
            }

            return new Response(counts);
        }

        private async Task<Item> ImportAsync(
            Command request,
            LabelledFile file,
            Guid windowId,
            HashSet<string> seen,
            CancellationToken cancellationToken
        )
        {
            var classes = classifier.Model.Labels;
            if (ClassName.IndexIn(classes, file.Class) is not { } index)
                return Skip($"'{file.Class}' is not a class of the model. The classes are: {string.Join(", ", classes)}");
            if (file.ReadAsync is null)
                return Skip("the file does not exist");
            byte[] bytes;
            try
            {
                bytes = await file.ReadAsync(cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return Skip($"the file cannot be read: {e.Message}");
            }

            if (bytes.Length > limits.Value.UploadBytes)
                return Skip($"it is larger than Limits:UploadMebibytes ({limits.Value.UploadMebibytes} MiB)");
            var uploadSha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
            if (!seen.Add(uploadSha256))
                return Skip("the same photo occurs twice in this import");
            try
            {
                return await work.RunStepAsync(
                    (Handler step) => step.StoreAsync(request, file, bytes, uploadSha256, index, windowId, cancellationToken)
                );
            }
            catch (UnusablePhotoException e)
            {
                return Skip(e.Message);
            }

            Item Skip(string reason) => new(file.Name, Outcome.Skipped, PredictionId: null, reason);
        }

        private async Task<Item> StoreAsync(
            Command request,
            LabelledFile file,
            byte[] bytes,
            string uploadSha256,
            int index,
            Guid windowId,
            CancellationToken cancellationToken
        )
        {
            var source = ImportedLabel.SourcePrefix + request.Name;
            var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
            if (await labels.FirstOrDefaultAsync(new ImportedLabelOf(source, uploadSha256), cancellationToken) is { } label)
            {
                if (label.ClassIndex == index)
                    return new Item(file.Name, Outcome.Known, label.PredictionId, Reason: null);
                label.Change(index, now);
                return new Item(file.Name, Outcome.Labelled, label.PredictionId, Reason: null);
            }

            var known = await predictions.FirstOrDefaultAsync(new PredictionOfBytes(uploadSha256), cancellationToken);
            var prediction = known ?? await TakeAsync(file, bytes, uploadSha256, windowId, now, cancellationToken);
            labels.Add(ImportedLabel.Of(source, prediction, index, request.By, now));
            return new Item(file.Name, known is null ? Outcome.Taken : Outcome.Labelled, prediction.Id, Reason: null);
        }

        private async Task<Prediction> TakeAsync(
            LabelledFile file,
            byte[] bytes,
            string uploadSha256,
            Guid windowId,
            DateTimeOffset now,
            CancellationToken cancellationToken
        )
        {
            var answer = await classification.RunAsync(bytes, cancellationToken);
            if (await windows.FirstOrDefaultAsync(new WindowById(windowId), cancellationToken) is null)
                windows.Add(SamplingWindow.ForImport(windowId, await keys.CurrentAsync(cancellationToken), now));
            var prediction = Prediction.TakeOver(
                Guid.CreateVersion7(now),
                new StoredPhoto
                {
                    UploadSha256 = uploadSha256,
                    StoredSha256 = Convert.ToHexStringLower(SHA256.HashData(answer.Photo)),
                    StoredBytes = answer.Photo.Length,
                    MediaType = answer.Header.MediaType,
                    Extension = answer.Header.Extension,
                    Width = answer.Header.Width,
                    Height = answer.Header.Height,
                    FileName = StoredPhoto.CleanFileName(file.Name[(file.Name.LastIndexOfAny(['/', '\\']) + 1)..]),
                },
                answer.Probabilities,
                await models.FindOrRegisterAsync(answer.Output.Model, now, cancellationToken),
                now,
                windowId
            );
            await storage.KeepAsync(prediction, answer.Photo, cancellationToken);
            work.AfterRollback(() => storage.ForgetAsync(prediction));
            predictions.Add(prediction);
            if (answer.Output.Embedding is { } embedding)
                embeddings.Add(PhotoEmbedding.Of(prediction, answer.Output.Model.Backbone, embedding));
            return prediction;
        }
    }
}
