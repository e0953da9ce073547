using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Finds the photos that were imported with their labels.</summary>
internal sealed class ImportedPhotos(IRepository<ImportedLabel> labels) : ILabelledPhotos
{
    public async Task<IReadOnlySet<Guid>> FindAsync(IReadOnlyCollection<Prediction> predictions, CancellationToken cancellationToken)
    {
        string[] photos = [.. predictions.Select(prediction => prediction.Photo.UploadSha256).Distinct(StringComparer.Ordinal)];
        var kept = (await labels.ListAsync(new ImportedLabelsOfPhotos(photos), cancellationToken))
            .Select(label => label.UploadSha256)
            .ToHashSet(StringComparer.Ordinal);
        return predictions
            .Where(prediction => kept.Contains(prediction.Photo.UploadSha256))
            .Select(prediction => prediction.Id)
            .ToHashSet();
    }
}
