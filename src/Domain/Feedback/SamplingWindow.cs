using System.Collections.Immutable;

namespace GourmetGram.Domain.Feedback;

/// <summary>A stretch of predictions that random draws are made from, and later a stratum of estimates. It takes all predictions that no window has yet, closes once, and never changes after.</summary>
public sealed class SamplingWindow
{
    private SamplingWindow()
    {
        KeyId = null!;
    }

    public Guid Id { get; private init; }

    /// <summary>When closing began, UTC: later predictions belong to the next window.</summary>
    public DateTimeOffset BegunAt { get; private init; }

    /// <summary>When all draws were made, UTC; null while it is being closed.</summary>
    public DateTimeOffset? ClosedAt { get; private set; }

    /// <summary>The key that its draws are made with.</summary>
    public string KeyId { get; private init; }

    /// <summary>How many predictions it has; null while it is being closed.</summary>
    public int? Population { get; private set; }

    /// <summary>Whether it is kept for measuring and never enters a training set: half of all windows, chosen by the key.</summary>
    public bool IsForMeasuring { get; private init; }

    /// <summary>Begins to close a window.</summary>
    public static SamplingWindow Begin(KeyedOrder order, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(order);
        var id = Guid.CreateVersion7(now);
        return new SamplingWindow
        {
            Id = id,
            BegunAt = now,
            KeyId = order.KeyId,
            IsForMeasuring = order.PlaceOf("measure", "", id) % 2 == 0,
        };
    }

    /// <summary>All draws are made.</summary>
    /// <exception cref="InvalidOperationException">It was closed already.</exception>
    public void Close(int population, DateTimeOffset now)
    {
        if (ClosedAt is not null)
            throw new InvalidOperationException($"Window {Id} was closed at {ClosedAt:O} already.");
        ArgumentOutOfRangeException.ThrowIfNegative(population);
        (Population, ClosedAt) = (population, now);
    }
}

/// <summary>What a loop drew from a window, and how, so that it can be drawn again.</summary>
public sealed class WindowDraw
{
    private WindowDraw()
    {
        Loop = null!;
        Settings = null!;
    }

    public Guid WindowId { get; private init; }

    /// <summary>Name of the loop.</summary>
    public string Loop { get; private init; }

    /// <summary>How many predictions were drawn: k.</summary>
    public int Taken { get; private init; }

    /// <summary>How many there were: N.</summary>
    public int Population { get; private init; }

    public int StrategyVersion { get; private init; }

    /// <summary>The strategy's settings at that time.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; private init; }

    /// <summary>How probable each prediction was to be drawn: k/N; 0 of an empty window.</summary>
    public double Probability => Population == 0 ? 0 : (double)Taken / Population;

    /// <summary>A draw was made.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More were drawn than there were.</exception>
    public static WindowDraw Record(SamplingWindow window, Strategy strategy, LoopSettings settings, int taken, int population)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentNullException.ThrowIfNull(strategy);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(taken, population);
        return new WindowDraw
        {
            WindowId = window.Id,
            Loop = strategy.Name,
            Taken = taken,
            Population = population,
            StrategyVersion = strategy.Version,
            Settings = settings.Settings,
        };
    }
}
