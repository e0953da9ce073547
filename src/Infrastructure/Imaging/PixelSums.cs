using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// Weighted sums of pixels of 3 or 4 bytes, with vectors of 256 bits where the processor has AVX2, else of 128 bits (SSE2, NEON, or what
/// .NET puts in their place). All give the same result. They are optimised from the first call on: compiled in tiers, they took three times
/// as long for the first seconds, and much longer on one busy core.
/// </summary>
internal static class PixelSums
{
    /// <summary>Bytes that may be read behind a row.</summary>
    public const int Padding = 32;

    private const int Half = Taps.One / 2;

    /// <summary>Elements that a pixel fills in a vector of sums: one per channel, and an unused one.</summary>
    private const int Lanes = 4;

    /// <summary>Pixels that <see cref="AcrossRow"/> sums at a time.</summary>
    private const int Step = 4;

    /// <summary>Put the same channel of two neighbours side by side, for pixels of 3 and of 4 bytes.</summary>
    private static readonly Vector128<byte> NeighboursOf3 = Vector128.Create((byte)0, 3, 1, 4, 2, 5, 99, 99, 6, 9, 7, 10, 8, 11, 99, 99);
    private static readonly Vector128<byte> NeighboursOf4 = Vector128.Create((byte)0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);

    /// <summary>Sums several rows into one.</summary>
    /// <param name="rows">One row per weight.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="weights">Weights of the rows.</param>
    /// <param name="target">Receives the row; <see cref="Padding"/> bytes longer than it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AcrossRows(ReadOnlySpan<byte> rows, int stride, ReadOnlySpan<short> weights, Span<byte> target)
    {
        var x = 0;
        if (Avx2.IsSupported)
        {
            for (; x <= stride - Vector256<byte>.Count; x += Vector256<byte>.Count)
                Wide(rows[x..], stride, weights).CopyTo(target[x..]);
        }

        for (; x <= stride - Vector128<byte>.Count; x += Vector128<byte>.Count)
            Narrow(rows[x..], stride, weights).CopyTo(target[x..]);
        for (; x < stride; x++)
        {
            var sum = Half;
            for (var row = 0; row < weights.Length; row++)
                sum += rows[(row * stride) + x] * weights[row];
            target[x] = (byte)(sum >> Taps.PrecisionBits);
        }
    }

    /// <summary>
    /// Repeats weights in the order in which <see cref="AcrossRow"/> multiplies: for each pair of pixels, once per channel.
    /// </summary>
    public static short[] Repeat(Taps[] columns)
    {
        var repeated = new short[columns.Sum(taps => Steps(taps) * Step * Lanes)];
        var at = 0;
        foreach (var taps in columns)
        {
            for (var pair = 0; pair < Steps(taps) * Step; pair += 2)
            {
                for (var channel = 0; channel < Lanes; channel++)
                {
                    repeated[at++] = pair < taps.Weights.Length ? taps.Weights[pair] : (short)0;
                    repeated[at++] = pair + 1 < taps.Weights.Length ? taps.Weights[pair + 1] : (short)0;
                }
            }
        }

        return repeated;
    }

    /// <summary>Sums the pixels of one row for each pixel of the result.</summary>
    /// <param name="row">The row, and <see cref="Padding"/> bytes behind it, which count nothing.</param>
    /// <param name="channels">Bytes per pixel, 3 or 4.</param>
    /// <param name="columns">What contributes to each pixel of the result.</param>
    /// <param name="repeated">What <see cref="Repeat"/> returned for <paramref name="columns"/>.</param>
    /// <param name="rgb">Receives 3 bytes for each pixel of the result.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AcrossRow(ReadOnlySpan<byte> row, int channels, Taps[] columns, ReadOnlySpan<short> repeated, Span<byte> rgb)
    {
        var neighbours = channels == 3 ? NeighboursOf3 : NeighboursOf4;
        for (int x = 0, weight = 0, at = 0; x < columns.Length; x++, at += 3)
        {
            var sum = Vector128.Create(Half);
            var pixel = columns[x].Start * channels;
            for (var step = Steps(columns[x]); step > 0; step--, pixel += Step * channels, weight += Step * Lanes)
            {
                var pairs = Vector128.Shuffle(Vector128.Create(row.Slice(pixel, Vector128<byte>.Count)), neighbours);
                var (low, high) = Vector128.Widen(pairs);
                sum += MultiplyAddPairs(low.AsInt16(), Vector128.Create(repeated.Slice(weight, 8)));
                sum += MultiplyAddPairs(high.AsInt16(), Vector128.Create(repeated.Slice(weight + 8, 8)));
            }

            sum >>= Taps.PrecisionBits;
            rgb[at + 2] = (byte)sum[2];
            rgb[at + 1] = (byte)sum[1];
            rgb[at] = (byte)sum[0];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Steps(Taps taps) => (taps.Weights.Length + Step - 1) / Step;

    /// <summary>The weights of two rows as one element, so that one multiplication serves both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Pair(ReadOnlySpan<short> weights, int row) =>
        (ushort)weights[row] | (row + 1 < weights.Length ? weights[row + 1] << 16 : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Wide(ReadOnlySpan<byte> rows, int stride, ReadOnlySpan<short> weights)
    {
        var first = Vector256.Create(Half);
        var (second, third, fourth) = (first, first, first);
        for (var row = 0; row < weights.Length; row += 2)
        {
            var upper = Vector256.Create(rows.Slice(row * stride, Vector256<byte>.Count));
            var lower = row + 1 < weights.Length ? Vector256.Create(rows.Slice((row + 1) * stride, Vector256<byte>.Count)) : upper;
            var both = Vector256.Create(Pair(weights, row)).AsInt16();
            var (low, high) = (Avx2.UnpackLow(upper, lower), Avx2.UnpackHigh(upper, lower));
            first += Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(low, Vector256<byte>.Zero).AsInt16(), both);
            second += Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(low, Vector256<byte>.Zero).AsInt16(), both);
            third += Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(high, Vector256<byte>.Zero).AsInt16(), both);
            fourth += Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(high, Vector256<byte>.Zero).AsInt16(), both);
        }

