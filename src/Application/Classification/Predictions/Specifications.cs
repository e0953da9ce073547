using Ardalis.Specification;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>Selects the prediction with this id, with its model.</summary>
internal sealed class PredictionById : Specification<Prediction>
{
    public PredictionById(Guid id)
    {
        Query.Where(p => p.Id == id).Include(p => p.Model).AsNoTracking();
    }
}

/// <summary>Selects a caller's predictions, newest first, from a cursor on. Ids sort by time, so the id is the paging key.</summary>
internal sealed class PredictionsOfMaker : Specification<Prediction>
{
    public PredictionsOfMaker(Actor maker, Guid? before, int limit)
    {
        Query.Where(p => p.Maker == maker).OrderByDescending(p => p.Id).Take(limit).Include(p => p.Model).AsNoTracking();
        if (before is { } id)
            Query.Where(p => p.Id < id);
    }
}

/// <summary>Selects all predictions of a caller.</summary>
internal sealed class AllOfMaker : Specification<Prediction>
{
    public AllOfMaker(Actor maker)
    {
        Query.Where(p => p.Maker == maker);
    }
}

/// <summary>Selects some of a caller's predictions for deletion. The order does not matter.</summary>
internal sealed class ErasableOfMaker : Specification<Prediction>
{
    public ErasableOfMaker(Actor maker, int limit)
    {
        Query.Where(p => p.Maker == maker).OrderBy(p => p.Id).Take(limit);
    }
}

/// <summary>Selects the oldest predictions after one.</summary>
internal sealed class OldestPredictions : Specification<Prediction>
{
    public OldestPredictions(Guid? after, int limit)
    {
        Query.OrderBy(p => p.Id).Take(limit);
        if (after is { } id)
            Query.Where(p => p.Id > id);
    }
}

/// <summary>Selects the prediction with this id, with its model, to change or delete it.</summary>
internal sealed class PredictionToChange : Specification<Prediction>
{
    public PredictionToChange(Guid id)
    {
        Query.Where(p => p.Id == id).Include(p => p.Model);
    }
}

/// <summary>Selects the predictions with these ids, to change them.</summary>
internal sealed class PredictionsToChange : Specification<Prediction>
{
    public PredictionsToChange(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(p => ids.Contains(p.Id));
    }
}

/// <summary>Selects all predictions, oldest first, from a cursor on.</summary>
internal sealed class AllPredictions : Specification<Prediction>
{
    public AllPredictions(Guid? after, int limit)
    {
        Query.OrderBy(p => p.Id).Take(limit).Include(p => p.Model).AsNoTracking();
        if (after is { } id)
            Query.Where(p => p.Id > id);
    }
}

/// <summary>
/// Selects predictions whose photos are not in the object store as far as is known, from a cursor on: they wait in the spool, or were
/// missing at the last check.
/// </summary>
internal sealed class PredictionsWithoutStoredImage : Specification<Prediction>
{
    public PredictionsWithoutStoredImage(Guid? after, int limit)
    {
        Query.Where(p => p.ImageState != ImageState.Stored).OrderBy(p => p.Id).Take(limit).AsNoTracking();
        if (after is { } id)
            Query.Where(p => p.Id > id);
    }
}

/// <summary>Selects predictions whose photos were missing at the last check.</summary>
internal sealed class PredictionsWithMissingImage : Specification<Prediction>
{
    public PredictionsWithMissingImage()
    {
        // The first condition is redundant, but lets the database use an index.
        Query.Where(p => p.ImageState != ImageState.Stored).Where(p => p.ImageState == ImageState.Missing).AsNoTracking();
    }
}

/// <summary>Selects predictions whose tags the object store refuses.</summary>
internal sealed class PredictionsWithRefusedTags : Specification<Prediction>
{
    public PredictionsWithRefusedTags()
    {
        Query.Where(p => p.TagsState == TagsState.Refused).AsNoTracking();
    }
}

/// <summary>Selects predictions whose photos are in the object store and need new tags, from a cursor on.</summary>
internal sealed class PredictionsWithDirtyTags : Specification<Prediction>
{
    public PredictionsWithDirtyTags(Guid? after, int limit)
    {
        Query
            .Where(p => p.TagsState == TagsState.Dirty)
            .Where(p => p.ImageState == ImageState.Stored)
            .OrderBy(p => p.Id)
            .Take(limit)
            .Include(p => p.Model);
        if (after is { } id)
            Query.Where(p => p.Id > id);
    }
}

