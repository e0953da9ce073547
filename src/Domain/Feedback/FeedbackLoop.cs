using System.Collections.Immutable;
using System.Globalization;

namespace GourmetGram.Domain.Feedback;

/// <summary>The settings of a loop that an administrator can change.</summary>
/// <param name="IsEnabled">Whether the loop selects predictions.</param>
/// <param name="Bucket">Bucket for labelled photos.</param>
/// <param name="Surface">Labelling tool that hands out the loop's tasks.</param>
/// <param name="IsBlind">Whether the model's answer is hidden from annotators until they decide.</param>
/// <param name="Votes">How many people label each photo.</param>
/// <param name="DailyLimit">Maximum number of predictions selected per day (UTC); 0 for no limit. Random draws have their own number
/// instead.</param>
/// <param name="Settings">The strategy's own settings by name, in the format of <see cref="SettingField.Write"/>.</param>
public sealed record LoopSettings(
    bool IsEnabled,
    string Bucket,
    Surface Surface,
    bool IsBlind,
    int Votes,
    int DailyLimit,
    ImmutableSortedDictionary<string, string> Settings
)
{
    /// <summary>Maximum number of people who label one photo.</summary>
    public const int MostVotes = 5;

    /// <summary>Highest daily limit.</summary>
    public const int HighestDailyLimit = 1_000_000;

    /// <summary>
    /// Names of the settings that every loop has, as used in the history of changes. A strategy must not use them for its own settings.
    /// </summary>
    public static ImmutableHashSet<string> OwnNames { get; } =
    ["enabled", "bucket", "surface", "blind", "votes", "dailyLimit", "loop", "settings", "name"];

    /// <summary>Returns each setting by its name in the API, for the history of changes.</summary>
    public ImmutableSortedDictionary<string, string> ToTexts() =>
        Settings.AddRange([
            new("enabled", IsEnabled ? "true" : "false"),
            new("bucket", Bucket),
            new("surface", Surface.ToString()),
            new("blind", IsBlind ? "true" : "false"),
            new("votes", Votes.ToString(CultureInfo.InvariantCulture)),
            new("dailyLimit", DailyLimit.ToString(CultureInfo.InvariantCulture)),
        ]);
}

/// <summary>A strategy in use: one row for each strategy, with its current settings.</summary>
public sealed class FeedbackLoop
{
    private FeedbackLoop()
    {
        Name = null!;
        Bucket = null!;
        Settings = null!;
    }

    /// <summary>The strategy's name.</summary>
    public string Name { get; private init; }

    public bool IsEnabled { get; private set; }

    public string Bucket { get; private set; }

    public Surface Surface { get; private set; }

    public bool IsBlind { get; private set; }

    public int Votes { get; private set; }

    public int DailyLimit { get; private set; }

    /// <summary>The strategy's own settings, see <see cref="LoopSettings.Settings"/>.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; private set; }

    /// <summary>Whether a change to the loop's settings, or to its waiting candidates, is still to be applied.</summary>
    public bool IsChangeDue { get; private set; }

    /// <summary>Concurrency token. If two requests change a loop at the same time, the second one has to retry.</summary>
    public int Revision { get; private set; }

    /// <summary>All settings that can be changed.</summary>
    public LoopSettings Current => new(IsEnabled, Bucket, Surface, IsBlind, Votes, DailyLimit, Settings);

    /// <summary>Creates a strategy's loop with default settings.</summary>
    public static FeedbackLoop For(Strategy strategy)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        return new FeedbackLoop
        {
            Name = strategy.Name,
            IsEnabled = true,
            Bucket = strategy.Bucket,
            Surface = strategy.Surface,
            IsBlind = strategy.IsBlind,
            Votes = 1,
            DailyLimit = strategy.DailyLimit,
            Settings = SettingField.Write(strategy.DefaultSettings),
        };
    }

    /// <summary>Changes the settings.</summary>
    /// <returns>The changes, one entry for each setting; empty when nothing has changed.</returns>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public ImmutableArray<LoopChange> Change(LoopSettings settings, string by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Votes is < 1 or > LoopSettings.MostVotes || settings.DailyLimit is < 0 or > LoopSettings.HighestDailyLimit)
            throw new ArgumentException($"{settings.Votes} votes or {settings.DailyLimit} a day is out of range.", nameof(settings));
        var before = Current.ToTexts();
        var changes = settings
            .ToTexts()
            .Where(pair => before.GetValueOrDefault(pair.Key) != pair.Value)
            .Select(pair => LoopChange.Record(Name, pair.Key, before.GetValueOrDefault(pair.Key), pair.Value, by, now))
            .ToImmutableArray();
        if (changes.IsEmpty)
            return [];
        (IsEnabled, Bucket, Surface, IsBlind, Votes, DailyLimit, Settings) = settings;
        MarkChangeDue();
        return changes;
    }

    /// <summary>Requests that the loop's waiting candidates are examined soon, even if nothing new arrives.</summary>
    public void MarkChangeDue()
    {
        IsChangeDue = true;
        Revision++;
    }

    /// <summary>Records that the change has been applied to open tasks too.</summary>
    public void MarkChangeApplied()
    {
        IsChangeDue = false;
        Revision++;
    }
}

/// <summary>A change to one setting of a loop, with its author, its time, and the old and new values.</summary>
public sealed class LoopChange
{
    private LoopChange()
    {
        Loop = null!;
        Setting = null!;
        By = null!;
    }

    public Guid Id { get; private init; }

    /// <summary>Name of the loop.</summary>
    public string Loop { get; private init; }

    /// <summary>Name of the setting in the API; <c>loop</c> for the loop itself.</summary>
    public string Setting { get; private init; }

    /// <summary>The value before the change; null when there was none.</summary>
    public string? From { get; private init; }

    /// <summary>The value after the change.</summary>
    public string? To { get; private init; }

    public string By { get; private init; }

    public DateTimeOffset At { get; private init; }

    /// <summary>Records a change to one setting.</summary>
    public static LoopChange Record(string loop, string setting, string? from, string? to, string by, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            Loop = loop,
            Setting = setting,
            From = from,
            To = to,
            By = by,
            At = now,
        };
}
