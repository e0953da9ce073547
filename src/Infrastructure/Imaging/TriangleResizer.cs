using System.Buffers;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// Pillow's antialiased BILINEAR filter (libImaging/Resample.c): a triangle as wide as the scale. The model was trained on pictures resized
/// in this way. Weights are 16-bit integers instead of 22-bit ones, and columns of pixels are summed before rows, because vector
/// instructions then do most of the work; values differ from Pillow's by at most 1.
/// </summary>
internal sealed class TriangleResizer
{
    /// <summary>Bytes of the source that are read at a time.</summary>
    private const int StripBytes = 64 << 10;

    private readonly int stride;
    private readonly int sourceHeight;
    private readonly int channels;
    private readonly Taps[] columns;
    private readonly Taps[] rows;

    /// <summary>Weights of <see cref="columns"/>, repeated as <see cref="PixelSums.AcrossRow"/> needs them.</summary>
    private readonly short[] columnWeights;

    /// <summary>One row of the source's width and the target's height, with room for a vector behind it.</summary>
    private readonly byte[] blended;

    private readonly byte[] rgb;
    private int nextRow;

    /// <param name="source">Size of the picture, in pixels.</param>
    /// <param name="extent">
    /// Size of what the picture shows, in its pixels. A decoder that shrinks leaves out the last part of a pixel or fills it up.
    /// </param>
    /// <param name="channels">Bytes per pixel of the source: 3 for RGB, or 4 if an unused one follows them.</param>
    /// <param name="width">Width of the result, in pixels.</param>
    /// <param name="height">Height of the result, in pixels.</param>
    public TriangleResizer((int Width, int Height) source, (double Width, double Height) extent, int channels, int width, int height)
    {
        this.channels = channels;
        stride = source.Width * channels;
        sourceHeight = source.Height;
        columns = Taps.For(source.Width, extent.Width, width);
        rows = Taps.For(source.Height, extent.Height, height);
        columnWeights = PixelSums.Repeat(columns);
        blended = new byte[stride + PixelSums.Padding];
        rgb = new byte[width * height * 3];
        MostRows = rows.Max(taps => taps.Weights.Length);
    }

    /// <summary>Source rows that one row of the result needs at most.</summary>
    public int MostRows { get; }

    /// <summary>The first source row that is still needed; the source's height when all rows of the result are there.</summary>
    public int FirstNeeded => nextRow < rows.Length ? rows[nextRow].Start : sourceHeight;

    /// <summary>Adds rows, from top to bottom. Rows from <see cref="FirstNeeded"/> on have to be passed again.</summary>
    /// <param name="pixels">Row follows row without a gap.</param>
    /// <param name="first">Number of the first row in <paramref name="pixels"/>.</param>
    public void AddRows(ReadOnlySpan<byte> pixels, int first)
    {
        var end = first + (pixels.Length / stride);
        for (; nextRow < rows.Length && rows[nextRow].End <= end; nextRow++)
        {
            var taps = rows[nextRow];
            var needed = pixels.Slice((taps.Start - first) * stride, taps.Weights.Length * stride);
            PixelSums.AcrossRows(needed, stride, taps.Weights, blended);
            PixelSums.AcrossRow(blended, channels, columns, columnWeights, rgb.AsSpan(nextRow * columns.Length * 3, columns.Length * 3));
        }
    }

    /// <summary>Reads the source a few rows at a time, so the full picture is never in memory.</summary>
    /// <param name="read">Writes rows of the source. Called for all rows, from top to bottom.</param>
    /// <returns>3 bytes per pixel, RGB.</returns>
    public byte[] Resize(RowReader read)
    {
        var strip = Math.Max(1, StripBytes / stride);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(sourceHeight, MostRows + strip) * stride);
        try
        {
            var pixels = buffer.AsSpan();
            for (int first = 0, end = 0; end < sourceHeight; )
            {
                var kept = pixels[((FirstNeeded - first) * stride)..((end - first) * stride)];
                kept.CopyTo(pixels);
                first = FirstNeeded;
                var count = Math.Min(strip, sourceHeight - end);
                read(end, count, pixels.Slice(kept.Length, count * stride));
                end += count;
                AddRows(pixels[..((end - first) * stride)], first);
            }

            return Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Returns the picture. Call this once, after all rows were added.</summary>
    /// <returns>3 bytes per pixel, RGB.</returns>
    public byte[] Finish() =>
        nextRow == rows.Length ? rgb : throw new InvalidOperationException($"Only {nextRow} of {rows.Length} rows can be computed.");
}

/// <summary>Writes rows of a picture, one after the other without a gap.</summary>
/// <param name="first">Number of the first row.</param>
/// <param name="count">How many rows.</param>
/// <param name="rows">Receives them.</param>
internal delegate void RowReader(int first, int count, Span<byte> rows);

/// <summary>The pixels of a row or column that contribute to one pixel of the result.</summary>
/// <param name="Start">First pixel that contributes.</param>
/// <param name="Weights">Weight of each pixel from there on, 0 to <see cref="One"/>; their sum is <see cref="One"/>.</param>
internal readonly record struct Taps(int Start, short[] Weights)
{
    public const int PrecisionBits = 14;
    public const int One = 1 << PrecisionBits;

    /// <summary>The pixel after the last one that contributes.</summary>
    public int End => Start + Weights.Length;

    /// <param name="source">Pixels of the source.</param>
    /// <param name="extent">Pixels that the source would have if it had fractions of them.</param>
    /// <param name="target">Pixels of the result.</param>
    public static Taps[] For(int source, double extent, int target)
    {
        var taps = new Taps[target];
        var scale = extent / target;
        var support = Math.Max(scale, 1);
        var widest = new double[(int)(2 * support) + 2];
        for (var i = 0; i < target; i++)
        {
            var centre = (i + 0.5) * scale;
            var start = Math.Max((int)(centre - support + 0.5), 0);
            var end = Math.Min((int)(centre + support + 0.5), source);
            var triangle = widest.AsSpan(0, end - start);
            for (var j = 0; j < triangle.Length; j++)
                triangle[j] = Math.Max(1 - Math.Abs((j + start - centre + 0.5) / support), 0);
            taps[i] = new Taps(start, Round(triangle));
        }

        return taps;
    }

    /// <summary>Rounds running totals instead of single weights, so that the errors of hundreds of small weights do not add up.</summary>
    private static short[] Round(ReadOnlySpan<double> triangle)
    {
        var all = 0.0;
        foreach (var weight in triangle)
            all += weight;
        var weights = new short[triangle.Length];
        var (sum, rounded) = (0.0, 0);
        for (var i = 0; i < weights.Length; i++)
        {
            sum += triangle[i];
            var next = (int)Math.Round(sum / all * One);
            weights[i] = (short)(next - rounded);
            rounded = next;
        }

        return weights;
    }
}
