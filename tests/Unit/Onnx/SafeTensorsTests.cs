using System.Buffers.Binary;
using System.Text;
using GourmetGram.Infrastructure.Onnx;

namespace GourmetGram.Tests.Unit.Onnx;

public sealed class SafeTensorsTests
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    [Fact]
    public async Task What_is_written_is_read_again()
    {
        var file = SafeTensors.Read(
            await WriteAsync(
                [
                    TensorContent.Of("embedding", [1.5f, -2, 3, float.Epsilon], 2, 2),
                    TensorContent.Of("half", [(Half)0.1, Half.MaxValue]),
                    TensorContent.Of("weight", [0.1, double.MaxValue]),
                    TensorContent.Of("label", [long.MinValue, 7L]),
                    TensorContent.Of("split", [(sbyte)-1, (sbyte)2]),
                    TensorContent.Of("class", [(byte)255]),
                    TensorContent.Of("empty", Array.Empty<float>(), 0, 1280),
                ],
                new Dictionary<string, string> { ["ids"] = "a,b", ["café \"1\""] = "line\nbreak" }
            )
        );

        Assert.Equal([1.5f, -2, 3, float.Epsilon], file.ReadSingles("embedding", 2, SafeTensors.AnySize));
        Assert.Equal([(float)(Half)0.1, (float)Half.MaxValue], file.ReadSingles("half", 2));
        Assert.Equal([0.1, double.MaxValue], file.ReadDoubles("weight", 2));
        Assert.Equal([(double)(Half)0.1, (double)Half.MaxValue], file.ReadDoubles("half", 2));
        Assert.Equal([long.MinValue, 7], file.ReadIntegers("label", 2));
        Assert.Equal([-1, 2], file.ReadIntegers("split", 2));
        Assert.Equal([255], file.ReadIntegers("class", 1));
        Assert.Empty(file.ReadSingles("empty", 0, 1280));
        Assert.Equal("a,b", file.Metadata["ids"]);
        Assert.Equal("line\nbreak", file.Metadata["café \"1\""]);
    }

    [Fact]
    public async Task The_order_of_tensors_and_metadata_does_not_change_the_file()
    {
        TensorContent[] Tensors() =>
            [TensorContent.Of("b", [1f]), TensorContent.Of("a", [2f]), TensorContent.Of("c", [(sbyte)1]), TensorContent.Of("d", [1L])];
        var one = await WriteAsync(Tensors(), new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" });
        var other = await WriteAsync([.. Tensors().Reverse()], new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" });

        Assert.Equal(one, other);
        Assert.Equal(
            """{"__metadata__":{"x":"1","y":"2"},"d":"""
                + """{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":"""
                + """{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"b":"""
                + """{"dtype":"F32","shape":[1],"data_offsets":[12,16]},"c":"""
                + """{"dtype":"I8","shape":[1],"data_offsets":[16,17]}}""",
            HeaderOf(one).TrimEnd()
        );
        Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(one) % 8);
    }

    [Fact]
    public async Task Content_of_another_length_than_its_shape_is_refused()
    {
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => WriteAsync([TensorContent.Of("a", [1f, 2], 3)], NoMetadata));
        Assert.Equal("Tensor 'a' has 8 bytes, but its shape needs 12.", fault.Message);
    }

    [Fact]
    public async Task Two_tensors_of_one_name_are_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() =>
            WriteAsync([TensorContent.Of("a", [1f]), TensorContent.Of("a", [1f])], NoMetadata)
        );

    [Theory]
    [InlineData("", "its header does not begin with '{'")]
    [InlineData("[]", "its header does not begin with '{'")]
    [InlineData("{", "its header is not valid JSON")]
    [InlineData("{} {}", "its header is not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", "JSON")]
    [InlineData("""{"a":1}""", "tensor 'a' is not described by an object")]
    [InlineData("""{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}""", "dtype 'BF16', which is not supported")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", "dtype ''")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "no list 'data_offsets'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "no valid data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "no valid data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "has '-4' in 'data_offsets'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "has '1.5' in 'shape'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "takes 4 bytes, but its shape needs 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}""", "more values than can be counted")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", "unknown field 'more'")]
    [InlineData("""{"a":{"dtype":"I8","shape":[3],"data_offsets":[0,3]}}""", "end at byte 3, but 4 bytes follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "end at byte 8, but 4 bytes follow")]
    [InlineData(
        """{"a":{"dtype":"I8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"I8","shape":[2],"data_offsets":[2,4]}}""",
        "tensor 'b' begins at byte 2, but the tensors before it end at 3"
    )]
    [InlineData("""{"a":{"dtype":"I8","shape":[3],"data_offsets":[1,4]}}""", "tensor 'a' begins at byte 1")]
    [InlineData("""{"__metadata__":[],"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "its __metadata__ is not an object")]
    [InlineData("""{"__metadata__":{"n":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "metadata 'n' is not a text")]
    public void A_file_that_breaks_the_format_is_refused(string header, string found)
    {
        var fault = Assert.Throws<InvalidDataException>(() => SafeTensors.Read(FileOf(header, new byte[4])));
        Assert.StartsWith("This is not a valid safetensors file: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(found, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001)]
    [InlineData(9)]
    public void A_header_length_beyond_the_file_is_refused(ulong length)
    {
        var file = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        Assert.Contains(
            "its header claims",
            Assert.Throws<InvalidDataException>(() => SafeTensors.Read(file)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_file_that_ends_in_its_first_bytes_is_refused() =>
        Assert.Throws<InvalidDataException>(() => SafeTensors.Read(new byte[7]));

    [Fact]
    public async Task A_missing_tensor_or_another_shape_or_type_is_refused()
    {
        var file = SafeTensors.Read(await WriteAsync([TensorContent.Of("a", [1f, 2], 1, 2), TensorContent.Of("b", [1L])], NoMetadata));

        Assert.Contains("no tensor 'c', only 'a', 'b'", Refusal(() => file.ReadSingles("c", 1)), StringComparison.Ordinal);
        Assert.Contains("the shape [1, 2] instead of [N, 3]", Refusal(() => file.ReadSingles("a", -1, 3)), StringComparison.Ordinal);
        Assert.Contains("the shape [1, 2] instead of [2]", Refusal(() => file.ReadSingles("a", 2)), StringComparison.Ordinal);
        Assert.Contains("'b' is I64 instead of F16, F32 or F64", Refusal(() => file.ReadSingles("b", 1)), StringComparison.Ordinal);
        Assert.Contains("'a' is F32 instead of I64, I8 or U8", Refusal(() => file.ReadIntegers("a", 1, 2)), StringComparison.Ordinal);
    }

    private static string Refusal(Action read) => Assert.Throws<InvalidDataException>(read).Message;

    private static async Task<byte[]> WriteAsync(IReadOnlyCollection<TensorContent> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var file = new MemoryStream();
        await SafeTensorsWriter.WriteAsync(file, tensors, metadata, TestContext.Current.CancellationToken);
        return file.ToArray();
    }

    private static byte[] FileOf(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        return [.. length, .. text, .. data];
    }

    private static string HeaderOf(byte[] file) => Encoding.UTF8.GetString(file, 8, (int)BinaryPrimitives.ReadInt64LittleEndian(file));
}
