using System.Runtime.CompilerServices;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>Converts bytes to the model's input values. A channel has only 256 values, so each is computed once.</summary>
internal sealed class PixelTable
{
    private const int Channels = 3;
    private readonly float[][] values;

    public PixelTable(ModelInput input)
    {
        values = new float[Channels][];
        for (var channel = 0; channel < Channels; channel++)
        {
            var (mean, deviation) = (input.Mean[channel], input.Std[channel]);
            values[channel] = [.. Enumerable.Range(0, 256).Select(value => (float)(((value * input.Scale) - mean) / deviation))];
        }
    }

    /// <param name="rgb">Pixels row by row, RGB.</param>
    /// <param name="planes">Receives the values; as long as <paramref name="rgb"/>: all red, then all green, then all blue.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(ReadOnlySpan<byte> rgb, Span<float> planes)
    {
        var size = rgb.Length / Channels;
        var red = planes[..size];
        var green = planes.Slice(size, size);
        var blue = planes.Slice(2 * size, size);
        var (redOf, greenOf, blueOf) = (values[0], values[1], values[2]);
        for (int pixel = 0, at = 0; pixel < size; pixel++, at += Channels)
        {
            red[pixel] = redOf[rgb[at]];
            green[pixel] = greenOf[rgb[at + 1]];
            blue[pixel] = blueOf[rgb[at + 2]];
        }
    }
}
