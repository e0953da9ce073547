using System.Buffers.Binary;
using System.Collections.Immutable;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>A tensor that is stored in an ONNX file.</summary>
/// <param name="Name">Its name; empty for most constants.</param>
/// <param name="Type">Number in <c>TensorProto.DataType</c>.</param>
/// <param name="Dimensions">Its sizes.</param>
/// <param name="Raw">Where its bytes are; null if the values are stored otherwise.</param>
/// <param name="ExternalFile">File with its values; null if the values are in the model.</param>
internal sealed record OnnxTensor(
    string Name,
    int Type,
    ImmutableArray<long> Dimensions,
    (int Offset, int Length)? Raw,
    string? ExternalFile
);

/// <summary>An operation of an ONNX graph.</summary>
/// <param name="Operation">Name of the operation.</param>
/// <param name="Domain">Domain of the operation; empty for ONNX itself.</param>
/// <param name="Inputs">Names of its inputs.</param>
/// <param name="Outputs">Names of its outputs.</param>
/// <param name="Attributes">Names of attributes, with the value of those that are one number.</param>
internal sealed record OnnxNode(
    string Operation,
    string Domain,
    ImmutableArray<string> Inputs,
    ImmutableArray<string> Outputs,
    ImmutableDictionary<string, double?> Attributes
);

/// <summary>
/// What an ONNX file consists of (onnx.proto, https://github.com/onnx/onnx), read without the runtime, so that a file can be judged before
/// native code sees it.
/// </summary>
internal sealed class OnnxFile
{
    /// <summary>Deepest nesting of graphs inside attributes of nodes.</summary>
    private const int MostDepth = 16;

    private readonly byte[] content;
    private readonly List<OnnxTensor> initializers = [];
    private readonly List<OnnxTensor> tensors = [];
    private readonly List<OnnxNode> nodes = [];
    private readonly List<OnnxNode> allNodes = [];
    private readonly HashSet<string> inputs = new(StringComparer.Ordinal);
    private readonly HashSet<string> functionDomains = new(StringComparer.Ordinal);

    private OnnxFile(byte[] content) => this.content = content;

    /// <summary>Tensors of the main graph.</summary>
    public IReadOnlyList<OnnxTensor> Initializers => initializers;

    /// <summary>Tensors anywhere in the file.</summary>
    public IReadOnlyList<OnnxTensor> Tensors => tensors;

    /// <summary>Nodes of the main graph.</summary>
    public IReadOnlyList<OnnxNode> Nodes => nodes;

    /// <summary>Nodes anywhere in the file.</summary>
    public IReadOnlyList<OnnxNode> AllNodes => allNodes;

    /// <summary>Inputs of the main graph.</summary>
    public IReadOnlySet<string> Inputs => inputs;

    /// <summary>Domains of functions that the file itself defines.</summary>
    public IReadOnlySet<string> FunctionDomains => functionDomains;

    /// <summary>Reads a file.</summary>
    /// <param name="content">The whole file.</param>
    /// <exception cref="InvalidDataException">The file is not an ONNX model with exactly one graph. The message is a clause.</exception>
    public static OnnxFile Read(byte[] content)
    {
        var file = new OnnxFile(content);
        var graphs = 0;
        foreach (var field in Protobuf.Fields(content))
        {
            switch (field.Number)
            {
                case 7:
                    graphs++;
                    file.ReadGraph(field, isMain: true, depth: 0);
                    break;
                case 20:
                    throw new InvalidDataException("it contains a training graph");
                case 25:
                    file.ReadFunction(field);
                    break;
                default:
                    break;
            }
        }

        return graphs == 1 ? file : throw new InvalidDataException($"it has {graphs} graphs instead of one");
    }

    private void ReadGraph(ProtobufField graph, bool isMain, int depth)
    {
        if (depth > MostDepth)
            throw new InvalidDataException($"its graphs are nested more than {MostDepth} deep");
        foreach (var field in Protobuf.Fields(content, graph))
        {
            switch (field.Number)
            {
                case 1:
                    var node = ReadNode(field, depth);
                    if (isMain)
                        nodes.Add(node);
                    break;
                case 5:
                    var tensor = ReadTensor(field);
                    if (isMain)
                        initializers.Add(tensor);
                    break;
                case 11 when isMain:
                    inputs.UnionWith(
                        Protobuf.Fields(content, field).Where(part => part.Number == 1).Select(part => Protobuf.Text(content, part))
                    );
                    break;
                case 15:
                    ReadSparseTensor(field);
                    break;
                default:
                    break;
            }
        }
    }

