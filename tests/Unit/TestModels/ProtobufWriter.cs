using System.Buffers.Binary;
using System.Text;

namespace GourmetGram.Tests.Unit.TestModels;

/// <summary>The part of protobuf that ONNX needs: numbers and length-prefixed fields.</summary>
internal sealed class ProtobufWriter
{
    private const int LengthPrefixed = 2;
    private readonly List<byte> bytes = [];

    public ProtobufWriter Number(int field, int value)
    {
        Varint(field << 3);
        Varint(value);
        return this;
    }

    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtobufWriter Message(int field, ProtobufWriter message) => Bytes(field, message.ToArray());

    public ProtobufWriter Floats(int field, float[] values)
    {
        var raw = new byte[values.Length * sizeof(float)];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(i * sizeof(float)), values[i]);
        return Bytes(field, raw);
    }

    public byte[] ToArray() => [.. bytes];

    private ProtobufWriter Bytes(int field, byte[] value)
    {
        Varint((field << 3) | LengthPrefixed);
        Varint(value.Length);
        bytes.AddRange(value);
        return this;
    }

    private void Varint(int value)
    {
        var rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7)
            bytes.Add((byte)(rest | 0x80));
        bytes.Add((byte)rest);
    }
}
