using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// Pillow's antialiased BILINEAR filter (libImaging/Resample.c), fed row by row so that the full picture need not be in memory: a triangle
/// as wide as the scale, 22-bit fixed-point weights, horizontally first, rounded to 8 bits, then vertically. The model was trained on
/// pictures resized in this way.
/// </summary>
internal sealed class TriangleResizer
{
    private const int PrecisionBits = 22;
    private const int Half = 1 << (PrecisionBits - 1);

    /// <summary>Red, green, blue and an unused channel, so that a pixel fills a vector.</summary>
    private const int Channels = 4;

    private readonly int width;
    private readonly Taps[] columns;
    private readonly Taps[] rows;
    private readonly int[] narrowRow;
    private readonly int[] sums;
    private readonly int sumsLength;
    private int nextRow;
    private int firstOpen;

    public TriangleResizer(int sourceWidth, int sourceHeight, int width, int height)
    {
        this.width = width;
        columns = Weigh(sourceWidth, width);
        rows = Weigh(sourceHeight, height);
        narrowRow = new int[width * Channels];
        sumsLength = width * height * Channels;
        sums = ArrayPool<int>.Shared.Rent(sumsLength);
        sums.AsSpan(0, sumsLength).Fill(Half);
    }

    /// <summary>Adds the next row, from top to bottom.</summary>
    /// <param name="rgbx">4 bytes a pixel; the fourth is ignored.</param>
    public void AddRow(ReadOnlySpan<byte> rgbx)
    {
        Narrow(MemoryMarshal.Cast<byte, uint>(rgbx));
        while (firstOpen < rows.Length && rows[firstOpen].End <= nextRow)
            firstOpen++;
        for (var y = firstOpen; y < rows.Length && rows[y].Start <= nextRow; y++)
        {
            var sum = sums.AsSpan(y * narrowRow.Length, narrowRow.Length);
            TensorPrimitives.MultiplyAdd(narrowRow, rows[y].Weights[nextRow - rows[y].Start], sum, sum);
        }

        nextRow++;
    }

    /// <summary>Returns the picture. Call this once, after all rows were added.</summary>
    /// <returns>3 bytes per pixel, RGB.</returns>
    public byte[] Finish()
    {
        var rgb = new byte[sumsLength / Channels * 3];
        for (int from = 0, to = 0; to < rgb.Length; from += Channels, to += 3)
        {
            for (var channel = 0; channel < 3; channel++)
                rgb[to + channel] = (byte)Math.Min(sums[from + channel] >> PrecisionBits, byte.MaxValue);
        }

        ArrayPool<int>.Shared.Return(sums);
        return rgb;
    }

    private void Narrow(ReadOnlySpan<uint> pixels)
    {
        var white = Vector128.Create((int)byte.MaxValue);
        for (var x = 0; x < width; x++)
        {
            var taps = columns[x];
            var sum = Vector128.Create(Half);
            var source = pixels[taps.Start..taps.End];
            for (var i = 0; i < source.Length; i++)
            {
                var pixel = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(source[i]).AsByte())).AsInt32();
                sum += pixel * taps.Weights[i];
            }

            // The rounded weights may add up to slightly more than one.
            Vector128.Min(sum >> PrecisionBits, white).CopyTo(narrowRow, x * Channels);
        }
    }

    private static Taps[] Weigh(int source, int target)
    {
        var taps = new Taps[target];
        var scale = (double)source / target;
        var support = Math.Max(scale, 1);
        for (var i = 0; i < target; i++)
        {
            var centre = (i + 0.5) * scale;
            var start = Math.Max((int)(centre - support + 0.5), 0);
            var end = Math.Min((int)(centre + support + 0.5), source);
            var triangle = new double[end - start];
            for (var j = 0; j < triangle.Length; j++)
                triangle[j] = Math.Max(1 - Math.Abs((j + start - centre + 0.5) / support), 0);
            var sum = TensorPrimitives.Sum<double>(triangle);
            taps[i] = new Taps(start, end, Array.ConvertAll(triangle, weight => (int)(0.5 + (weight / sum * (1 << PrecisionBits)))));
        }

        return taps;
    }

    /// <param name="Start">First source pixel that contributes.</param>
    /// <param name="End">The pixel after the last one that contributes.</param>
    /// <param name="Weights">Fixed-point weight of each source pixel.</param>
    private readonly record struct Taps(int Start, int End, int[] Weights);
}
