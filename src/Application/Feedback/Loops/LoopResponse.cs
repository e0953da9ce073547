using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>A loop as shown in pages and the API.</summary>
/// <param name="Name">Identifies the loop in addresses, folders and the API.</param>
/// <param name="Title">Display name.</param>
/// <param name="Description">Describes which photos the loop selects.</param>
/// <param name="Enabled">Whether the loop selects.</param>
/// <param name="Bucket">Bucket for labelled photos.</param>
/// <param name="Surface">The labelling tool that hands out the loop's tasks.</param>
/// <param name="Blind">Whether annotators label without seeing the model's answer.</param>
/// <param name="Votes">Number of people who label each photo.</param>
/// <param name="DailyLimit">Most predictions selected per day; 0 for no limit.</param>
/// <param name="Random">Whether the loop draws by chance, so that its labels can measure accuracy.</param>
/// <param name="Job">Name of the job that selects; its schedule is the loop's schedule.</param>
/// <param name="Settings">The strategy's own settings by name.</param>
/// <param name="Summary">The settings in a few words; empty if there is nothing to say.</param>
/// <param name="Fields">Meaning and allowed values of the strategy's own settings.</param>
/// <param name="Counts">The loop's results.</param>
public sealed record LoopResponse(
    string Name,
    string Title,
    string Description,
    bool Enabled,
    string Bucket,
    Surface Surface,
    bool Blind,
    int Votes,
    int DailyLimit,
    bool Random,
    string Job,
    IReadOnlyDictionary<string, object> Settings,
    string Summary,
    IReadOnlyList<LoopField> Fields,
    LoopStatistics Counts
)
{
    internal static LoopResponse From(Loop loop, LoopStatistics? counts)
    {
        var (strategy, row) = (loop.Strategy, loop.Row);
        var random = strategy is WindowStrategy;
        // Settings added to the strategy since the row was written get their defaults.
        var settings = SettingField.Write(loop.Settings);
        var fields = SettingField.Of(strategy.DefaultSettings.GetType());
        return new LoopResponse(
            loop.Name,
            strategy.Title,
            strategy.Description,
            row.IsEnabled,
            row.Bucket,
            row.Surface,
            row.IsBlind,
            row.Votes,
            row.DailyLimit,
            random,
            random ? "random-sampling" : "select-candidates",
            fields.ToDictionary(field => field.Name, field => field.Parse(settings[field.Name]), StringComparer.Ordinal),
            strategy.Describe(loop.Settings),
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
            counts ?? new LoopStatistics()
        );
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
