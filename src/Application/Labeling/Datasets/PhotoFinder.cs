using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>Finds the predictions that annotations name.</summary>
internal sealed class PhotoFinder(IRepository<Prediction> predictions, IRepository<AnnotationTask> tasks)
{
    /// <summary>Finds predictions by a prediction's id, by a task's id, or as the lab names photos: by folder and file name.</summary>
    /// <returns>The predictions by text; null where there is none.</returns>
    public async Task<Dictionary<string, Prediction?>> FindAsync(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        var names = texts.Distinct(StringComparer.Ordinal).ToList();
        var ids = names
            .Select(name => (name, Id: IdIn(name)))
            .Where(pair => pair.Id is not null)
            .ToDictionary(pair => pair.name, pair => pair.Id!.Value, StringComparer.Ordinal);
        var byId = (await predictions.ListAsync(new PredictionsOfIds([.. ids.Values.Distinct()]), cancellationToken)).ToDictionary(
            prediction => prediction.Id
        );
        var others = ids.Values.Where(id => !byId.ContainsKey(id)).Distinct().ToList();
        var shown = (await tasks.ListAsync(new TasksWithIds(others), cancellationToken)).ToDictionary(
            task => task.Id,
            task => task.PredictionId
        );
        var photos = (await predictions.ListAsync(new PredictionsOfIds([.. shown.Values.Distinct()]), cancellationToken)).ToDictionary(
            prediction => prediction.Id
        );
        var found = new Dictionary<string, Prediction?>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            found[name] =
                ids.TryGetValue(name, out var id)
                    ? byId.GetValueOrDefault(id) ?? (shown.TryGetValue(id, out var photo) ? photos.GetValueOrDefault(photo) : null)
                : LabNameIn(name) is var (folder, file)
                && await predictions.ListAsync(new LabPhotos(folder, file), cancellationToken) is [var only]
                    ? only
                : null;
        }

        return found;
    }

    /// <summary>Reads the id in <c>…/production/class_NN/{id}.jpg</c>, <c>…/media/{id}?…</c>, or a bare id.</summary>
    public static Guid? IdIn(string name)
    {
        var path = name.AsSpan(0, name.IndexOfAny(['?', '#']) is >= 0 and var end ? end : name.Length).TrimEnd('/').ToString();
        return PhotoName.PredictionOf(path) ?? (Guid.TryParseExact(PhotoName.Of(path), "D", out var id) ? id : null);
    }

    private static (int Folder, string File)? LabNameIn(string name)
    {
        var path = Uri.TryCreate(name, UriKind.Absolute, out var address) ? Uri.UnescapeDataString(address.AbsolutePath) : name;
        return
            path.Split('/') is [.., var folder, { Length: > 0 } file]
            && folder.StartsWith("class_", StringComparison.Ordinal)
            && int.TryParse(folder.AsSpan("class_".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? (index, file)
            : null;
    }
}
