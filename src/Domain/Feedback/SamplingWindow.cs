using System.Collections.Immutable;

namespace GourmetGram.Domain.Feedback;

/// <summary>
/// A set of consecutive predictions for random draws, and later a stratum of estimates. A window takes all predictions that belong to no
/// other window, closes once, and never changes afterwards.
/// </summary>
public sealed class SamplingWindow
{
    private SamplingWindow()
    {
        KeyId = null!;
    }

    public Guid Id { get; private init; }

    /// <summary>When closing began, UTC: later predictions belong to the next window.</summary>
    public DateTimeOffset BegunAt { get; private init; }

    /// <summary>When all draws were made, UTC; null while the window is being closed.</summary>
    public DateTimeOffset? ClosedAt { get; private set; }

    /// <summary>Id of the key for the window's draws.</summary>
    public string KeyId { get; private init; }

    /// <summary>Number of predictions in the window; null while the window is being closed.</summary>
    public int? Population { get; private set; }

    /// <summary>
    /// Whether the window is reserved for measuring and never enters a training set. The key reserves half of all windows.
    /// </summary>
    public bool IsForMeasuring { get; private init; }

    /// <summary>Creates a window and begins to close it.</summary>
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

    /// <summary>Closes the window after all draws were made.</summary>
    /// <exception cref="InvalidOperationException">The window was closed already.</exception>
    public void Close(int population, DateTimeOffset now)
    {
        if (ClosedAt is not null)
            throw new InvalidOperationException($"Window {Id} was already closed at {ClosedAt:O}.");
        ArgumentOutOfRangeException.ThrowIfNegative(population);
        (Population, ClosedAt) = (population, now);
    }
}

/// <summary>A loop's draw from a window, with all data that is needed to repeat it.</summary>
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

    /// <summary>Number of predictions drawn: k.</summary>
    public int Taken { get; private init; }

    /// <summary>Number of predictions in the window: N.</summary>
    public int Population { get; private init; }

    public int StrategyVersion { get; private init; }

    /// <summary>The strategy's settings at that time.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; private init; }

    /// <summary>Probability that a prediction was drawn: k/N; 0 for an empty window.</summary>
    public double Probability => Population == 0 ? 0 : (double)Taken / Population;

    /// <summary>Records a draw.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More predictions were drawn than the window has.</exception>
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
