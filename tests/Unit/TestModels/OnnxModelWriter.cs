using System.Buffers.Binary;
using System.Text;

namespace GourmetGram.Tests.Unit.TestModels;

/// <summary>
/// Writes ONNX models by hand (field numbers: onnx.proto of ONNX IR version 8), so that tests can have any model they need without a file
/// or a package. The model is <c>image → mean of each channel (the embedding) → Gemm with head.weight and head.bias → logits</c>.
/// </summary>
internal static class OnnxModelWriter
{
    private const int Float = 1;
    private const int IntAttribute = 2;
    private const int IrVersion = 8;
    private const int Opset = 17;

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="weight">One row a class, one column a channel.</param>
    /// <param name="bias">One value a class.</param>
    /// <param name="withEmbedding">Whether the embedding is an output.</param>
    public static byte[] Write(int width, int height, float[][] weight, float[] bias, bool withEmbedding)
    {
        const int channels = 3;
        var classes = bias.Length;
        var graph = new ProtobufWriter()
            .Message(1, Node("GlobalAveragePool", ["image"], "pooled"))
            .Message(1, Node("Flatten", ["pooled"], "embedding"))
            .Message(1, Node("Gemm", ["embedding", "head.weight", "head.bias"], "logits").Message(5, IntegerAttribute("transB", 1)))
            .Text(2, "mean colour")
            .Message(5, Initializer("head.weight", [classes, channels], [.. weight.SelectMany(row => row)]))
            .Message(5, Initializer("head.bias", [classes], bias))
            .Message(11, Tensor("image", channels, height, width))
            .Message(12, Tensor("logits", classes));
        if (withEmbedding)
            graph.Message(12, Tensor("embedding", channels));
        return new ProtobufWriter().Number(1, IrVersion).Message(7, graph).Message(8, new ProtobufWriter().Number(2, Opset)).ToArray();
    }

    private static ProtobufWriter Node(string operation, string[] inputs, string output)
    {
        var node = new ProtobufWriter();
        foreach (var input in inputs)
            node.Text(1, input);
        return node.Text(2, output).Text(4, operation);
    }

    private static ProtobufWriter IntegerAttribute(string name, int value) =>
        new ProtobufWriter().Text(1, name).Number(3, value).Number(20, IntAttribute);

    private static ProtobufWriter Initializer(string name, int[] shape, float[] values)
    {
        var tensor = new ProtobufWriter();
        foreach (var size in shape)
            tensor.Number(1, size);
        return tensor.Number(2, Float).Text(8, name).Floats(9, values);
    }

    /// <summary>A tensor whose first dimension, the batch, is open.</summary>
    private static ProtobufWriter Tensor(string name, params int[] sizes)
    {
        var shape = new ProtobufWriter().Message(1, new ProtobufWriter().Text(2, "N"));
        foreach (var size in sizes)
            shape.Message(1, new ProtobufWriter().Number(1, size));
        var type = new ProtobufWriter().Message(1, new ProtobufWriter().Number(1, Float).Message(2, shape));
        return new ProtobufWriter().Text(1, name).Message(2, type);
    }

    /// <summary>The part of protobuf that ONNX needs: numbers and length-prefixed fields.</summary>
    private sealed class ProtobufWriter
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
}
