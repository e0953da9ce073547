using System.Buffers.Binary;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>Photos for tests: the model's golden pictures, made unique where a test needs a photo that nobody has sent before.</summary>
internal static class Photos
{
    private static int counter;

    /// <summary>A golden picture by its name, e.g. <c>landscape.jpg</c>.</summary>
    public static byte[] Golden(string name) =>
        System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "models", "food11", "golden", name));

    /// <summary>
    /// A photo as a phone or program has been reported to write it, e.g. <c>samsung-panorama.jpg</c>; <c>plain.jpg</c> is the same picture
    /// as it should be.
    /// </summary>
    public static byte[] File(string name) => System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "photos", name));

    /// <summary>
    /// A JPEG that no test has sent before: a golden drawing with a comment of its own. The pixels, and so the answer, stay the same.
    /// </summary>
    public static byte[] New() => WithSegment(Golden("drawing-egg.jpg"), 0xFE, BitConverter.GetBytes(Interlocked.Increment(ref counter)));

    /// <summary>
    /// A JPEG whose kept bytes no other test's photo has: coefficients of the finest details are scaled differently. It has no metadata, so
    /// it is kept as it is sent.
    /// </summary>
    public static byte[] NewKept()
    {
        var jpeg = Golden("drawing-egg.jpg");
        var number = Interlocked.Increment(ref counter);
        // A quantization table: marker, length, number, 64 factors of at least 1 in zigzag order.
        var finest = jpeg.AsSpan().IndexOf<byte>([0xFF, 0xDB]) + 5 + 64 - 3;
        for (var i = 0; i < 3; i++, number /= 255)
            jpeg[finest + i] = (byte)(number % 255 + 1);
        return jpeg;
    }

    /// <summary>A JPEG with a further segment after its start marker.</summary>
    public static byte[] WithSegment(byte[] jpeg, byte marker, ReadOnlySpan<byte> payload)
    {
        var result = new byte[jpeg.Length + payload.Length + 4];
        jpeg.AsSpan(0, 2).CopyTo(result);
        result[2] = 0xFF;
        result[3] = marker;
        BinaryPrimitives.WriteUInt16BigEndian(result.AsSpan(4), (ushort)(payload.Length + 2));
        payload.CopyTo(result.AsSpan(6));
        jpeg.AsSpan(2).CopyTo(result.AsSpan(6 + payload.Length));
        return result;
    }
}
