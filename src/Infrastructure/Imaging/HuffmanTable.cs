using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>A Huffman table of a JPEG (ITU-T T.81, annex C), laid out for lookup by the next bits of the data.</summary>
internal sealed class HuffmanTable
{
    /// <summary>Bits of a step.</summary>
    public const int StepBits = 12;

    private const int LongestCode = 16;

    /// <summary>Codes up to this length are found with one lookup. Nearly all codes of a photo are this short.</summary>
    private const int LookupBits = 10;

    private readonly Entry[] lookup = new Entry[1 << LookupBits];
    private readonly int[] firstCode = new int[LongestCode + 1];
    private readonly int[] endOfCodes = new int[LongestCode + 1];
    private readonly int[] firstSymbol = new int[LongestCode + 1];
    private readonly byte[] symbols;
    private Step[]? steps;

    /// <param name="counts">16 bytes: the number of codes with 1 to 16 bits.</param>
    /// <param name="symbols">The symbols that the codes stand for, shortest code first.</param>
    /// <exception cref="Application.Classification.UnusablePhotoException">There are more codes of one length than possible.</exception>
    public HuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        this.symbols = symbols.ToArray();
        var (code, index) = (0, 0);
        for (var length = 1; length <= LongestCode; length++, code <<= 1)
        {
            int count = counts[length - 1];
            // The code that consists only of ones is reserved.
            if (count > 0 && code + count >= 1 << length)
                throw Faults.Damaged("one of its Huffman tables is invalid");
            (firstCode[length], endOfCodes[length], firstSymbol[length]) = (code, code + count, index);
            for (var end = code + count; code < end; code++, index++)
            {
                if (length <= LookupBits)
                    lookup.AsSpan(code << (LookupBits - length), 1 << (LookupBits - length)).Fill(new Entry(length, symbols[index]));
            }
        }
    }

    /// <summary>The default tables 0 and 1 (annex K.3) for a JPEG without tables, such as a frame of Motion JPEG.</summary>
    public static IReadOnlyList<HuffmanTable> StandardDc { get; } =
    [
        Parse("00010501010101010100000000000000", "000102030405060708090A0B"),
        Parse("00030101010101010101010000000000", "000102030405060708090A0B"),
    ];

    /// <inheritdoc cref="StandardDc"/>
    public static IReadOnlyList<HuffmanTable> StandardAc { get; } =
    [
        Parse(
            "0002010303020403050504040000017D",
            "01020300041105122131410613516107227114328191A1082342B1C11552D1F0"
                + "2433627282090A161718191A25262728292A3435363738393A43444546474849"
                + "4A535455565758595A636465666768696A737475767778797A83848586878889"
                + "8A92939495969798999AA2A3A4A5A6A7A8A9AAB2B3B4B5B6B7B8B9BAC2C3C4C5"
                + "C6C7C8C9CAD2D3D4D5D6D7D8D9DAE1E2E3E4E5E6E7E8E9EAF1F2F3F4F5F6F7F8F9FA"
        ),
        Parse(
            "00020102040403040705040400010277",
            "0001020311040521310612415107617113223281081442"
                + "91A1B1C109233352F0156272D10A162434E125F11718191A262728292A35363738393A"
                + "434445464748494A535455565758595A636465666768696A7374757677787"
                + "97A82838485868788898A92939495969798999AA2A3A4A5A6A7A8A9AAB2B3B4B5B6"
                + "B7B8B9BAC2C3C4C5C6C7C8C9CAD2D3D4D5D6D7D8D9DAE2E3E4E5E6E7E8E9EAF2F3F4F5F6F7F8F9FA"
        ),
    ];

    /// <summary>What the next <see cref="StepBits"/> bits of a sequential scan's block contain.</summary>
    public ReadOnlySpan<Step> Steps => steps ??= MakeSteps();

    /// <summary>Decodes the next code.</summary>
    /// <param name="window">The next bits, the first in the highest bit. At least 17 of them must be valid.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Entry Find(ulong window)
    {
        var entry = lookup[window >> (64 - LookupBits)];
        return entry.Length > 0 ? entry : FindLong(window);
    }

    private Entry FindLong(ulong window)
    {
        for (var length = LookupBits + 1; length <= LongestCode; length++)
        {
            var code = (int)(window >> (64 - length));
            if (code < endOfCodes[length])
                return new Entry(length, symbols[firstSymbol[length] + code - firstCode[length]]);
        }

        // There is no such code. libjpeg also reads it as zero and continues.
        return new Entry(LongestCode + 1, symbol: 0);
    }

    private Step[] MakeSteps()
    {
        var made = new Step[1 << StepBits];
        for (var bits = 0; bits < made.Length; bits++)
            made[bits] = MakeStep(bits);
        return made;
    }

    /// <summary>Joins the codes that fit into the bits together with the values that follow them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Step MakeStep(int bits)
    {
        var (taken, coefficients) = (0, 0);
        while (taken < StepBits)
        {
            var entry = Find((ulong)bits << (64 - StepBits + taken));
            if (taken + entry.Bits > StepBits)
                break;
            taken += entry.Bits;
            if (entry.Coefficients == JpegBits.Coefficients)
                return new Step(taken, coefficients, JpegBits.Coefficients);
            coefficients += entry.Coefficients;
        }

        return taken == 0 ? new Step(0, JpegBits.Coefficients, JpegBits.Coefficients) : new Step(taken, coefficients, coefficients);
    }

    private static HuffmanTable Parse(string counts, string symbols) => new(Convert.FromHexString(counts), Convert.FromHexString(symbols));

    /// <summary>One or more codes of a sequential scan's block, with their values.</summary>
    /// <param name="bits">Bits of all codes and values.</param>
    /// <param name="before">Number of coefficients before the end of the block; those of a whole block if no code fits.</param>
    /// <param name="coefficients">Number of coefficients; those of a whole block when the last code ends the block.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly struct Step(int bits, int before, int coefficients)
    {
        private readonly byte before = (byte)before;

        public byte Bits { get; } = (byte)bits;

        public byte Coefficients { get; } = (byte)coefficients;

        /// <summary>Whether all codes belong to the block whose next coefficient has this number.</summary>
        public bool Fits(int coefficient) => coefficient + before < JpegBits.Coefficients;
    }

    /// <summary>A code and what its symbol says about a block's coefficients.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly struct Entry(int length, byte symbol)
    {
        private const int ZeroRun = 15;

        /// <summary>Bits of the code; 0 when no code was found.</summary>
        public byte Length { get; } = (byte)length;

        /// <summary>
        /// Upper four bits: number of zeros before the coefficient. Lower four bits: length of its value, which follows the code.
        /// </summary>
        public byte Symbol { get; } = symbol;

        /// <summary>Bits of the code and of the value that follows it.</summary>
        public byte Bits { get; } = (byte)(length + (symbol & 15));

        /// <summary>How many coefficients of a sequential scan's block this code covers; all 64 when it ends the block.</summary>
        public byte Coefficients { get; } =
            (byte)((symbol & 15) == 0 && symbol >> 4 != ZeroRun ? JpegBits.Coefficients : (symbol >> 4) + 1);
    }
}
