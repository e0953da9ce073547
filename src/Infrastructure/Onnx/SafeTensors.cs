using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>Types of numbers in a safetensors file, all little-endian.</summary>
internal enum TensorType
{
    Float64,
    Int64,
    Float32,
    Float16,
    Int8,
    UInt8,
}

/// <summary>Names and sizes of <see cref="TensorType"/> values.</summary>
internal static class TensorTypes
{
    private static readonly ImmutableArray<(TensorType Type, string Name, int Size)> Known =
    [
        (TensorType.Float64, "F64", sizeof(double)),
        (TensorType.Int64, "I64", sizeof(long)),
        (TensorType.Float32, "F32", sizeof(float)),
        (TensorType.Float16, "F16", sizeof(ushort)),
        (TensorType.Int8, "I8", sizeof(sbyte)),
        (TensorType.UInt8, "U8", sizeof(byte)),
    ];

    /// <summary>Name in the file's header.</summary>
    public static string NameOf(TensorType type) => Known.Single(known => known.Type == type).Name;

    /// <summary>Bytes of one number.</summary>
    public static int SizeOf(TensorType type) => Known.Single(known => known.Type == type).Size;

    /// <returns>The type, or null for a name that is not supported.</returns>
    public static TensorType? Find(string? name)
    {
        foreach (var known in Known)
        {
            if (known.Name == name)
                return known.Type;
        }

        return null;
    }

    /// <summary>Number of values of a shape; 1 for no dimension.</summary>
    /// <exception cref="OverflowException">The number does not fit in 64 bits.</exception>
    public static long CountOf(ImmutableArray<long> shape) => shape.Aggregate(1L, (product, size) => checked(product * size));
}

/// <summary>
/// A safetensors file in memory (https://github.com/huggingface/safetensors, "Format"): 8 bytes with the length of a JSON header, the
/// header, and the numbers. Reading is strict: the tensors cover the data exactly, in any order, without overlap or gap.
/// </summary>
internal sealed class SafeTensors
{
    /// <summary>Largest header that the format's own library accepts.</summary>
    public const int LargestHeader = 100_000_000;

    /// <summary>Name in the header under which the metadata stand.</summary>
    internal const string MetadataName = "__metadata__";

    /// <summary>In an expected shape: any size will do.</summary>
    public const long AnySize = -1;

    internal const int LengthBytes = sizeof(ulong);

    private readonly ReadOnlyMemory<byte> data;

