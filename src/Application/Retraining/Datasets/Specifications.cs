using Ardalis.Specification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>The version of a build, tracked for changes.</summary>
internal sealed class VersionOfBuild : Specification<DatasetVersion>
{
    public VersionOfBuild(Guid id)
    {
        Query.Where(version => version.Id == id);
    }
}

/// <summary>Builds that have not ended, oldest first.</summary>
internal sealed class UnfinishedBuilds : Specification<DatasetVersion>
{
    public UnfinishedBuilds()
    {
        Query.Where(version => version.State == DatasetState.Building).OrderBy(version => version.Id);
    }
}

/// <summary>Versions whose manifest is still to be written.</summary>
internal sealed class VersionsWithDueManifest : Specification<DatasetVersion>
{
    public VersionsWithDueManifest()
    {
        Query.Where(version => version.IsManifestDue).OrderBy(version => version.Id);
    }
}

/// <summary>Versions with work for the job: builds that have not ended, and manifests to be written.</summary>
internal sealed class VersionsToDo : Specification<DatasetVersion>
{
    public VersionsToDo()
    {
        Query.Where(version => version.State == DatasetState.Building || version.IsManifestDue).OrderBy(version => version.Id).Take(1);
    }
}

/// <summary>The version with a content id; never a build that repeated one.</summary>
internal sealed class VersionWithContent : Specification<DatasetVersion>
{
    public VersionWithContent(string contentId)
    {
        Query.Where(version => version.ContentId == contentId && version.Number != null);
    }
}

/// <summary>Versions whose content id starts with a text, at most two; never a build that repeated one.</summary>
internal sealed class VersionsWithPrefix : Specification<DatasetVersion>
{
    public VersionsWithPrefix(string prefix)
    {
        Query
            .Where(version => version.ContentId!.StartsWith(prefix) && version.Number != null)
            .OrderBy(version => version.Id)
            .Take(2)
            .AsNoTracking();
    }
}

/// <summary>The version with a number.</summary>
internal sealed class VersionWithNumber : Specification<DatasetVersion>
{
    public VersionWithNumber(int number)
    {
        Query.Where(version => version.Number == number).AsNoTracking();
    }
}

/// <summary>The version with the highest number.</summary>
internal sealed class NewestVersion : Specification<DatasetVersion>
{
    public NewestVersion()
    {
        Query.Where(version => version.Number != null).OrderByDescending(version => version.Number).Take(1).AsNoTracking();
    }
}

/// <summary>The version with the highest number below another one.</summary>
internal sealed class VersionBefore : Specification<DatasetVersion>
{
    public VersionBefore(int number)
    {
        Query.Where(version => version.Number < number).OrderByDescending(version => version.Number).Take(1).AsNoTracking();
    }
}

/// <summary>Versions and builds, newest first; never a build that repeated a version.</summary>
internal sealed class VersionsNewestFirst : Specification<DatasetVersion>
{
    public VersionsNewestFirst(Guid? before, int limit)
    {
        if (before is { } id)
            Query.Where(version => version.Id < id);
        Query.Where(version => version.RepeatOf == null).OrderByDescending(version => version.Id).Take(limit).AsNoTracking();
    }
}

/// <summary>Photos of a version in their order.</summary>
internal sealed class ItemsOfVersion : Specification<DatasetItem>
{
    public ItemsOfVersion(Guid versionId, int from, int limit)
    {
        Query.Where(item => item.VersionId == versionId && item.Position >= from).OrderBy(item => item.Position).Take(limit).AsNoTracking();
    }
}

/// <summary>Some photos of a version, tracked for changes.</summary>
internal sealed class ItemsToClear : Specification<DatasetItem>
{
    public ItemsToClear(Guid versionId, int limit)
    {
        Query.Where(item => item.VersionId == versionId).OrderBy(item => item.Position).Take(limit);
    }
}

/// <summary>Photos of a version that were deleted.</summary>
internal sealed class DeletedItems : Specification<DatasetItem>
{
    public DeletedItems(Guid versionId)
    {
        Query.Where(item => item.VersionId == versionId && item.DeletedAt != null).AsNoTracking();
    }
}

/// <summary>Photos in all versions of some predictions, unless they were deleted, tracked for changes.</summary>
internal sealed class ItemsOfPredictions : Specification<DatasetItem>
{
    public ItemsOfPredictions(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(item => item.PredictionId != null && predictionIds.Contains(item.PredictionId.Value) && item.DeletedAt == null);
    }
}

/// <summary>Some versions, tracked for changes.</summary>
internal sealed class VersionsOfBuilds : Specification<DatasetVersion>
{
    public VersionsOfBuilds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(version => ids.Contains(version.Id));
    }
}

/// <summary>The exclusions of some photos.</summary>
internal sealed class ExclusionsOf : Specification<PhotoExclusion>
{
    public ExclusionsOf(IReadOnlyCollection<string> uploadSha256)
    {
        Query.Where(exclusion => uploadSha256.Contains(exclusion.UploadSha256));
    }
}

/// <summary>The exclusions that refer to some predictions, tracked for changes.</summary>
internal sealed class ExclusionsOfPredictions : Specification<PhotoExclusion>
{
    public ExclusionsOfPredictions(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(exclusion => predictionIds.Contains(exclusion.PredictionId));
    }
}

/// <summary>All exclusions, newest first.</summary>
internal sealed class AllExclusions : Specification<PhotoExclusion>
{
    public AllExclusions(int limit)
    {
        Query.OrderByDescending(exclusion => exclusion.At).ThenBy(exclusion => exclusion.UploadSha256).Take(limit).AsNoTracking();
    }
}

/// <summary>The labels that were imported for some photos.</summary>
internal sealed class ImportedLabelsOfPhotos : Specification<ImportedLabel>
{
    public ImportedLabelsOfPhotos(IReadOnlyCollection<string> photos)
    {
        Query.Where(label => photos.Contains(label.UploadSha256)).AsNoTracking();
    }
}

/// <summary>The label that a source has for a photo, tracked for changes.</summary>
internal sealed class ImportedLabelOf : Specification<ImportedLabel>
{
    public ImportedLabelOf(string source, string uploadSha256)
    {
        Query.Where(label => label.Source == source && label.UploadSha256 == uploadSha256);
    }
}
