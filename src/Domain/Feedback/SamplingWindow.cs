using System.Collections.Immutable;

namespace GourmetGram.Domain.Feedback;

/// <summary>
/// A set of consecutive predictions of one model version: the population of random draws, and a stratum of estimates. A window takes all
/// predictions of its version that belong to no other window, closes once, and never changes afterwards.
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

    /// <summary>Number of predictions in the window; null while the window is being closed, and for an import.</summary>
    public int? Population { get; private set; }

    /// <summary>
    /// The model version that answered all predictions of the window. Null for imported predictions, and for a window that was closed
    /// when windows could have several versions: nothing is drawn from such a window, and it is never measured.
    /// </summary>
    public Guid? ModelVersionId { get; private init; }

    /// <summary>When the newest prediction of the window was made, UTC; null while the window is being closed.</summary>
    public DateTimeOffset? LastPhotoAt { get; private set; }

    /// <summary>
    /// Whether the window is reserved for measuring and never enters a training set. The key reserves half of all windows.
    /// </summary>
    public bool IsForMeasuring { get; private init; }

    /// <summary>Creates a window and begins to close it.</summary>
    public static SamplingWindow Begin(KeyedOrder order, Guid modelVersionId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(order);
        var id = Guid.CreateVersion7(now);
        return new SamplingWindow
        {
            Id = id,
            BegunAt = now,
            KeyId = order.KeyId,
            ModelVersionId = modelVersionId,
            IsForMeasuring = order.PlaceOf("measure", "", id) % 2 == 0,
        };
    }

    /// <summary>Creates a closed window for the predictions of an import. They may train, but nothing is drawn or measured.</summary>
    /// <param name="id">Id of the window: a UUIDv7.</param>
    /// <param name="order">The order in use.</param>
    /// <param name="now">The time, UTC.</param>
    public static SamplingWindow ForImport(Guid id, KeyedOrder order, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(order);
        return new SamplingWindow
        {
            Id = id,
            BegunAt = now,
            ClosedAt = now,
            KeyId = order.KeyId,
        };
    }

    /// <summary>Closes the window after all draws were made.</summary>
    /// <param name="population">Number of predictions in the window.</param>
    /// <param name="lastPhotoAt">When the newest of them was made, UTC.</param>
    /// <param name="now">The time, UTC.</param>
    /// <exception cref="InvalidOperationException">The window was closed already.</exception>
    public void Close(int population, DateTimeOffset lastPhotoAt, DateTimeOffset now)
    {
        if (ClosedAt is not null)
            throw new InvalidOperationException($"Window {Id} was already closed at {ClosedAt:O}.");
        ArgumentOutOfRangeException.ThrowIfNegative(population);
        (Population, LastPhotoAt, ClosedAt) = (population, lastPhotoAt, now);
    }
}

/// <summary>Number of photos of a window in one fine cell, counted when the window closed.</summary>
public sealed class WindowCell
{
    private WindowCell() { }

    public Guid WindowId { get; private init; }

    /// <summary>The cell, see <see cref="FineCell.Index"/>.</summary>
    public int Cell { get; private init; }

    /// <summary>Number of photos: N. Photos that are deleted later still count.</summary>
    public int Photos { get; private init; }

    /// <summary>Mean confidence of these photos.</summary>
    public double MeanConfidence { get; private init; }

    /// <summary>Records the number of photos in a cell.</summary>
    public static WindowCell Record(Guid windowId, FineCell cell, int photos, double meanConfidence) =>
        new()
        {
            WindowId = windowId,
            Cell = cell.Index,
            Photos = photos,
            MeanConfidence = meanConfidence,
        };
}

/// <summary>
/// Number of photos of a window that were classified on one day with one answer, counted when the window closed. Charts of change over
/// time read these counts instead of predictions.
/// </summary>
public sealed class WindowCount
{
    /// <summary>Number of bins that confidences are counted in, of equal width.</summary>
    public const int Bins = 20;

    private WindowCount() { }

    public Guid WindowId { get; private init; }

    /// <summary>The day, UTC.</summary>
    public DateOnly Day { get; private init; }

    /// <summary>Index of the predicted class.</summary>
    public int PredictedIndex { get; private init; }

    /// <summary>The bin of the confidence, see <see cref="BinOf"/>.</summary>
    public int Bin { get; private init; }

    /// <summary>Number of photos.</summary>
    public int Photos { get; private init; }

    /// <summary>Records a number of photos.</summary>
    public static WindowCount Record(Guid windowId, DateOnly day, int predictedIndex, int bin, int photos) =>
        new()
        {
            WindowId = windowId,
            Day = day,
            PredictedIndex = predictedIndex,
            Bin = bin,
            Photos = photos,
        };

    /// <summary>Returns the bin of a confidence: 0 for below 0.05, to 19 for 0.95 and above.</summary>
    public static int BinOf(double confidence) => (int)Math.Clamp(Math.Floor((Bins * confidence) + 1e-9), 0, Bins - 1);
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
