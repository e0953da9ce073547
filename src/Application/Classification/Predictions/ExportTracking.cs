using System.Text.Encodings.Web;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Writes the list of all predictions in the format of the lab's scripts: one JSON array, object <c>production.json</c> in bucket
/// <c>tracking</c>. The list is written only if its content would change, or if another program changed the object. Job
/// <c>export-tracking</c>.
/// </summary>
public static class ExportTracking
{
    /// <summary>Address of the list.</summary>
    public static readonly ObjectAddress Address = new("tracking", "production.json");

    /// <summary>
    /// Address of the backup of a list that existed before our first one. That list may hold the only copy of the lab's data.
    /// </summary>
    public static readonly ObjectAddress Before = new(Address.Bucket, "production.before-gourmetgram.json");

    /// <summary>Address of the object that marks the list as ours, and records the data that it was written from.</summary>
    private static readonly ObjectAddress Mark = new(Address.Bucket, "written-by-gourmetgram.json");

    /// <param name="Progress">Receives the number of predictions written; null for no reports.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Predictions">Number of predictions in the list.</param>
    public sealed record Response(long Predictions);

    /// <param name="Of">Fingerprint of the data that the list was written from.</param>
    /// <param name="Version">The list's version in the store.</param>
    /// <param name="Predictions">Number of predictions in the list.</param>
    private sealed record Written(string? Of, string? Version, long Predictions);

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        ITrackingChanges changes,
        IObjectStore store,
        IScratch scratch,
        IMediaLinks links,
        IPredictionFacts facts
    ) : IRequestHandler<Command, Response>
    {
        private const int Batch = 500;

        /// <exception cref="StoreUnavailableException">The object store is unavailable. The list is unchanged.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var of = await DescribeAsync(cancellationToken);
            if (
                await FindWrittenAsync(cancellationToken) is { } before
                && before.Of == of
                && await store.FindAsync(Address, cancellationToken) is { } found
                && found.Version == before.Version
            )
                return new Response(before.Predictions);
            // The store needs the length in advance, and the list may not fit in memory.
            await using var list = scratch.Create();
            var written = await WriteAsync(list, request.Progress, cancellationToken);
            list.Position = 0;
            await KeepForeignListAsync(cancellationToken);
            await store.PutAsync(Address, list, "application/json", cancellationToken);
            var version = (await store.FindAsync(Address, cancellationToken))?.Version;
            await store.PutAsync(
                Mark,
                JsonSerializer.SerializeToUtf8Bytes(new Written(of, version, written)),
                "application/json",
                cancellationToken
            );
            return new Response(written);
        }

        /// <summary>Describes everything that determines the list: the rows, and the form of photo addresses.</summary>
        private async Task<string> DescribeAsync(CancellationToken cancellationToken)
        {
            var address = store.LinkTo(Address) ?? await links.AddressOfAsync(new MediaLink(Guid.Empty), cancellationToken);
            return $"{await changes.FingerprintAsync(cancellationToken)} {address}";
        }

        private async Task<Written?> FindWrittenAsync(CancellationToken cancellationToken)
        {
            if (await store.FindAsync(Mark, cancellationToken) is null)
                return null;
            await using var mark = await store.OpenReadAsync(Mark, cancellationToken);
            return await JsonSerializer.DeserializeAsync<Written>(mark, cancellationToken: cancellationToken);
        }

        /// <summary>Backs up a list that is not ours before it is replaced, even if an earlier run was interrupted at any point.</summary>
        private async Task KeepForeignListAsync(CancellationToken cancellationToken)
        {
            if (await store.FindAsync(Mark, cancellationToken) is not null)
                return;
            if (await store.FindAsync(Address, cancellationToken) is not null && await store.FindAsync(Before, cancellationToken) is null)
                await store.CopyAsync(Address, Before, cancellationToken);
            await store.PutAsync(Mark, "{}"u8.ToArray(), "application/json", cancellationToken);
        }

        private async Task<long> WriteAsync(Stream list, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
        {
            // The relaxed encoder keeps file names readable for people.
            await using var json = new Utf8JsonWriter(
                list,
                new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            );
            var written = 0L;
            Guid? after = null;
            json.WriteStartArray();
            while (await predictions.ListAsync(new AllPredictions(after, Batch), cancellationToken) is { Count: > 0 } page)
            {
                var sampled = await facts.SampledAsync([.. page.Select(prediction => prediction.Id)], cancellationToken);
                foreach (var prediction in page)
                {
                    // Without an S3 server, objects have no address of their own.
                    var address = store.LinkTo(PhotoStorage.AddressOf(prediction))
                        ?? await links.AddressOfAsync(new MediaLink(prediction.Id), cancellationToken);
                    Write(json, prediction, address, sampled.Contains(prediction.Id));
                }

                await json.FlushAsync(cancellationToken);
                after = page[^1].Id;
                written += page.Count;
                progress?.Report(new JobProgress(written, Total: null));
            }

            json.WriteEndArray();
            return written;
        }

        private static void Write(Utf8JsonWriter json, Prediction prediction, string address, bool sampled)
        {
            json.WriteStartObject();
            json.WriteString("prediction_id", prediction.Id);
            json.WriteString("filename", prediction.Photo.FileName ?? PhotoName.Of(prediction));
            json.WriteString("prediction", prediction.PredictedClass.Name);
            json.WriteNumber("confidence", prediction.Confidence);
            json.WriteString("image_url", address);
            json.WriteString("class_dir", ClassLabel.FolderOf(prediction.PredictedIndex));
            json.WriteBoolean("sampled", sampled);
            json.WriteString("timestamp", prediction.CreatedAt.ToUtcText());
            json.WriteEndObject();
        }
    }
}