    private SafeTensors(
        ReadOnlyMemory<byte> data,
        ImmutableSortedDictionary<string, Entry> tensors,
        ImmutableSortedDictionary<string, string> metadata
    )
    {
        this.data = data;
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>Type, shape and place of a tensor.</summary>
    /// <param name="Type">Type of its numbers.</param>
    /// <param name="Shape">Sizes, each at least 0.</param>
    /// <param name="Begin">First byte, counted from the end of the header.</param>
    /// <param name="End">Byte after the last.</param>
    internal sealed record Entry(TensorType Type, ImmutableArray<long> Shape, long Begin, long End);

    /// <summary>Tensors by name.</summary>
    public ImmutableSortedDictionary<string, Entry> Tensors { get; }

    /// <summary>Metadata; empty if the file has none.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file's header and checks it against the data.</summary>
    /// <param name="file">The whole file. It is not copied, so it must not change.</param>
    /// <exception cref="InvalidDataException">The file breaks the format, or has a type of number that is not supported.</exception>
    public static SafeTensors Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length < LengthBytes)
            throw Fault($"it has {file.Length} bytes, but the length of its header alone takes {LengthBytes}");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span);
        if (length > LargestHeader)
            throw Fault($"its header claims {length} bytes, and at most {LargestHeader} are allowed");
        if (length > (ulong)(file.Length - LengthBytes))
            throw Fault($"its header claims {length} bytes, but only {file.Length - LengthBytes} follow");
        var header = file.Slice(LengthBytes, (int)length);
        if (header.IsEmpty || header.Span[0] != (byte)'{')
            throw Fault("its header does not begin with '{'");
        var content = file[(LengthBytes + (int)length)..];
        try
        {
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            return Read(json.RootElement, content);
        }
        catch (JsonException e)
        {
            throw Fault($"its header is not valid JSON ({e.Message})", e);
        }
    }

    /// <summary>Returns numbers as float32. Float16 becomes wider; float64 is rounded.</summary>
    /// <param name="name">Name of a tensor of floating-point numbers.</param>
    /// <param name="shape">Expected sizes; <see cref="AnySize"/> where any size will do.</param>
    /// <exception cref="InvalidDataException">No such tensor, another shape, or not floating-point numbers.</exception>
    public float[] ReadSingles(string name, params ReadOnlySpan<long> shape)
    {
        var entry = Find(name, shape);
        var bytes = BytesOf(entry);
        switch (entry.Type)
        {
            case TensorType.Float16:
                return ConvertAll<Half, float>(bytes, static value => (float)value);
            case TensorType.Float32:
                return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
            case TensorType.Float64:
                return ConvertAll<double, float>(bytes, static value => (float)value);
            default:
                throw Fault($"tensor '{name}' is {TensorTypes.NameOf(entry.Type)} instead of F16, F32 or F64");
        }
    }

    /// <summary>Returns numbers as float64.</summary>
    /// <param name="name">Name of a tensor of floating-point numbers.</param>
    /// <param name="shape">Expected sizes; <see cref="AnySize"/> where any size will do.</param>
    /// <exception cref="InvalidDataException">No such tensor, another shape, or not floating-point numbers.</exception>
    public double[] ReadDoubles(string name, params ReadOnlySpan<long> shape)
    {
        var entry = Find(name, shape);
        return entry.Type == TensorType.Float64
            ? MemoryMarshal.Cast<byte, double>(BytesOf(entry)).ToArray()
            : Array.ConvertAll(ReadSingles(name, shape), static value => (double)value);
    }

    /// <summary>Returns whole numbers.</summary>
    /// <param name="name">Name of a tensor of whole numbers.</param>
    /// <param name="shape">Expected sizes; <see cref="AnySize"/> where any size will do.</param>
    /// <exception cref="InvalidDataException">No such tensor, another shape, or not whole numbers.</exception>
    public long[] ReadIntegers(string name, params ReadOnlySpan<long> shape)
    {
        var entry = Find(name, shape);
        var bytes = BytesOf(entry);
        switch (entry.Type)
        {
            case TensorType.Int64:
                return MemoryMarshal.Cast<byte, long>(bytes).ToArray();
            case TensorType.Int8:
                return ConvertAll<sbyte, long>(bytes, static value => value);
            case TensorType.UInt8:
                return ConvertAll<byte, long>(bytes, static value => value);
            default:
                throw Fault($"tensor '{name}' is {TensorTypes.NameOf(entry.Type)} instead of I64, I8 or U8");
        }
    }

    private static SafeTensors Read(JsonElement header, ReadOnlyMemory<byte> content)
    {
        var metadata = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var tensors = ImmutableSortedDictionary.CreateBuilder<string, Entry>(StringComparer.Ordinal);
        foreach (var member in header.EnumerateObject())
        {
            if (member.Name == MetadataName)
                ReadMetadata(member.Value, metadata);
            else
                tensors.Add(member.Name, ReadEntry(member.Name, member.Value));
        }

        var end = 0L;
        foreach (var (name, entry) in tensors.OrderBy(tensor => tensor.Value.Begin).ThenBy(tensor => tensor.Value.End))
        {
            if (entry.Begin != end)
                throw Fault($"tensor '{name}' begins at byte {entry.Begin}, but the tensors before it end at {end}");
            end = entry.End;
        }

        return end == content.Length
            ? new SafeTensors(content, tensors.ToImmutable(), metadata.ToImmutable())
            : throw Fault($"its tensors end at byte {end}, but {content.Length} bytes follow the header");
    }

    private static void ReadMetadata(JsonElement json, ImmutableSortedDictionary<string, string>.Builder metadata)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Fault($"its {MetadataName} is not an object");
        foreach (var member in json.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.String)
                throw Fault($"its metadata '{member.Name}' is not a text");
            metadata.Add(member.Name, member.Value.GetString()!);
        }
    }

    private static Entry ReadEntry(string name, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Fault($"tensor '{name}' is not described by an object");
        foreach (var member in json.EnumerateObject())
        {
            if (member.Name is not ("dtype" or "shape" or "data_offsets"))
                throw Fault($"tensor '{name}' has an unknown field '{member.Name}'");
        }

        var typeName = json.TryGetProperty("dtype", out var dtype) && dtype.ValueKind == JsonValueKind.String ? dtype.GetString() : null;
        var type = TensorTypes.Find(typeName) ?? throw Fault($"tensor '{name}' has the dtype '{typeName}', which is not supported");
        var shape = ReadNumbers(name, json, "shape");
        var offsets = ReadNumbers(name, json, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw Fault($"tensor '{name}' has no valid data_offsets: [begin, end] with begin ≤ end");
        try
        {
            var expected = checked(TensorTypes.CountOf(shape) * TensorTypes.SizeOf(type));
            return offsets[1] - offsets[0] == expected
                ? new Entry(type, shape, offsets[0], offsets[1])
                : throw Fault($"tensor '{name}' takes {offsets[1] - offsets[0]} bytes, but its shape needs {expected}");
        }
        catch (OverflowException e)
        {
            throw Fault($"tensor '{name}' has a shape with more values than can be counted", e);
        }
    }

    private static ImmutableArray<long> ReadNumbers(string name, JsonElement json, string field)
    {
        if (!json.TryGetProperty(field, out var list) || list.ValueKind != JsonValueKind.Array)
            throw Fault($"tensor '{name}' has no list '{field}'");
        var numbers = ImmutableArray.CreateBuilder<long>();
        foreach (var item in list.EnumerateArray())
        {
            numbers.Add(
                item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number) && number >= 0
                    ? number
                    : throw Fault($"tensor '{name}' has '{item}' in '{field}', where a whole number of at least 0 is needed")
            );
        }

        return numbers.ToImmutable();
    }

    private Entry Find(string name, ReadOnlySpan<long> shape)
    {
        if (!Tensors.TryGetValue(name, out var entry))
            throw Fault($"it has no tensor '{name}', only {string.Join(", ", Tensors.Keys.Select(key => $"'{key}'"))}");
        var fits = entry.Shape.Length == shape.Length;
        for (var i = 0; fits && i < shape.Length; i++)
            fits = shape[i] == AnySize || shape[i] == entry.Shape[i];
        return fits
            ? entry
            : throw Fault($"tensor '{name}' has the shape [{string.Join(", ", entry.Shape)}] instead of [{ShapeText(shape)}]");
    }

    private ReadOnlySpan<byte> BytesOf(Entry entry) => data.Span[(int)entry.Begin..(int)entry.End];

    private static string ShapeText(ReadOnlySpan<long> shape) =>
        string.Join(", ", shape.ToArray().Select(size => size == AnySize ? "N" : $"{size}"));

    private static TTo[] ConvertAll<TFrom, TTo>(ReadOnlySpan<byte> bytes, Func<TFrom, TTo> convert)
        where TFrom : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, TFrom>(bytes);
        var converted = new TTo[values.Length];
        for (var i = 0; i < converted.Length; i++)
            converted[i] = convert(values[i]);
        return converted;
    }

    private static InvalidDataException Fault(string what, Exception? cause = null) =>
        new($"This is not a valid safetensors file: {what}.", cause);
}