    private void ReadFunction(ProtobufField function)
    {
        foreach (var field in Protobuf.Fields(content, function))
        {
            switch (field.Number)
            {
                case 7:
                    ReadNode(field, depth: 1);
                    break;
                case 10:
                    functionDomains.Add(Protobuf.Text(content, field));
                    break;
                case 11:
                    ReadAttribute(field, depth: 1);
                    break;
                default:
                    break;
            }
        }
    }

    private OnnxNode ReadNode(ProtobufField message, int depth)
    {
        var (operation, domain) = ("", "");
        var from = ImmutableArray.CreateBuilder<string>();
        var to = ImmutableArray.CreateBuilder<string>();
        var attributes = ImmutableDictionary.CreateBuilder<string, double?>(StringComparer.Ordinal);
        foreach (var field in Protobuf.Fields(content, message))
        {
            switch (field.Number)
            {
                case 1:
                    from.Add(Protobuf.Text(content, field));
                    break;
                case 2:
                    to.Add(Protobuf.Text(content, field));
                    break;
                case 4:
                    operation = Protobuf.Text(content, field);
                    break;
                case 5:
                    var (name, number) = ReadAttribute(field, depth);
                    attributes[name] = number;
                    break;
                case 7:
                    domain = Protobuf.Text(content, field);
                    break;
                default:
                    break;
            }
        }

        var node = new OnnxNode(operation, domain, from.ToImmutable(), to.ToImmutable(), attributes.ToImmutable());
        allNodes.Add(node);
        return node;
    }

    private (string Name, double? Number) ReadAttribute(ProtobufField message, int depth)
    {
        var name = "";
        double? number = null;
        foreach (var field in Protobuf.Fields(content, message))
        {
            switch (field.Number)
            {
                case 1:
                    name = Protobuf.Text(content, field);
                    break;
                case 2 when field.Length == sizeof(float):
                    number = BinaryPrimitives.ReadSingleLittleEndian(content.AsSpan(field.Offset));
                    break;
                case 3:
                    number = (long)field.Value;
                    break;
                case 5 or 10:
                    ReadTensor(field);
                    break;
                case 6 or 11:
                    ReadGraph(field, isMain: false, depth + 1);
                    break;
                case 22 or 23:
                    ReadSparseTensor(field);
                    break;
                default:
                    break;
            }
        }

        return (name, number);
    }

    private void ReadSparseTensor(ProtobufField message)
    {
        foreach (var field in Protobuf.Fields(content, message).Where(field => field.Number is 1 or 2))
            ReadTensor(field);
    }

    private OnnxTensor ReadTensor(ProtobufField message)
    {
        var (name, type) = ("", 0);
        var dimensions = ImmutableArray.CreateBuilder<long>();
        (int Offset, int Length)? raw = null;
        string? external = null;
        foreach (var field in Protobuf.Fields(content, message))
        {
            switch (field.Number)
            {
                case 1:
                    dimensions.AddRange(Protobuf.Numbers(content, field));
                    break;
                case 2:
                    type = (int)field.Value;
                    break;
                case 8:
                    name = Protobuf.Text(content, field);
                    break;
                case 9:
                    raw = (field.Offset, field.Length);
                    break;
                case 13:
                    external = ReadLocation(field) ?? external ?? "";
                    break;
                case 14 when field.Value != 0:
                    external ??= "";
                    break;
                default:
                    break;
            }
        }

        var tensor = new OnnxTensor(name, type, dimensions.ToImmutable(), raw, external);
        tensors.Add(tensor);
        return tensor;
    }

    private string? ReadLocation(ProtobufField message)
    {
        var (key, value) = ("", "");
        foreach (var field in Protobuf.Fields(content, message))
        {
            if (field.Number == 1)
                key = Protobuf.Text(content, field);
            else if (field.Number == 2)
                value = Protobuf.Text(content, field);
        }

        return key == "location" ? value : null;
    }
}
