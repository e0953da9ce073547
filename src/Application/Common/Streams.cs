namespace GourmetGram.Application.Common;

internal static class Streams
{
    /// <summary>Reads a stream of known length from its start to its end, and disposes it.</summary>
    public static async Task<byte[]> ReadToEndAsync(this Stream opened, CancellationToken cancellationToken)
    {
        await using var content = opened;
        var bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
