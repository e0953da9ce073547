using System.Runtime.CompilerServices;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>A photo of a dataset, to be written to an archive or a list.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Class">Name of the class that people gave it.</param>
/// <param name="Predicted">Name of the class that the model predicted.</param>
public sealed record ExportedLabel(DatasetPhoto Photo, string Class, string Predicted);

/// <summary>A photo that a dataset lists without containing it, to be written to a list.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Predicted">Name of the class that the model predicted.</param>
public sealed record ExportedWithoutClass(PhotoWithoutClass Photo, string Predicted);

/// <summary>
/// Reads a whole dataset with one page of rows in memory at a time. Photos that the caller is labelling blind are left out. A download is
/// not recorded as reading the answers, because this server shows none of them.
/// </summary>
public interface IDatasetExport
{
    /// <summary>Reads all photos of a bucket, newest first.</summary>
    IAsyncEnumerable<ExportedLabel> OfAsync(string bucket, Caller caller, CancellationToken cancellationToken);

    /// <summary>Reads all photos without a class of the loop that fills a bucket. Returns nothing when no loop fills the bucket.</summary>
    IAsyncEnumerable<ExportedWithoutClass> WithoutClassAsync(string bucket, Caller caller, CancellationToken cancellationToken);

    /// <summary>Opens the copy of a photo in a dataset.</summary>
    /// <returns>The content; null when the copy was deleted after its row was read.</returns>
    Task<Stream?> OpenAsync(string bucket, DatasetPhoto photo, CancellationToken cancellationToken);
}

internal sealed class DatasetExport(
    IMediator mediator,
    IDatasetReader datasets,
    AnswerGuard guard,
    IClassifier classifier,
    IObjectStore store
) : IDatasetExport
{
    private const int Batch = 500;

    public async IAsyncEnumerable<ExportedLabel> OfAsync(
        string bucket,
        Caller caller,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var labels = classifier.Model.Labels;
        var hidden = await guard.HiddenAsync(caller, cancellationToken);
        Guid? before = null;
        while (await datasets.ReadAsync(bucket, classIndex: null, wrong: false, before, Batch, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var photo in page.Where(photo => !hidden.Contains(photo.UploadSha256)))
                yield return new ExportedLabel(photo, labels[photo.ClassIndex], labels[photo.PredictedIndex]);
            before = page[^1].Id;
        }
    }

    public async IAsyncEnumerable<ExportedWithoutClass> WithoutClassAsync(
        string bucket,
        Caller caller,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var labels = classifier.Model.Labels;
        var hidden = await guard.HiddenAsync(caller, cancellationToken);
        if (
            (await mediator.Send(new ListDatasets.Query(), cancellationToken)).Items.FirstOrDefault(item => item.Bucket == bucket)?.Loop
            is not { } loop
        )
            yield break;
        foreach (var answer in new[] { AnswerKind.None, AnswerKind.Unusable })
        {
            Guid? before = null;
            while (await datasets.ReadWithoutClassAsync(loop, answer, before, Batch, cancellationToken) is { Count: > 0 } page)
            {
                foreach (var photo in page.Where(photo => !hidden.Contains(photo.UploadSha256)))
                    yield return new ExportedWithoutClass(photo, labels[photo.PredictedIndex]);
                before = page[^1].Id;
            }
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
