using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using GourmetGram.Tests.Unit.Imaging;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// Reads a zip front to back, as funzip, Java's ZipInputStream and others do that cannot go to the directory at its end (APPNOTE 6.3.10,
/// 4.3).
/// </summary>
internal static class ZipStream
{
    private const uint LocalHeader = 0x04034B50;
    private const uint Directory = 0x02014B50;
    private const int SizesFollow = 1 << 3;
    private const int Stored = 0;
    private const int Deflated = 8;

    /// <summary>The files in order; the test fails where sizes and checksum do not come before the bytes, or are wrong.</summary>
    public static IReadOnlyList<(string Name, byte[] Content)> Read(ReadOnlySpan<byte> zip)
    {
        var files = new List<(string, byte[])>();
        while (BinaryPrimitives.ReadUInt32LittleEndian(zip) == LocalHeader)
        {
            var (flags, method) = (BinaryPrimitives.ReadUInt16LittleEndian(zip[6..]), BinaryPrimitives.ReadUInt16LittleEndian(zip[8..]));
            var checksum = BinaryPrimitives.ReadUInt32LittleEndian(zip[14..]);
            var (packed, size) = (BinaryPrimitives.ReadInt32LittleEndian(zip[18..]), BinaryPrimitives.ReadInt32LittleEndian(zip[22..]));
            var (nameLength, extraLength) = (
                BinaryPrimitives.ReadUInt16LittleEndian(zip[26..]),
                BinaryPrimitives.ReadUInt16LittleEndian(zip[28..])
            );
            var name = Encoding.UTF8.GetString(zip.Slice(30, nameLength));
            Assert.True((flags & SizesFollow) == 0, $"{name}: its sizes come after its bytes");
            Assert.Contains(method, new[] { Stored, Deflated });
            var bytes = zip.Slice(30 + nameLength + extraLength, packed).ToArray();
            var content = method == Stored ? bytes : Inflate(bytes);
            Assert.Equal((size, checksum), (content.Length, Parts.Crc32(content)));
            files.Add((name, content));
            zip = zip[(30 + nameLength + extraLength + packed)..];
        }

        Assert.Equal(Directory, BinaryPrimitives.ReadUInt32LittleEndian(zip));
        return files;
    }

    private static byte[] Inflate(byte[] bytes)
    {
        using var deflate = new DeflateStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var content = new MemoryStream();
        deflate.CopyTo(content);
        return content.ToArray();
    }
}
