using System.Text;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>A field of a protobuf message.</summary>
/// <param name="Number">Number in the message's definition.</param>
/// <param name="IsBytes">Whether the value is a range of bytes: a text, a message or packed numbers.</param>
/// <param name="Value">The number; 0 for bytes and for fixed-size numbers, which nothing here needs.</param>
/// <param name="Offset">First byte of the value, counted from the start of the file.</param>
/// <param name="Length">Number of bytes of the value.</param>
internal readonly record struct ProtobufField(int Number, bool IsBytes, ulong Value, int Offset, int Length);

/// <summary>Reads the fields of protobuf messages (https://protobuf.dev/programming-guides/encoding/) without copying them.</summary>
internal static class Protobuf
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    /// <summary>Returns the fields of a whole file.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a message; thrown while enumerating.</exception>
    public static IEnumerable<ProtobufField> Fields(byte[] file) => Fields(file, 0, file.Length);

    /// <summary>Returns the fields of the message in a field.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a message; thrown while enumerating.</exception>
    public static IEnumerable<ProtobufField> Fields(byte[] file, ProtobufField message) =>
        message.IsBytes
            ? Fields(file, message.Offset, message.Length)
            : throw new InvalidDataException($"field {message.Number} is no message");

    /// <summary>Returns the text in a field.</summary>
    /// <exception cref="InvalidDataException">The field has a number.</exception>
    public static string Text(byte[] file, ProtobufField field) =>
        field.IsBytes
            ? Encoding.UTF8.GetString(file, field.Offset, field.Length)
            : throw new InvalidDataException($"field {field.Number} is no text");

    /// <summary>Returns the numbers in a field of repeated numbers: one number, or several when they are packed.</summary>
    /// <exception cref="InvalidDataException">The packed numbers are cut off.</exception>
    public static IEnumerable<long> Numbers(byte[] file, ProtobufField field)
    {
        if (!field.IsBytes)
        {
            yield return (long)field.Value;
            yield break;
        }

        var (at, end) = (field.Offset, field.Offset + field.Length);
        while (at < end)
            yield return (long)ReadVarint(file, ref at, end);
    }

    private static IEnumerable<ProtobufField> Fields(byte[] file, int offset, int length)
    {
        var (at, end) = (offset, offset + length);
        while (at < end)
        {
            var tag = ReadVarint(file, ref at, end);
            var number = tag >> 3;
            if (number is 0 or > int.MaxValue)
                throw new InvalidDataException($"there is no field {number}");
            var value = 0UL;
            ulong size;
            switch ((int)(tag & 7))
            {
                case Varint:
                    value = ReadVarint(file, ref at, end);
                    size = 0;
                    break;
                case Fixed64:
                    size = sizeof(ulong);
                    break;
                case Fixed32:
                    size = sizeof(uint);
                    break;
                case Bytes:
                    size = ReadVarint(file, ref at, end);
                    break;
                default:
                    throw new InvalidDataException($"field {number} has an unknown wire type");
            }

            if (size > (ulong)(end - at))
                throw new InvalidDataException($"field {number} claims {size} bytes, but only {end - at} follow");
            yield return new ProtobufField((int)number, (tag & 7) == Bytes, value, at, (int)size);
            at += (int)size;
        }
    }

    private static ulong ReadVarint(byte[] file, ref int at, int end)
    {
        const int mostBits = 64;
        var value = 0UL;
        for (var shift = 0; shift < mostBits; shift += 7)
        {
            if (at >= end)
                throw new InvalidDataException("it ends within a number");
            var next = file[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException("a number has more than 64 bits");
    }
}
