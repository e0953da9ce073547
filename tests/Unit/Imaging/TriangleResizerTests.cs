using GourmetGram.Infrastructure.Imaging;

namespace GourmetGram.Tests.Unit.Imaging;

public sealed class TriangleResizerTests
{
    [Theory]
    [InlineData(640, 480, 224, 224)]
    [InlineData(225, 223, 224, 224)]
    [InlineData(37, 1000, 24, 10)]
    [InlineData(1500, 2, 7, 2)]
    [InlineData(10, 7, 31, 29)]
    [InlineData(1, 1, 5, 5)]
    [InlineData(5000, 3, 1, 1)]
    public void Values_differ_from_the_exact_filter_by_one_at_most(int sourceWidth, int sourceHeight, int width, int height)
    {
        foreach (var channels in new[] { 3, 4 })
        {
            var source = new byte[sourceWidth * sourceHeight * channels];
            new Random(1).NextBytes(source);
            var resizer = Resizer(sourceWidth, sourceHeight, channels, width, height);
            resizer.AddRows(source, first: 0);

            var found = resizer.Finish();

            var exact = Exact(source, sourceWidth, sourceHeight, channels, width, height);
            Assert.Equal(exact.Length, found.Length);
            Assert.InRange(exact.Zip(found, (a, b) => Math.Abs(a - b)).Max(), 0, 1.5);
        }
    }

    [Fact]
    public void White_stays_white_whatever_the_size()
    {
        for (var size = 1; size < 700; size += 13)
        {
            var resizer = Resizer(size, size, channels: 3, 224, 100);
            resizer.AddRows(Enumerable.Repeat(byte.MaxValue, size * size * 3).ToArray(), first: 0);

            Assert.All(resizer.Finish(), value => Assert.Equal(byte.MaxValue, value));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void Rows_may_come_a_few_at_a_time(int strip)
    {
        const int width = 50;
        const int height = 300;
        const int stride = width * 3;
        var source = new byte[stride * height];
        new Random(2).NextBytes(source);
        var whole = Resizer(width, height, channels: 3, 20, 40);
        whole.AddRows(source, first: 0);

        var parts = Resizer(width, height, channels: 3, 20, 40);
        for (var end = strip; end < height + strip; end += strip)
        {
            var first = parts.FirstNeeded;
            Assert.InRange(Math.Min(end, height) - first, 0, parts.MostRows + strip);
            parts.AddRows(source.AsSpan()[(first * stride)..(Math.Min(end, height) * stride)], first);
        }

        Assert.Equal(whole.Finish(), parts.Finish());
    }

    [Fact]
    public void A_picture_without_its_last_rows_is_not_returned()
    {
        var resizer = Resizer(4, 4, channels: 3, 2, 2);
        resizer.AddRows(new byte[4 * 3 * 2], first: 0);

        Assert.Throws<InvalidOperationException>(resizer.Finish);
    }

    /// <summary>Vectors of 32 and of 16 bytes, and single bytes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(300)]
    public void Every_width_of_vector_gives_the_same_sums(int rows)
    {
        const int length = 96;
        var random = new Random(3);
        var source = new byte[length * rows];
        random.NextBytes(source);
        var weights = Assert.Single(Taps.For(rows, rows, 1)).Weights;

        var wide = SumInParts(source, length, weights, part: length);
        Assert.Equal(wide, SumInParts(source, length, weights, part: 16));
        Assert.Equal(wide, SumInParts(source, length, weights, part: 8));
    }

    private static TriangleResizer Resizer(int sourceWidth, int sourceHeight, int channels, int width, int height) =>
        new((sourceWidth, sourceHeight), (sourceWidth, sourceHeight), channels, width, height);

    private static byte[] SumInParts(byte[] source, int length, short[] weights, int part)
    {
        var sums = new List<byte>();
        for (var from = 0; from < length; from += part)
        {
            var columns = Enumerable.Range(0, weights.Length).SelectMany(row => source.Skip((row * length) + from).Take(part)).ToArray();
            var target = new byte[part + PixelSums.Padding];
            PixelSums.AcrossRows(columns, part, weights, target);
            sums.AddRange(target[..part]);
        }

        return [.. sums];
    }

    private static double[] Exact(byte[] source, int sourceWidth, int sourceHeight, int channels, int width, int height)
    {
        var (columns, rows) = (Triangles(sourceWidth, width), Triangles(sourceHeight, height));
        var result = new List<double>();
        foreach (var row in rows)
        {
            foreach (var column in columns)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    result.Add(
                        row.Sum(y => y.Weight * column.Sum(x => x.Weight * source[(((y.At * sourceWidth) + x.At) * channels) + channel]))
                    );
                }
            }
        }

        return [.. result];
    }

    private static List<(int At, double Weight)[]> Triangles(int source, int target)
    {
        var scale = (double)source / target;
        var reach = Math.Max(1, scale);
        return
        [
            .. Enumerable
                .Range(0, target)
                .Select(i =>
                {
                    var near = Enumerable
                        .Range(0, source)
                        .Select(at => (At: at, Weight: 1 - (Math.Abs(at + 0.5 - ((i + 0.5) * scale)) / reach)))
                        .Where(tap => tap.Weight > 0)
                        .ToArray();
                    var sum = near.Sum(tap => tap.Weight);
                    return near.Select(tap => (tap.At, tap.Weight / sum)).ToArray();
                }),
        ];
    }
}
