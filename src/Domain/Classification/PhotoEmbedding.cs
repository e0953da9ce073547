using System.Buffers.Binary;

namespace GourmetGram.Domain.Classification;

/// <summary>
/// The embedding of a photo: the last activation of the network before its head. New heads are trained and compared on stored embeddings,
/// without the photos.
/// </summary>
public sealed class PhotoEmbedding
{
    private PhotoEmbedding()
    {
        Backbone = "";
        Values = [];
    }

    /// <summary>The photo's prediction.</summary>
    public Guid PredictionId { get; private init; }

    /// <summary>
    /// SHA-256 of the model file that computed the embedding, lower-case hex. Variants are different files, and embeddings of different
    /// files cannot be mixed.
    /// </summary>
    public string Backbone { get; private init; }

    /// <summary>The values as float16, little-endian: two bytes each.</summary>
    public byte[] Values { get; private init; }

    /// <summary>When the photo was classified, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Number of values.</summary>
    public int Size => Values.Length / 2;

    /// <summary>Stores the embedding of a prediction's photo.</summary>
    /// <param name="prediction">The prediction.</param>
    /// <param name="backbone">SHA-256 of the model file that computed the embedding.</param>
    /// <param name="values">The embedding. It is rounded to float16; values beyond its range become infinite, and users skip them.</param>
    public static PhotoEmbedding Of(Prediction prediction, string backbone, ReadOnlySpan<float> values)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentException.ThrowIfNullOrEmpty(backbone);
        var bytes = new byte[2 * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(2 * i), (Half)values[i]);
        return new PhotoEmbedding
        {
            PredictionId = prediction.Id,
            Backbone = backbone,
            Values = bytes,
            CreatedAt = prediction.CreatedAt,
        };
    }

    /// <summary>Returns the embedding in single precision.</summary>
    public float[] ToFloats()
    {
        var values = new float[Size];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(Values.AsSpan(2 * i));
        return values;
    }
}
