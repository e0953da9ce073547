using System.Collections.Immutable;
using System.Globalization;

namespace GourmetGram.Domain.Feedback;

/// <summary>How a loop is set: what an administrator can change.</summary>
/// <param name="IsEnabled">Whether it selects.</param>
/// <param name="Bucket">Where labelled photos go.</param>
/// <param name="Surface">Who hands out its tasks.</param>
/// <param name="IsBlind">Whether annotators see no answer of the model before they decide.</param>
/// <param name="Votes">How many people label each photo.</param>
/// <param name="DailyLimit">Most predictions selected in a day (UTC); 0 for no limit. Random draws have a number of their own instead.</param>
/// <param name="Settings">The strategy's own settings by name, as <see cref="SettingField.Write"/> gives them.</param>
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
    /// <summary>Most people that label one photo.</summary>
    public const int MostVotes = 5;

    /// <summary>Highest daily limit.</summary>
    public const int HighestDailyLimit = 1_000_000;

    /// <summary>Each setting by its name in the API, for the history of changes.</summary>
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

/// <summary>A strategy at work: one row for each strategy, with the settings that hold now.</summary>
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

    /// <summary>One more after each change: of two who change a loop at once, the second has to look again.</summary>
    public int Revision { get; private set; }

    /// <summary>All that can be changed.</summary>
    public LoopSettings Current => new(IsEnabled, Bucket, Surface, IsBlind, Votes, DailyLimit, Settings);

    /// <summary>A strategy's loop with its defaults.</summary>
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
            Settings = SettingField.Write(strategy.DefaultSettings),
        };
    }

    /// <summary>Sets it anew.</summary>
    /// <returns>What has changed, one entry for each setting; empty when nothing has.</returns>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public ImmutableArray<LoopChange> Change(LoopSettings settings, string by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Votes is < 1 or > LoopSettings.MostVotes || settings.DailyLimit is < 0 or > LoopSettings.HighestDailyLimit)
            throw new ArgumentException($"{settings.Votes} votes or {settings.DailyLimit} a day cannot be.", nameof(settings));
        var before = Current.ToTexts();
        var changes = settings
            .ToTexts()
            .Where(pair => before.GetValueOrDefault(pair.Key) != pair.Value)
            .Select(pair => LoopChange.Record(Name, pair.Key, before.GetValueOrDefault(pair.Key), pair.Value, by, now))
            .ToImmutableArray();
        if (changes.IsEmpty)
            return [];
        (IsEnabled, Bucket, Surface, IsBlind, Votes, DailyLimit, Settings) = settings;
        Revision++;
        return changes;
    }
}

/// <summary>Who changed which setting of a loop, when, from what to what.</summary>
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

    /// <summary>What held before; null when there was nothing.</summary>
    public string? From { get; private init; }

    /// <summary>What holds from now on.</summary>
    public string? To { get; private init; }

    public string By { get; private init; }

    public DateTimeOffset At { get; private init; }

    /// <summary>One setting has changed.</summary>
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
