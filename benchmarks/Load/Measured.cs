namespace GourmetGram.Benchmarks.Load;

/// <summary>What came of many requests.</summary>
/// <param name="Seconds">How long they were sent.</param>
/// <param name="Accepted">Times to the end of the answer of those that were classified, in milliseconds, ascending.</param>
/// <param name="Refused">How many were answered 503 with <c>Retry-After</c>.</param>
/// <param name="Broken">How many were answered otherwise or not at all.</param>
internal sealed record Measured(double Seconds, IReadOnlyList<double> Accepted, int Refused, int Broken)
{
    public double PerSecond => Accepted.Count / Seconds;

    public double Median => Percentile(0.5);

    public double P99 => Percentile(0.99);

    /// <summary>The smallest time that at least this share does not exceed.</summary>
    public double Percentile(double share) =>
        Accepted.Count == 0 ? double.NaN : Accepted[Math.Clamp((int)Math.Ceiling(share * Accepted.Count) - 1, 0, Accepted.Count - 1)];

    /// <summary>Several measurements of the same thing as one.</summary>
    public static Measured Join(IReadOnlyList<Measured> parts) =>
        new(
            parts.Sum(part => part.Seconds),
            [.. parts.SelectMany(part => part.Accepted).Order()],
            parts.Sum(part => part.Refused),
            parts.Sum(part => part.Broken)
        );
}
