using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using GourmetGram.Application.Classification;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// Follows the Huffman-coded scans of one JPEG (ITU-T T.81, annexes F and G) without computing pixels. Finds where each scan ends, and
/// whether every part of the picture is there. The decoder cannot tell, because it fills missing parts with grey and reports success.
/// </summary>
internal sealed class JpegScans
{
    private const int BlockSide = 8;
    private const int MostBlocksOfMcu = 10;

    private readonly HuffmanTable?[] dcTables = new HuffmanTable?[4];
    private readonly HuffmanTable?[] acTables = new HuffmanTable?[4];
    private Component[] components = [];
    private bool isProgressive;
    private int restartInterval;
    private int height;
    private int mcusAcross;
    private int mcusDown;
    private int mcuHeight;

    /// <summary>Whether all bits of every coefficient of every component have been read.</summary>
    public bool IsComplete => components.Length > 0 && Array.TrueForAll(components, component => component.IsComplete);

    /// <summary>Reads a frame header (SOF0, SOF1 or SOF2).</summary>
    /// <exception cref="UnusablePhotoException">The header is broken, or it is the second one.</exception>
    public void StartFrame(ReadOnlySpan<byte> header, bool isProgressive)
    {
        if (components.Length > 0)
            throw Faults.Damaged("this JPEG contains a second picture inside the first");
        if (header.Length < 6 || header[5] is 0 or > 4 || header.Length < 6 + (header[5] * 3))
            throw Faults.Damaged("its frame header is invalid");
        this.isProgressive = isProgressive;
        height = BinaryPrimitives.ReadUInt16BigEndian(header[1..]);
        var width = BinaryPrimitives.ReadUInt16BigEndian(header[3..]);
        var found = new Component[header[5]];
        for (var i = 0; i < found.Length; i++)
        {
            var description = header.Slice(6 + (i * 3), 3);
            found[i] = new Component(description[0], description[1] >> 4, description[1] & 15);
            if (found[i].Across is 0 or > 4 || found[i].Down is 0 or > 4)
                throw Faults.Damaged("its frame header is invalid");
        }

        var (mostAcross, mostDown) = (found.Max(component => component.Across), found.Max(component => component.Down));
        mcuHeight = mostDown * BlockSide;
        (mcusAcross, mcusDown) = (Ratio(width, mostAcross * BlockSide), Ratio(height, mcuHeight));
        foreach (var component in found)
        {
            component.BlocksAcross = Ratio(Ratio(width * component.Across, mostAcross), BlockSide);
            component.BlocksDown = Ratio(Ratio(height * component.Down, mostDown), BlockSide);
        }

        components = found;
    }

    /// <summary>Reads a segment of Huffman tables (DHT).</summary>
    /// <exception cref="UnusablePhotoException">A table is broken.</exception>
    public void DefineTables(ReadOnlySpan<byte> segment)
    {
        while (!segment.IsEmpty)
        {
            var counts = segment.Length > 16 ? segment.Slice(1, 16) : [];
            var total = 0;
            foreach (var count in counts)
                total += count;
            if (counts.IsEmpty || total > 256 || segment.Length < 17 + total || (segment[0] & 0xEC) != 0)
                throw Faults.Damaged("one of its Huffman tables is invalid");
            (segment[0] >> 4 == 0 ? dcTables : acTables)[segment[0] & 3] = new HuffmanTable(counts, segment.Slice(17, total));
            segment = segment[(17 + total)..];
        }
    }

    /// <summary>Reads a restart interval (DRI).</summary>
    public void DefineRestartInterval(ReadOnlySpan<byte> segment) =>
        restartInterval =
            segment.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(segment) : throw Faults.Damaged("its restart interval is invalid");

