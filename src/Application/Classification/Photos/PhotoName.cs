using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>The file name of a photo, in every store: <c>{prediction id}{extension}</c>.</summary>
public static class PhotoName
{
    /// <summary>Returns the file name of a prediction's photo.</summary>
    public static string Of(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Of(prediction.ObjectKey);
    }

    /// <summary>Returns the file name in a key of the object store.</summary>
    public static string Of(string objectKey)
    {
        ArgumentNullException.ThrowIfNull(objectKey);
        return objectKey[(objectKey.LastIndexOf('/') + 1)..];
    }

    /// <summary>Returns the prediction id in a name or key; null if a person or another program named the file.</summary>
    public static Guid? PredictionOf(string nameOrKey)
    {
        var name = Of(nameOrKey).AsSpan();
        var end = name.LastIndexOf('.');
        return end >= 0 && Guid.TryParseExact(name[..end], "D", out var id) ? id : null;
    }
}
