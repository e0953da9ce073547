using System.Text.Encodings.Web;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Writes the list of all predictions as the lab's scripts read it: one JSON array, object <c>production.json</c> in bucket <c>tracking</c>. Job <c>export-tracking</c>.</summary>
public static class ExportTracking
{
    /// <summary>Where the list stands.</summary>
    public static readonly ObjectAddress Address = new("tracking", "production.json");

    /// <summary>Where a list is kept that stood there before the first of ours: what the lab knew may stand nowhere else.</summary>
    public static readonly ObjectAddress Before = new(Address.Bucket, "production.before-gourmetgram.json");

    /// <summary>Says that the list is ours from now on.</summary>
    private static readonly ObjectAddress Mark = new(Address.Bucket, "written-by-gourmetgram.json");

    /// <param name="Progress">Told how many predictions are written; null when nobody wants to know.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Predictions">How many the list holds.</param>
    public sealed record Response(long Predictions);

    internal sealed class Handler(
        IRepository<Prediction> predictions,
        IObjectStore store,
        IScratch scratch,
        IMediaLinks links,
        IPredictionFacts facts
    ) : IRequestHandler<Command, Response>
    {
        private const int Batch = 500;

        /// <exception cref="StoreUnavailableException">The object store is away: the list stays as it was.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            // A store must know the length beforehand, and the list may be larger than the memory.
            await using var list = scratch.Create();
            var written = await WriteAsync(list, request.Progress, cancellationToken);
            list.Position = 0;
            await KeepForeignListAsync(cancellationToken);
            await store.PutAsync(Address, list, "application/json", cancellationToken);
            return new Response(written);
        }

        /// <summary>Whatever this is interrupted between, a list that is not ours is kept before it is replaced.</summary>
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
            // Names of files are read by people too.
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
                    // Without an S3 server an object has no address of its own.
                    var address = store.LinkTo(PhotoKeeper.AddressOf(prediction))
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