    /// <summary>Follows one scan.</summary>
    /// <param name="header">Content of the scan's header (SOS).</param>
    /// <param name="data">All bytes of the file after the header.</param>
    /// <returns>Bytes of <paramref name="data"/> that belong to the scan.</returns>
    /// <exception cref="UnusablePhotoException">The header is broken, or the data ends before the scan does.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Follow(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        var scan = ReadHeader(header);
        var blocks = scan.Blocks.ToArray();
        var nonZero = scan.Components[0].NonZero ?? [];
        var bits = new JpegBits(data);
        var mcus = scan.McusAcross * scan.McusDown;
        for (var mcu = 0; mcu < mcus; mcu++)
        {
            if (restartInterval > 0 && mcu > 0 && mcu % restartInterval == 0)
            {
                scan.EndOfBandRun = 0;
                if (!bits.TryRestart())
                    throw EndsAt(scan, mcu);
            }

            switch (scan.Kind)
            {
                case ScanKind.Sequential:
                    foreach (var block in blocks)
                        bits.SkipBlock(block.Dc!, block.Ac!);
                    break;
                case ScanKind.Dc:
                    foreach (var block in blocks)
                        SkipDc(ref bits, block.Dc!);
                    break;
                case ScanKind.DcRefinement:
                    bits.Fill();
                    bits.Skip(blocks.Length);
                    break;
                case ScanKind.Ac:
                    SkipAc(ref bits, scan, blocks[0].Ac!, ref nonZero[mcu]);
                    break;
                default:
                    SkipAcRefinement(ref bits, scan, blocks[0].Ac!, ref nonZero[mcu]);
                    break;
            }

            if (bits.IsOverdrawn)
                throw EndsAt(scan, mcu);
        }