/// <summary>Selects the tombstone of a deleted prediction.</summary>
internal sealed class TombstoneById : Specification<Tombstone>
{
    public TombstoneById(Guid predictionId)
    {
        Query.Where(t => t.Id == predictionId);
    }
}

/// <summary>Selects the tombstones with these ids.</summary>
internal sealed class TombstonesWithIds : Specification<Tombstone>
{
    public TombstonesWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(t => ids.Contains(t.Id)).AsNoTracking();
    }
}

/// <summary>Selects the newest tombstone.</summary>
internal sealed class NewestTombstone : Specification<Tombstone>
{
    public NewestTombstone()
    {
        Query.OrderByDescending(t => t.Id).Take(1).AsNoTracking();
    }
}

/// <summary>Selects the installation that the database belongs to.</summary>
internal sealed class TheInstallation : Specification<Installation>
{
    public TheInstallation()
    {
        Query.Where(installation => installation.Number == Installation.Only);
    }
}

/// <summary>Selects the newest prediction.</summary>
internal sealed class NewestPrediction : Specification<Prediction>
{
    public NewestPrediction()
    {
        Query.OrderByDescending(p => p.Id).Take(1).AsNoTracking();
    }
}

/// <summary>Selects tombstones whose images are still to be removed, from a cursor on.</summary>
internal sealed class UnfinishedTombstones : Specification<Tombstone>
{
    public UnfinishedTombstones(Guid? after, int limit)
    {
        Query.Where(t => t.ObjectKey != null).OrderBy(t => t.Id).Take(limit);
        if (after is { } id)
            Query.Where(t => t.Id > id);
    }
}

/// <summary>Selects the tombstones with these ids whose images are still to be removed, to change them.</summary>
internal sealed class UnfinishedTombstonesWithIds : Specification<Tombstone>
{
    public UnfinishedTombstonesWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(t => ids.Contains(t.Id) && t.ObjectKey != null).OrderBy(t => t.Id);
    }
}

/// <summary>Selects the idempotency keys of these predictions.</summary>
internal sealed class IdempotencyRecordsOfPredictions : Specification<IdempotencyRecord>
{
    public IdempotencyRecordsOfPredictions(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(r => predictionIds.Contains(r.PredictionId));
    }
}

/// <summary>Selects the row of a loaded model file.</summary>
internal sealed class ModelVersionOf : Specification<ModelVersion>
{
    public ModelVersionOf(ModelDescription model)
    {
        Query.Where(m =>
            m.Sha256 == model.Sha256
            && m.Name == model.Name
            && m.Version == model.Version
            && m.Variant == model.Variant
            && m.Temperature == model.Temperature
        );
    }
}

/// <summary>Selects the newest model version. Its classes are the classes of this installation.</summary>
internal sealed class LatestModelVersion : Specification<ModelVersion>
{
    public LatestModelVersion()
    {
        Query.OrderByDescending(m => m.Id).Take(1).AsNoTracking();
    }
}

/// <summary>Selects the first prediction of a photo with this upload hash.</summary>
internal sealed class PredictionOfBytes : Specification<Prediction>
{
    public PredictionOfBytes(string uploadSha256)
    {
        Query.Where(p => p.Photo.UploadSha256 == uploadSha256).OrderBy(p => p.Id).Take(1).AsNoTracking();
    }
}

/// <summary>Selects the record of a caller's idempotency key.</summary>
internal sealed class IdempotencyRecordOf : Specification<IdempotencyRecord>
{
    public IdempotencyRecordOf(string scope, string key)
    {
        Query.Where(r => r.Scope == scope && r.Key == key);
    }
}

/// <summary>Selects the predictions with these ids, with their models.</summary>
internal sealed class PredictionsWithModels : Specification<Prediction>
{
    public PredictionsWithModels(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(p => ids.Contains(p.Id)).Include(p => p.Model).AsNoTracking();
    }
}

/// <summary>Selects the predictions with these ids.</summary>
internal sealed class PredictionsWithIds : Specification<Prediction>
{
    public PredictionsWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(p => ids.Contains(p.Id)).AsNoTracking();
    }
}

/// <summary>Selects some of the idempotency keys created at or before a moment.</summary>
internal sealed class IdempotencyRecordsBefore : Specification<IdempotencyRecord>
{
    public IdempotencyRecordsBefore(DateTimeOffset moment, int limit)
    {
        Query.Where(r => r.CreatedAt <= moment).OrderBy(r => r.Scope).ThenBy(r => r.Key).Take(limit);
    }
}
