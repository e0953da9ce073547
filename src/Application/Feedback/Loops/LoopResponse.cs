using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>A loop as shown in pages and the API.</summary>
public sealed record LoopResponse
{
    /// <summary>Identifies the loop in addresses, folders and the API.</summary>
    public required string Name { get; init; }

    /// <summary>Display name.</summary>
    public required string Title { get; init; }

    /// <summary>Describes which photos the loop selects.</summary>
    public required string Description { get; init; }

    /// <summary>Whether the loop selects.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Bucket for labelled photos.</summary>
    public required string Bucket { get; init; }

    /// <summary>The labelling tool that hands out the loop's tasks.</summary>
    public required Surface Surface { get; init; }

    /// <summary>Whether annotators label without seeing the model's answer.</summary>
    public required bool Blind { get; init; }

    /// <summary>Number of people who label each photo.</summary>
    public required int Votes { get; init; }

    /// <summary>Most predictions selected per day; 0 for no limit.</summary>
    public required int DailyLimit { get; init; }

    /// <summary>Whether the loop draws by chance, so that its labels can measure accuracy.</summary>
    public required bool Random { get; init; }

    /// <summary>Name of the job that selects; its schedule is the loop's schedule.</summary>
    public required string Job { get; init; }

    /// <summary>The strategy's own settings by name.</summary>
    public required IReadOnlyDictionary<string, object> Settings { get; init; }

    /// <summary>The settings in a few words; empty if there is nothing to say.</summary>
    public required string Summary { get; init; }

    /// <summary>Meaning and allowed values of the strategy's own settings.</summary>
    public required IReadOnlyList<LoopField> Fields { get; init; }

    /// <summary>The loop's results.</summary>
    public required LoopStatistics Counts { get; init; }

    internal static LoopResponse From(Loop loop, LoopStatistics? counts)
    {
        var (strategy, row) = (loop.Strategy, loop.Row);
        var random = strategy is WindowStrategy;
        // Settings added to the strategy since the row was written get their defaults.
        var settings = SettingField.Write(loop.Settings);
        var fields = SettingField.Of(strategy.DefaultSettings.GetType());
        return new LoopResponse
        {
            Name = loop.Name,
            Title = strategy.Title,
            Description = strategy.Description,
            Enabled = row.IsEnabled,
            Bucket = row.Bucket,
            Surface = row.Surface,
            Blind = row.IsBlind,
            Votes = row.Votes,
            DailyLimit = row.DailyLimit,
            Random = random,
            Job = random ? "random-sampling" : "select-candidates",
            Settings = fields.ToDictionary(field => field.Name, field => field.Parse(settings[field.Name]), StringComparer.Ordinal),
            Summary = strategy.Describe(loop.Settings),
            Fields =
            [
                .. fields.Select(field => new LoopField(
                    field.Name,
                    field.Label,
                    field.Help,
                    TypeOf(field.Type),
                    field.Minimum,
                    field.Maximum
                )),
            ],
            Counts = counts ?? new LoopStatistics(),
        };
    }

    private static string TypeOf(Type type) =>
        type == typeof(bool) ? "boolean"
        : type == typeof(int) ? "integer"
        : "number";
}

/// <summary>One of a strategy's own settings.</summary>
/// <param name="Name">Name of the setting in <see cref="LoopResponse.Settings"/>.</param>
/// <param name="Label">Label in a form.</param>
/// <param name="Help">Explanation of the setting.</param>
/// <param name="Type"><c>integer</c>, <c>number</c> or <c>boolean</c>.</param>
/// <param name="Minimum">The smallest value allowed; null if there is no limit.</param>
/// <param name="Maximum">The largest value allowed; null if there is no limit.</param>
public sealed record LoopField(string Name, string Label, string Help, string Type, double? Minimum, double? Maximum);

/// <summary>One change to a loop's settings.</summary>
/// <param name="Loop">Name of the loop.</param>
/// <param name="At">When the setting was changed, UTC.</param>
/// <param name="By">The person who changed it.</param>
/// <param name="Setting">Name of the setting.</param>
/// <param name="From">The value before; null if there was none.</param>
/// <param name="To">The new value.</param>
public sealed record LoopChangeResponse(string Loop, DateTimeOffset At, string By, string Setting, string? From, string? To)
{
    internal static LoopChangeResponse Of(LoopChange change) =>
        new(change.Loop, change.At, change.By, change.Setting, change.From, change.To);
}
