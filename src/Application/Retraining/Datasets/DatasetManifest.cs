using System.Text.Encodings.Web;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Writes the manifest of a version from its rows: JSON with fixed order, so the same rows always give the same bytes. The copy in the
/// object store is at <c>datasets/{id}/manifest.json</c>. A deleted photo is the hash of its row, in place of the photo.
/// </summary>
internal sealed class DatasetManifest(
    IUnitOfWork work,
    IRepository<DatasetVersion> versions,
    IRepository<DatasetItem> items,
    IObjectStore store
)
{
    /// <summary>Bucket of the manifests.</summary>
    public const string Bucket = "datasets";

    private const int Batch = 500;

    private static readonly JsonWriterOptions Format = new()
    {
        Indented = true,
        NewLine = "\n",
        // Manifests are files, not parts of a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes all manifests to the object store that are due.</summary>
    /// <returns>Number of manifests written.</returns>
    public async Task<int> WriteDueAsync(CancellationToken cancellationToken)
    {
        var due = await versions.ListAsync(new VersionsWithDueManifest(), cancellationToken);
        foreach (var version in due)
            await work.RunStepAsync((DatasetManifest step) => step.StoreAsync(version.Id, cancellationToken));
        return due.Count;
    }

    /// <summary>Writes the manifest of a version that is ready.</summary>
    public async Task WriteAsync(Stream target, DatasetVersion version, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(target, Format);
        json.WriteStartObject();
        json.WriteString("format", "gourmetgram-dataset/1");
        json.WriteString("id", version.ContentId);
        json.WriteStartArray("classes");
        foreach (var name in version.Classes)
            json.WriteStringValue(name);
        json.WriteEndArray();
        WriteRecipe(json, version.Options);
        json.WriteStartArray("items");
        await foreach (var item in ReadAsync(version.Id, cancellationToken))
        {
            WriteItem(json, item, version);
            // Only what does not fit the buffer is in memory.
            if (json.BytesPending > 1 << 16)
                await json.FlushAsync(cancellationToken);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        await target.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    /// <summary>Reads the photos of a version in their order, including deleted ones, one page in memory at a time.</summary>
    public async IAsyncEnumerable<DatasetItem> ReadAsync(
        Guid versionId,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var from = 0;
        while (await items.ListAsync(new ItemsOfVersion(versionId, from, Batch), cancellationToken) is { Count: > 0 } page)
        {
            foreach (var item in page)
                yield return item;
            from = page[^1].Position + 1;
        }
    }

    private async Task<bool> StoreAsync(Guid versionId, CancellationToken cancellationToken)
    {
        if (await versions.FirstOrDefaultAsync(new VersionOfBuild(versionId), cancellationToken) is not { IsManifestDue: true } version)
            return false;
        using var content = new MemoryStream();
        await WriteAsync(content, version, cancellationToken);
        content.Position = 0;
        await store.PutAsync(
            new ObjectAddress(Bucket, $"{version.ContentId}/manifest.json"),
            content,
            "application/json",
            cancellationToken
        );
        version.MarkManifestWritten();
        return true;
    }

    private static void WriteRecipe(Utf8JsonWriter json, DatasetOptions options)
    {
        json.WriteStartObject("recipe");
        json.WriteStartArray("loops");
        foreach (var name in options.Loops)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteBoolean("includeSuspects", options.IncludeSuspects);
        if (options.ModelLabels is { } noisy)
        {
            json.WriteStartObject("modelLabels");
            json.WriteNumber("confidence", noisy.Confidence);
            json.WriteNumber("weight", noisy.Weight);
            json.WriteNumber("limit", noisy.Limit);
            json.WriteEndObject();
        }
        else
            json.WriteNull("modelLabels");
        json.WriteNumber("trainShare", options.TrainShare);
        json.WriteNumber("tuneShare", options.TuneShare);
        json.WriteString("seed", options.Seed);
        json.WriteEndObject();
    }

    private static void WriteItem(Utf8JsonWriter json, DatasetItem item, DatasetVersion version)
    {
        json.WriteStartObject();
        if (item.DeletedAt is not null)
        {
            json.WriteString("deleted", item.RowSha256);
            json.WriteEndObject();
            return;
        }

        json.WriteString("storedSha256", item.StoredSha256);
        json.WriteString("uploadSha256", item.UploadSha256);
        json.WriteString("class", version.Classes[item.ClassIndex!.Value]);
        json.WriteNumber("classIndex", item.ClassIndex.Value);
        json.WriteStartObject("votes");
        foreach (var (index, people) in item.Votes)
            json.WriteNumber(version.Classes[index], people);
        json.WriteEndObject();
        json.WriteString("group", item.Group);
        json.WriteString("split", DatasetContent.NameOf(item.Split));
        json.WriteString("source", item.Source);
        json.WriteNumber("weight", item.Weight);
        json.WriteStartArray("labels");
        foreach (var label in item.LabelIds)
            json.WriteStringValue(label);
        json.WriteEndArray();
        if (item.PredictionId is { } prediction)
            json.WriteString("predictionId", prediction);
        else
            json.WriteNull("predictionId");
        json.WriteEndObject();
    }
}
