using System.Runtime.CompilerServices;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Labeling;

/// <summary>A photo of a dataset, to be written to an archive or a list.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Class">Name of the class that people gave it.</param>
/// <param name="Predicted">Name of the class that the model had given it.</param>
public sealed record ExportedLabel(DatasetPhoto Photo, string Class, string Predicted);

/// <summary>Reads a dataset whole, one page of rows in memory at a time.</summary>
public interface IDatasetExport
{
    /// <summary>All photos of a bucket, newest first.</summary>
    IAsyncEnumerable<ExportedLabel> OfAsync(string bucket, CancellationToken cancellationToken);

    /// <summary>Opens the copy of a photo in a dataset.</summary>
    /// <returns>Null when it is gone since its row was read.</returns>
    Task<Stream?> OpenAsync(string bucket, DatasetPhoto photo, CancellationToken cancellationToken);
}

internal sealed class DatasetExport(IDatasetReader datasets, IClassifier classifier, IObjectStore store) : IDatasetExport
{
    private const int Batch = 500;

    public async IAsyncEnumerable<ExportedLabel> OfAsync(string bucket, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var labels = classifier.Model.Labels;
        Guid? before = null;
        while (await datasets.ReadAsync(bucket, classIndex: null, wrong: false, before, Batch, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var photo in page)
                yield return new ExportedLabel(photo, labels[photo.ClassIndex], labels[photo.PredictedIndex]);
            before = page[^1].Id;
        }
    }

    public async Task<Stream?> OpenAsync(string bucket, DatasetPhoto photo, CancellationToken cancellationToken)
    {
        try
        {
            return await store.OpenReadAsync(new ObjectAddress(bucket, photo.Key), cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}
