using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>What the file of a photo is called, wherever it stands: <c>{prediction id}{extension}</c>.</summary>
public static class PhotoName
{
    /// <summary>The name of a prediction's photo.</summary>
    public static string Of(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Of(prediction.ObjectKey);
    }

    /// <summary>The name of the photo that belongs at a key of the object store.</summary>
    public static string Of(string objectKey)
    {
        ArgumentNullException.ThrowIfNull(objectKey);
        return objectKey[(objectKey.LastIndexOf('/') + 1)..];
    }

    /// <summary>The id in a name or a key; null for what a person or another program named otherwise.</summary>
    public static Guid? PredictionOf(string nameOrKey)
    {
        var name = Of(nameOrKey).AsSpan();
        var end = name.LastIndexOf('.');
        return end >= 0 && Guid.TryParseExact(name[..end], "D", out var id) ? id : null;
    }
}