        foreach (var component in scan.Components)
            component.BitsMissing.AsSpan(scan.From..(scan.To + 1)).Fill((byte)scan.BitsLeft);
        var length = bits.BytesTaken();
        // Encoders pad the last byte with ones. A zero byte that no marker follows is padding for lost data.
        return length > 0 && data[length - 1] == 0 && !IsMarker(data[length..])
            ? throw Faults.Damaged("its compressed pixels end in zeros, so data is missing")
            : length;
    }

    private static bool IsMarker(ReadOnlySpan<byte> data) => data is [0xFF, not 0, ..];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SkipDc(ref JpegBits bits, HuffmanTable dc)
    {
        bits.Fill();
        bits.Skip(dc.Find(bits.Window).Bits);
    }

    /// <summary>Reads a block of a progressive scan that contains AC coefficients for the first time (G.1.2.2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SkipAc(ref JpegBits bits, Scan scan, HuffmanTable ac, ref ulong nonZero)
    {
        if (scan.EndOfBandRun > 0)
        {
            scan.EndOfBandRun--;
            return;
        }

        for (var coefficient = scan.From; coefficient <= scan.To; coefficient++)
        {
            bits.Fill();
            var entry = ac.Find(bits.Window);
            var run = entry.Symbol >> 4;
            if ((entry.Symbol & 15) != 0)
            {
                bits.Skip(entry.Bits);
                coefficient += run;
                nonZero |= coefficient < JpegBits.Coefficients ? 1UL << coefficient : 0;
            }
            else
            {
                bits.Skip(entry.Length);
                if (run != 15)
                {
                    scan.EndOfBandRun = TakeEndOfBandRun(ref bits, run) - 1;
                    return;
                }

                coefficient += run;
            }
        }
    }

    /// <summary>
    /// Reads a block of a progressive scan that refines AC coefficients by one bit (G.1.2.3): one bit for each coefficient that is already
    /// nonzero, between the codes of those that become nonzero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SkipAcRefinement(ref JpegBits bits, Scan scan, HuffmanTable ac, ref ulong nonZero)
    {
        var coefficient = scan.From;
        while (scan.EndOfBandRun == 0 && coefficient <= scan.To)
        {
            bits.Fill();
            var entry = ac.Find(bits.Window);
            bits.Skip(entry.Length);
            var zeros = entry.Symbol >> 4;
            var isNew = (entry.Symbol & 15) != 0;
            if (isNew)
                bits.Skip(1);
            else if (zeros != 15)
            {
                scan.EndOfBandRun = TakeEndOfBandRun(ref bits, zeros);
                break;
            }

            for (; coefficient <= scan.To; coefficient++)
            {
                if ((nonZero >> coefficient & 1) != 0)
                {
                    bits.Fill();
                    bits.Skip(1);
                }
                else if (--zeros < 0)
                {
                    break;
                }
            }

            if (isNew && coefficient <= scan.To)
                nonZero |= 1UL << coefficient;
            coefficient++;
        }

        if (scan.EndOfBandRun == 0)
            return;
        scan.EndOfBandRun--;
        if (coefficient > scan.To)
            return;
        var corrections = BitOperations.PopCount(nonZero >> coefficient << coefficient << (JpegBits.Coefficients - 1 - scan.To));
        for (; corrections > 0; corrections -= 32)
        {
            bits.Fill();
            bits.Skip(Math.Min(corrections, 32));
        }
    }

    /// <summary>Reads the number of blocks, starting with this one, that add nothing new.</summary>
    /// <param name="bits">The data.</param>
    /// <param name="digits">Binary digits of the number after its leading 1.</param>
    private static int TakeEndOfBandRun(ref JpegBits bits, int digits)
    {
        bits.Fill();
        var count = (1 << digits) + (digits == 0 ? 0 : (int)(bits.Window >> (64 - digits)));
        bits.Skip(digits);
        return count;
    }

    private Scan ReadHeader(ReadOnlySpan<byte> header)
    {
        if (components.Length == 0)
            throw Faults.Damaged("its compressed pixels come before its frame header");
        int count = header.IsEmpty ? (byte)0 : header[0];
        if (count is 0 or > 4 || header.Length < 4 + (count * 2))
            throw BrokenScan();
        var band = header[(1 + (count * 2))..];
        var scan = isProgressive
            ? new Scan(band[0], band[1], band[2] >> 4, band[2] & 15)
            : new Scan(0, JpegBits.Coefficients - 1, bitsBefore: 0, bitsLeft: 0);
        var isBroken =
            scan.To >= JpegBits.Coefficients
            || scan.From > scan.To
            || (scan.From > 0 && count > 1)
            || (isProgressive && (scan.From == 0) != (scan.To == 0))
            || scan.BitsLeft > 13
            || (scan.BitsBefore > 0 && scan.BitsBefore != scan.BitsLeft + 1);
        if (isBroken)
            throw BrokenScan();

        scan.Kind = (isProgressive, scan.From == 0, scan.BitsBefore == 0) switch
        {
            (false, _, _) => ScanKind.Sequential,
            (true, true, true) => ScanKind.Dc,
            (true, true, false) => ScanKind.DcRefinement,
            (true, false, true) => ScanKind.Ac,
            (true, false, false) => ScanKind.AcRefinement,
        };
        for (var i = 0; i < count; i++)
            AddComponent(scan, header[1 + (i * 2)], header[2 + (i * 2)], isAlone: count == 1);
        return scan;
    }

    /// <summary>
    /// Adds a component to a scan. A component alone is stored block by block; several are stored in minimum coded units (MCUs), each of
    /// which covers a part of the picture.
    /// </summary>
    private void AddComponent(Scan scan, byte id, byte tables, bool isAlone)
    {
        var component = Array.Find(components, component => component.Id == id) ?? throw BrokenScan();
        var blocks = isAlone ? 1 : component.Across * component.Down;
        if (scan.Blocks.Count + blocks > MostBlocksOfMcu)
            throw BrokenScan();
        var needsDc = scan.Kind is ScanKind.Sequential or ScanKind.Dc;
        var needsAc = scan.Kind is ScanKind.Sequential or ScanKind.Ac or ScanKind.AcRefinement;
        var block = new Block(
            needsDc ? TableOf(dcTables, HuffmanTable.StandardDc, tables >> 4) : null,
            needsAc ? TableOf(acTables, HuffmanTable.StandardAc, tables & 15) : null
        );
        scan.Blocks.AddRange(Enumerable.Repeat(block, blocks));
        scan.Components.Add(component);
        (scan.McusAcross, scan.McusDown) = isAlone ? (component.BlocksAcross, component.BlocksDown) : (mcusAcross, mcusDown);
        scan.McuHeight = isAlone ? mcuHeight / component.Down : mcuHeight;
        if (scan.Kind is ScanKind.Ac or ScanKind.AcRefinement)
            component.NonZero ??= new ulong[component.BlocksAcross * component.BlocksDown];
    }

    private static HuffmanTable TableOf(HuffmanTable?[] tables, IReadOnlyList<HuffmanTable> usual, int number) =>
        number < tables.Length && tables[number] is { } table ? table
        : number < usual.Count ? usual[number]
        : throw Faults.Damaged("it needs a Huffman table that it does not contain");

    private UnusablePhotoException EndsAt(Scan scan, int mcu) =>
        Faults.Damaged($"its compressed pixels end or break at row {mcu / scan.McusAcross * scan.McuHeight} of {height}");

    private static UnusablePhotoException BrokenScan() => Faults.Damaged("one of its scan headers is invalid");

    private static int Ratio(int value, int divisor) => (value + divisor - 1) / divisor;

    private enum ScanKind
    {
        /// <summary>All coefficients of each block.</summary>
        Sequential,

        /// <summary>Progressive: the DC coefficient of each block without its lowest bits.</summary>
        Dc,

        /// <summary>Progressive: one more bit of each DC coefficient.</summary>
        DcRefinement,

        /// <summary>Progressive: a band of AC coefficients without their lowest bits.</summary>
        Ac,

        /// <summary>Progressive: one more bit of a band of AC coefficients.</summary>
        AcRefinement,
    }

    /// <summary>One of the picture's colour channels.</summary>
    /// <param name="Id">The number by which scans refer to the component.</param>
    /// <param name="Across">Blocks of the component per row of an MCU.</param>
    /// <param name="Down">Rows of blocks of the component per MCU.</param>
    private sealed record Component(byte Id, int Across, int Down)
    {
        /// <summary>Blocks per row when a scan contains only this component.</summary>
        public int BlocksAcross { get; set; }

        /// <summary>Rows of blocks when a scan contains only this component.</summary>
        public int BlocksDown { get; set; }

        /// <summary>For each coefficient, how many bits have not been read yet; 255 when none has.</summary>
        public byte[] BitsMissing { get; } = [.. Enumerable.Repeat(byte.MaxValue, JpegBits.Coefficients)];

        public bool IsComplete => !BitsMissing.AsSpan().ContainsAnyExcept((byte)0);

        /// <summary>For each block, which coefficients are nonzero so far; null until a progressive scan needs to know.</summary>
        public ulong[]? NonZero { get; set; }
    }

    /// <summary>The tables for one block of an MCU; null when its scan needs none.</summary>
    private readonly record struct Block(HuffmanTable? Dc, HuffmanTable? Ac);

    /// <param name="from">First coefficient, 0 to 63.</param>
    /// <param name="to">Last coefficient.</param>
    /// <param name="bitsBefore">Bits of the coefficients that were missing before this scan; 0 when this is their first scan.</param>
    /// <param name="bitsLeft">Bits of the coefficients that are missing after this scan.</param>
    private sealed class Scan(int from, int to, int bitsBefore, int bitsLeft)
    {
        public int From => from;

        public int To => to;

        public int BitsBefore => bitsBefore;

        public int BitsLeft => bitsLeft;

        public ScanKind Kind { get; set; }

        public List<Component> Components { get; } = [];

        /// <summary>The blocks of one MCU.</summary>
        public List<Block> Blocks { get; } = [];

        public int McusAcross { get; set; }

        public int McusDown { get; set; }

        /// <summary>Rows of pixels that an MCU covers.</summary>
        public int McuHeight { get; set; }

        /// <summary>Number of blocks from here on in which no coefficient becomes nonzero (EOBRUN).</summary>
        public int EndOfBandRun { get; set; }
    }
}