        // Packing undoes the order of unpacking, which works on each half of a vector alone.
        return Avx2.PackUnsignedSaturate(
            Avx2.PackSignedSaturate(first >> Taps.PrecisionBits, second >> Taps.PrecisionBits),
            Avx2.PackSignedSaturate(third >> Taps.PrecisionBits, fourth >> Taps.PrecisionBits)
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Narrow(ReadOnlySpan<byte> rows, int stride, ReadOnlySpan<short> weights)
    {
        var first = Vector128.Create(Half);
        var (second, third, fourth) = (first, first, first);
        for (var row = 0; row < weights.Length; row += 2)
        {
            var upper = Vector128.Create(rows.Slice(row * stride, Vector128<byte>.Count));
            var lower = row + 1 < weights.Length ? Vector128.Create(rows.Slice((row + 1) * stride, Vector128<byte>.Count)) : upper;
            var both = Vector128.Create(Pair(weights, row)).AsInt16();
            var (firstWords, secondWords) = Vector128.Widen(ZipLow(upper, lower));
            var (thirdWords, fourthWords) = Vector128.Widen(ZipHigh(upper, lower));
            first += MultiplyAddPairs(firstWords.AsInt16(), both);
            second += MultiplyAddPairs(secondWords.AsInt16(), both);
            third += MultiplyAddPairs(thirdWords.AsInt16(), both);
            fourth += MultiplyAddPairs(fourthWords.AsInt16(), both);
        }

        return Vector128.Narrow(
            Vector128.Narrow(first >> Taps.PrecisionBits, second >> Taps.PrecisionBits).AsUInt16(),
            Vector128.Narrow(third >> Taps.PrecisionBits, fourth >> Taps.PrecisionBits).AsUInt16()
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MultiplyAddPairs(Vector128<short> values, Vector128<short> weights)
    {
        if (Sse2.IsSupported)
            return Sse2.MultiplyAddAdjacent(values, weights);
        if (AdvSimd.Arm64.IsSupported)
        {
            return AdvSimd.Arm64.AddPairwise(
                AdvSimd.MultiplyWideningLower(values.GetLower(), weights.GetLower()),
                AdvSimd.MultiplyWideningUpper(values, weights)
            );
        }

        var (low, high) = Vector128.Widen(values);
        var (lowWeights, highWeights) = Vector128.Widen(weights);
        (low, high) = (low * lowWeights, high * highWeights);
        return Vector128.Create(low[0] + low[1], low[2] + low[3], high[0] + high[1], high[2] + high[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> ZipLow(Vector128<byte> even, Vector128<byte> odd) =>
        Sse2.IsSupported ? Sse2.UnpackLow(even, odd)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(even, odd)
        : Vector128.Shuffle(
            Vector128.Create(even.GetLower(), odd.GetLower()),
            Vector128.Create((byte)0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)
        );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> ZipHigh(Vector128<byte> even, Vector128<byte> odd) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(even, odd)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(even, odd)
        : ZipLow(Vector128.Create(even.GetUpper(), even.GetUpper()), Vector128.Create(odd.GetUpper(), odd.GetUpper()));
}
