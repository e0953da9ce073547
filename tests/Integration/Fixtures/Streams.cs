namespace GourmetGram.Tests.Integration.Fixtures;

internal static class Streams
{
    /// <summary>Reads what is left of a stream, and disposes it.</summary>
    public static async Task<byte[]> ReadAllAsync(this Stream opened)
    {
        await using var content = opened;
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        return bytes.ToArray();
    }
}
