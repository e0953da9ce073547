using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A photo of a dataset version, to be written to an export.</summary>
public sealed record VersionPhoto
{
    /// <summary>The photo's row.</summary>
    public required DatasetItemResponse Item { get; init; }

    /// <summary>Index of the class.</summary>
    public required int ClassIndex { get; init; }

    /// <summary>File name without folder: the id of the prediction with the extension of the photo. Contains one dot.</summary>
    public required string FileName { get; init; }

    /// <summary>The prediction; null if it was deleted after its row was read.</summary>
    internal Prediction? Prediction { get; init; }
}

/// <summary>A dataset version that is exported.</summary>
/// <param name="BuildId">Id of the build.</param>
/// <param name="Id">Content id.</param>
/// <param name="Number">Number of the version.</param>
/// <param name="CreatedAt">When the version was requested, UTC.</param>
/// <param name="Classes">The classes, in model order.</param>
public sealed record ExportedVersion(Guid BuildId, string Id, int Number, DateTimeOffset CreatedAt, IReadOnlyList<string> Classes);

/// <summary>Reads the photos of dataset versions for exports, with one page of rows in memory at a time.</summary>
public interface IDatasetPhotos
{
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="ConflictException">The version is not ready.</exception>
    Task<ExportedVersion> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Reads the photos in the order of their hashes. Deleted photos are left out.</summary>
    /// <param name="version">The version.</param>
    /// <param name="split">Only photos of this split; null for all.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    IAsyncEnumerable<VersionPhoto> ReadAsync(ExportedVersion version, DatasetSplit? split, CancellationToken cancellationToken);

    /// <summary>Opens a photo.</summary>
    /// <returns>The bytes, seekable; null if the photo is missing or was deleted meanwhile.</returns>
    Task<Stream?> OpenAsync(VersionPhoto photo, CancellationToken cancellationToken);

    /// <summary>Writes the manifest of a version.</summary>
    Task WriteManifestAsync(Stream target, ExportedVersion version, CancellationToken cancellationToken);
}

internal sealed class DatasetPhotos(
    DatasetFinder finder,
    DatasetManifest manifest,
    IRepository<Prediction> predictions,
    PhotoStorage storage
) : IDatasetPhotos
{
    private const int Batch = 500;

    public async Task<ExportedVersion> FindAsync(string name, CancellationToken cancellationToken)
    {
        var version = await finder.FindReadyAsync(name, cancellationToken);
        return new ExportedVersion(version.Id, version.ContentId!, version.Number!.Value, version.CreatedAt, version.Classes);
    }

    public async IAsyncEnumerable<VersionPhoto> ReadAsync(
        ExportedVersion version,
        DatasetSplit? split,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(version);
        ImmutableArray<string> classes = [.. version.Classes];
        await foreach (
            var batch in manifest
                .ReadAsync(version.BuildId, cancellationToken)
                .Where(item => item.DeletedAt is null && (split is null || item.Split == split))
                .Chunk(Batch)
                .WithCancellation(cancellationToken)
        )
        {
            var found = (
                await predictions.ListAsync(
                    new PredictionsWithIds([.. batch.Select(item => item.PredictionId).OfType<Guid>()]),
                    cancellationToken
                )
            ).ToDictionary(prediction => prediction.Id);
            foreach (var item in batch)
            {
                var prediction = found.GetValueOrDefault(item.PredictionId ?? Guid.Empty);
                yield return new VersionPhoto
                {
                    Item = DatasetItemResponse.From(item, classes),
                    ClassIndex = item.ClassIndex!.Value,
                    FileName = $"{item.PredictionId?.ToString() ?? item.StoredSha256}{prediction?.Photo.Extension}",
                    Prediction = prediction,
                };
            }
        }
    }

    public async Task<Stream?> OpenAsync(VersionPhoto photo, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(photo);
        if (photo.Prediction is not { } prediction)
            return null;
        try
        {
            return await storage.OpenReadAsync(prediction, cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    public async Task WriteManifestAsync(Stream target, ExportedVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        await manifest.WriteAsync(target, await finder.FindAsync(version.BuildId.ToString(), cancellationToken), cancellationToken);
    }
}
