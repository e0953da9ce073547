using System.Text.Json;
using System.Text.Json.Serialization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Feedback;

/// <summary>The lab's list of predictions, <c>tracking/production.json</c>, found by the photo's key in bucket <c>production</c>.</summary>
internal sealed class LabTracking
{
    private readonly Dictionary<string, Entry> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Entry> byId = [];

    /// <param name="PredictionId">The lab's id.</param>
    /// <param name="FileName">As it was uploaded.</param>
    /// <param name="Prediction">Name of the class.</param>
    /// <param name="Confidence">0 to 1.</param>
    /// <param name="ClassDirectory">E.g. <c>class_05</c>.</param>
    /// <param name="Timestamp">ISO 8601; UTC where it names no zone.</param>
    public sealed record Entry(
        [property: JsonPropertyName("prediction_id")] string? PredictionId,
        [property: JsonPropertyName("filename")] string? FileName,
        [property: JsonPropertyName("prediction")] string? Prediction,
        [property: JsonPropertyName("confidence")] float? Confidence,
        [property: JsonPropertyName("class_dir")] string? ClassDirectory,
        [property: JsonPropertyName("timestamp")] string? Timestamp
    );

    /// <summary>How many entries the list has.</summary>
    public int Count { get; private set; }

    /// <summary>Reads the list; an installation of the lab without one has an empty list.</summary>
    /// <exception cref="JsonException">It is not the lab's list.</exception>
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
            // A photo uploaded under the name of another replaced it: the object is that of the last entry.
            if (entry is { ClassDirectory: not null, FileName: not null })
                tracking.byKey[$"{entry.ClassDirectory}/{entry.FileName}"] = entry;
            if (Guid.TryParse(entry.PredictionId, out var id))
                tracking.byId[id] = entry;
        }

        return tracking;
    }

    /// <summary>What the list says of a photo; null when nothing.</summary>
    public Entry? Find(string key) =>
        byKey.TryGetValue(key, out var named) ? named
        : PhotoName.PredictionOf(key) is { } id && byId.TryGetValue(id, out var known) ? known
        : null;

    /// <summary>Keys that the list names, for photos stored under their file names.</summary>
    public IReadOnlyCollection<string> Keys => byKey.Keys;
}
