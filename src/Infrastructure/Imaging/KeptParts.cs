namespace GourmetGram.Infrastructure.Imaging;

/// <summary>Collects the parts of a file that are kept, and joins them at the end, so that a large photo is copied once.</summary>
/// <param name="file">The file.</param>
internal readonly ref struct KeptParts(ReadOnlySpan<byte> file)
{
    private readonly ReadOnlySpan<byte> file = file;
    private readonly List<(byte[]? Made, int Start, int Length)> parts = [];

    /// <param name="part">A part of the file, or other bytes, which are copied.</param>
    public void Add(ReadOnlySpan<byte> part)
    {
        if (file.Overlaps(part, out var start))
            parts.Add((null, start, part.Length));
        else
            parts.Add((part.ToArray(), 0, part.Length));
    }

    /// <summary>Joins the parts in the order in which they were added.</summary>
    public byte[] ToArray()
    {
        var joined = GC.AllocateUninitializedArray<byte>(parts.Sum(part => part.Length));
        var end = 0;
        foreach (var (made, start, length) in parts)
        {
            (made ?? file).Slice(start, length).CopyTo(joined.AsSpan(end));
            end += length;
        }

        return joined;
    }
}
