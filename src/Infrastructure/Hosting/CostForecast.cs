namespace GourmetGram.Infrastructure.Hosting;

/// <summary>
/// Predicts how long a photo holds its slot, from its size and from how long recent photos held theirs: a fixed part and a part per
/// megapixel, by least squares with weights that fall with each further photo. Not thread-safe.
/// </summary>
internal sealed class CostForecast
{
    /// <summary>Weight that a sample keeps when the next one arrives: about the last fifty count.</summary>
    private const double Kept = 0.98;

    private double weight;
    private double megapixels;
    private double seconds;
    private double squares;
    private double products;

    /// <summary>The mean of recent photos; zero before the first.</summary>
    public TimeSpan Mean => weight > 0 ? TimeSpan.FromSeconds(seconds / weight) : TimeSpan.Zero;

    /// <param name="size">Megapixels.</param>
    /// <param name="cost">How long the photo held its slot.</param>
    public void Add(double size, TimeSpan cost)
    {
        weight = (weight * Kept) + 1;
        megapixels = (megapixels * Kept) + size;
        seconds = (seconds * Kept) + cost.TotalSeconds;
        squares = (squares * Kept) + (size * size);
        products = (products * Kept) + (size * cost.TotalSeconds);
    }

    /// <param name="size">Megapixels.</param>
    /// <returns>Zero before the first sample.</returns>
    public TimeSpan For(double size)
    {
        // The smallest spread of sizes that says something about their part of the cost: a tenth of their mean.
        const double Spread = 0.01;
        if (weight == 0)
            return TimeSpan.Zero;
        var (meanSize, meanCost) = (megapixels / weight, seconds / weight);
        var variance = (squares / weight) - (meanSize * meanSize);
        // Without different sizes to compare, the cost is taken to grow in proportion, as decoding does.
        var perMegapixel =
            variance > Spread * meanSize * meanSize ? Math.Max(0, ((products / weight) - (meanSize * meanCost)) / variance)
            : meanSize > 0 ? meanCost / meanSize
            : 0;
        return TimeSpan.FromSeconds(Math.Max(0, meanCost + (perMegapixel * (size - meanSize))));
    }
}
