using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>A tensor to write.</summary>
/// <param name="Name">Name, different from those of the other tensors.</param>
/// <param name="Type">Type of its numbers.</param>
/// <param name="Shape">Sizes, each at least 0.</param>
/// <param name="Content">Numbers in little-endian order, in pieces of any size. Enumerated once, while the file is written.</param>
internal sealed record TensorContent(
    string Name,
    TensorType Type,
    ImmutableArray<long> Shape,
    IAsyncEnumerable<ReadOnlyMemory<byte>> Content
)
{
    public static TensorContent Of(string name, float[] values, params ImmutableArray<long> shape) =>
        Of<float>(name, TensorType.Float32, values, shape);

    public static TensorContent Of(string name, double[] values, params ImmutableArray<long> shape) =>
        Of<double>(name, TensorType.Float64, values, shape);

    public static TensorContent Of(string name, Half[] values, params ImmutableArray<long> shape) =>
        Of<Half>(name, TensorType.Float16, values, shape);

    public static TensorContent Of(string name, long[] values, params ImmutableArray<long> shape) =>
        Of<long>(name, TensorType.Int64, values, shape);

    public static TensorContent Of(string name, sbyte[] values, params ImmutableArray<long> shape) =>
        Of<sbyte>(name, TensorType.Int8, values, shape);

    public static TensorContent Of(string name, byte[] values, params ImmutableArray<long> shape) =>
        Of<byte>(name, TensorType.UInt8, values, shape);

    private static TensorContent Of<T>(string name, TensorType type, ReadOnlySpan<T> values, ImmutableArray<long> shape)
        where T : unmanaged
    {
        ReadOnlyMemory<byte>[] content = [MemoryMarshal.AsBytes(values).ToArray()];
        return new TensorContent(name, type, shape.IsDefaultOrEmpty ? [values.Length] : shape, content.ToAsyncEnumerable());
    }
}

/// <summary>
/// Writes safetensors files piece by piece. The same tensors and metadata give the same bytes: metadata and tensors are sorted, the tensors
/// by size of their numbers (largest first, so that all are aligned) and then by name, as the format's own library sorts them.
/// </summary>
internal static class SafeTensorsWriter
{
    private const int Alignment = 8;

    // Escapes only what JSON requires, so that names and ids stay readable.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file.</summary>
    /// <param name="output">Receives the file. Need not be seekable.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">Texts for the header; may be empty.</param>
    /// <param name="cancellationToken">Cancels the writing, which leaves an incomplete file.</param>
    /// <exception cref="ArgumentException">Two tensors have the same name, or a size is negative.</exception>
    /// <exception cref="InvalidDataException">A tensor's content has another length than its shape. The file is incomplete.</exception>
    public static async Task WriteAsync(
        Stream output,
        IReadOnlyCollection<TensorContent> tensors,
        IReadOnlyDictionary<string, string> metadata,
        CancellationToken cancellationToken
    )
    {
        Check(tensors);
        var sorted = tensors
            .OrderByDescending(tensor => TensorTypes.SizeOf(tensor.Type))
            .ThenBy(tensor => tensor.Name, StringComparer.Ordinal)
            .ToList();
        var header = HeaderOf(sorted, metadata);
        var length = new byte[SafeTensors.LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        await output.WriteAsync(length, cancellationToken);
        await output.WriteAsync(header, cancellationToken);
        foreach (var tensor in sorted)
        {
            var (expected, written) = (BytesOf(tensor), 0L);
            await foreach (var piece in tensor.Content.WithCancellation(cancellationToken))
            {
                written += piece.Length;
                await output.WriteAsync(piece, cancellationToken);
            }

            if (written != expected)
                throw new InvalidDataException($"Tensor '{tensor.Name}' has {written} bytes, but its shape needs {expected}.");
        }
    }

    private static void Check(IReadOnlyCollection<TensorContent> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafeTensors.MetadataName };
        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name))
                throw new ArgumentException($"The name '{tensor.Name}' is taken.", nameof(tensors));
            if (tensor.Shape.Any(size => size < 0))
                throw new ArgumentException($"Tensor '{tensor.Name}' has a negative size.", nameof(tensors));
        }
    }

    private static long BytesOf(TensorContent tensor) => checked(TensorTypes.CountOf(tensor.Shape) * TensorTypes.SizeOf(tensor.Type));

    private static byte[] HeaderOf(IEnumerable<TensorContent> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header, Json))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(SafeTensors.MetadataName);
                foreach (var (name, text) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(name, text);
                json.WriteEndObject();
            }

            var begin = 0L;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", TensorTypes.NameOf(tensor.Type));
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [begin, begin + BytesOf(tensor)]);
                json.WriteEndObject();
                begin += BytesOf(tensor);
            }

            json.WriteEndObject();
        }

        // The format pads the header with spaces, so that the data are aligned.
        while (header.Length % Alignment != 0)
            header.WriteByte((byte)' ');
        return header.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string field, ImmutableArray<long> numbers)
    {
        json.WriteStartArray(field);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
