using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>The prediction with this id, and its model.</summary>
internal sealed class PredictionById : Specification<Prediction>
{
    public PredictionById(Guid id)
    {
        Query.Where(p => p.Id == id).Include(p => p.Model).AsNoTracking();
    }
}

/// <summary>What one caller made, newest first, from a cursor on. Ids sort by time, so the id is the key.</summary>
internal sealed class PredictionsOfMaker : Specification<Prediction>
{
    public PredictionsOfMaker(Actor maker, Guid? before, int limit)
    {
        Query.Where(p => p.Maker == maker).OrderByDescending(p => p.Id).Take(limit).Include(p => p.Model).AsNoTracking();
        if (before is { } id)
            Query.Where(p => p.Id < id);
    }
}

/// <summary>All that one caller made.</summary>
internal sealed class AllOfMaker : Specification<Prediction>
{
    public AllOfMaker(Actor maker)
    {
        Query.Where(p => p.Maker == maker);
    }
}

/// <summary>Some of what one caller made, to be erased: which ones come first does not matter.</summary>
internal sealed class ErasableOfMaker : Specification<Prediction>
{
    public ErasableOfMaker(Actor maker, int limit)
    {
        Query.Where(p => p.Maker == maker).OrderBy(p => p.Id).Take(limit);
    }
}

/// <summary>The prediction with this id, and its model, to be changed or erased.</summary>
internal sealed class PredictionToChange : Specification<Prediction>
{
    public PredictionToChange(Guid id)
    {
        Query.Where(p => p.Id == id).Include(p => p.Model);
    }
}

/// <summary>All predictions, oldest first, from a cursor on.</summary>
internal sealed class AllPredictions : Specification<Prediction>
{
    public AllPredictions(Guid? after, int limit)
    {
        Query.OrderBy(p => p.Id).Take(limit).Include(p => p.Model).AsNoTracking();
        if (after is { } id)
            Query.Where(p => p.Id > id);
    }
}

/// <summary>Predictions whose photos are still to be brought to the object store, from a cursor on.</summary>
internal sealed class PredictionsWithoutStoredImage : Specification<Prediction>
{
    public PredictionsWithoutStoredImage(Guid? after, int limit)
    {
        Query.Where(p => p.ImageState == ImageState.Pending).OrderBy(p => p.Id).Take(limit).AsNoTracking();
        if (after is { } id)
            Query.Where(p => p.Id > id);
    }
}

/// <summary>Predictions whose photos are in the object store and need new tags, from a cursor on.</summary>
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

/// <summary>What is left of an erased prediction.</summary>
internal sealed class TombstoneById : Specification<Tombstone>
{
    public TombstoneById(Guid predictionId)
    {
        Query.Where(t => t.Id == predictionId);
    }
}

/// <summary>Erased predictions whose images are still to be removed, from a cursor on.</summary>
internal sealed class UnfinishedTombstones : Specification<Tombstone>
{
    public UnfinishedTombstones(Guid? after, int limit)
    {
        Query.Where(t => t.ObjectKey != null).OrderBy(t => t.Id).Take(limit);
        if (after is { } id)
            Query.Where(t => t.Id > id);
    }
}

/// <summary>The idempotency keys that led to some predictions.</summary>
internal sealed class IdempotencyRecordsOfPredictions : Specification<IdempotencyRecord>
{
    public IdempotencyRecordsOfPredictions(IReadOnlyCollection<Guid> predictionIds)
    {
        Query.Where(r => predictionIds.Contains(r.PredictionId));
    }
}

/// <summary>The row of a loaded model file.</summary>
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

/// <summary>The model that was loaded last for the first time: its classes are the classes of this installation.</summary>
internal sealed class LatestModelVersion : Specification<ModelVersion>
{
    public LatestModelVersion()
    {
        Query.OrderByDescending(m => m.Id).Take(1).AsNoTracking();
    }
}

/// <summary>The first prediction of a photo that came as these bytes.</summary>
internal sealed class PredictionOfBytes : Specification<Prediction>
{
    public PredictionOfBytes(string uploadSha256)
    {
        Query.Where(p => p.Photo.UploadSha256 == uploadSha256).OrderBy(p => p.Id).Take(1).AsNoTracking();
    }
}

/// <summary>What is remembered of a caller's idempotency key.</summary>
internal sealed class IdempotencyRecordOf : Specification<IdempotencyRecord>
{
    public IdempotencyRecordOf(string scope, string key)
    {
        Query.Where(r => r.Scope == scope && r.Key == key);
    }
}

/// <summary>Those of these ids that are predictions.</summary>
internal sealed class PredictionsWithIds : Specification<Prediction>
{
    public PredictionsWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(p => ids.Contains(p.Id)).AsNoTracking();
    }
}

/// <summary>Some of the idempotency keys that were given before a moment.</summary>
internal sealed class IdempotencyRecordsBefore : Specification<IdempotencyRecord>
{
    public IdempotencyRecordsBefore(DateTimeOffset moment, int limit)
    {
        Query.Where(r => r.CreatedAt <= moment).OrderBy(r => r.Scope).OrderBy(r => r.Key).Take(limit);
    }
}
