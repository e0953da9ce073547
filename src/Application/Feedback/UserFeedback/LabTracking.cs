using System.Text.Json;
using System.Text.Json.Serialization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// The lab's list of predictions, <c>tracking/production.json</c>, indexed by the photo's key in bucket <c>production</c>.
/// </summary>
internal sealed class LabTracking
{
    private readonly Dictionary<string, Entry> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Entry> byId = [];

    /// <param name="PredictionId">The lab's id.</param>
    /// <param name="FileName">File name of the upload.</param>
    /// <param name="Prediction">Name of the predicted class.</param>
    /// <param name="Confidence">Confidence, 0 to 1.</param>
    /// <param name="ClassDirectory">Folder of the class, e.g. <c>class_05</c>.</param>
    /// <param name="Timestamp">ISO 8601; UTC if it has no time zone.</param>
    public sealed record Entry(
        [property: JsonPropertyName("prediction_id")] string? PredictionId,
        [property: JsonPropertyName("filename")] string? FileName,
        [property: JsonPropertyName("prediction")] string? Prediction,
        [property: JsonPropertyName("confidence")] float? Confidence,
        [property: JsonPropertyName("class_dir")] string? ClassDirectory,
        [property: JsonPropertyName("timestamp")] string? Timestamp
    );

    /// <summary>Number of entries in the list.</summary>
    public int Count { get; private set; }

    /// <summary>Reads the list. If the lab has no list, the result is empty.</summary>
    /// <exception cref="JsonException">The object is not the lab's list.</exception>
    public static async Task<LabTracking> ReadAsync(IObjectStore lab, ObjectAddress address, CancellationToken cancellationToken)
    {
        var tracking = new LabTracking();
        if (await lab.FindAsync(address, cancellationToken) is null)
            return tracking;
        await using var list = await lab.OpenReadAsync(address, cancellationToken);
        await foreach (var entry in JsonSerializer.DeserializeAsyncEnumerable<Entry>(list, cancellationToken: cancellationToken))
        {
            if (entry is null)
                continue;
            tracking.Count++;
            // A photo uploaded under an existing name replaced the earlier one, so the last entry describes the stored object.
            if (entry is { ClassDirectory: not null, FileName: not null })
                tracking.byKey[$"{entry.ClassDirectory}/{entry.FileName}"] = entry;
            if (Guid.TryParse(entry.PredictionId, out var id))
                tracking.byId[id] = entry;
        }

        return tracking;
    }

    /// <summary>Returns the list's entry for a photo; null if there is none.</summary>
    public Entry? Find(string key) =>
        byKey.TryGetValue(key, out var named) ? named
        : PhotoName.PredictionOf(key) is { } id && byId.TryGetValue(id, out var known) ? known
        : null;

    /// <summary>Keys of all listed photos that are stored under their file names.</summary>
    public IReadOnlyCollection<string> Keys => byKey.Keys;
}
