namespace GourmetGram.Domain.Monitoring;

/// <summary>The last result of a computation that is too expensive for a request. A job replaces it.</summary>
public sealed class MonitoringResult
{
    private MonitoringResult()
    {
        Name = null!;
        Content = null!;
    }

    /// <summary>Name of the result, e.g. <c>drift</c> or <c>label-errors/30</c>.</summary>
    public string Name { get; private init; }

    /// <summary>First day of the photos, UTC.</summary>
    public DateOnly From { get; private set; }

    /// <summary>Last day of the photos, UTC.</summary>
    public DateOnly To { get; private set; }

    /// <summary>When the result was computed, UTC. Concurrency token.</summary>
    public DateTimeOffset ComputedAt { get; private set; }

    /// <summary>Number of the content's format. A result in another format is not read.</summary>
    public int Format { get; private set; }

    /// <summary>The result as JSON.</summary>
    public string Content { get; private set; }

    /// <summary>Records the first result with a name.</summary>
    /// <param name="name">Name of the result.</param>
    /// <param name="from">First day of the photos, UTC.</param>
    /// <param name="to">Last day of the photos, UTC.</param>
    /// <param name="format">Number of the content's format.</param>
    /// <param name="content">The result as JSON.</param>
    /// <param name="now">The time, UTC.</param>
    public static MonitoringResult Record(string name, DateOnly from, DateOnly to, int format, string content, DateTimeOffset now) =>
        new()
        {
            Name = name,
            From = from,
            To = to,
            Format = format,
            Content = content,
            ComputedAt = now,
        };

    /// <summary>Replaces the result. See <see cref="Record"/>.</summary>
    public void Replace(DateOnly from, DateOnly to, int format, string content, DateTimeOffset now) =>
        (From, To, Format, Content, ComputedAt) = (from, to, format, content, now);
}
