namespace GourmetGram.Infrastructure.Imaging;

/// <summary>Reads a file front to back and never past its end.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly ReadOnlySpan<byte> Rest => rest;

    public bool TryTake(long count, out ReadOnlySpan<byte> taken)
    {
        if (count < 0 || count > rest.Length)
        {
            taken = default;
            return false;
        }

        taken = rest[..(int)count];
        rest = rest[(int)count..];
        return true;
    }

    /// <param name="count">Bytes to take.</param>
    /// <param name="what">The part being read, for the error message.</param>
    /// <exception cref="Application.Classification.UnusablePhotoException">Fewer bytes are left.</exception>
    public ReadOnlySpan<byte> Take(long count, string what) =>
        TryTake(count, out var taken) ? taken : throw Faults.Damaged($"it ends inside {what}");
}
