using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>A loop as pages and API show it.</summary>
/// <param name="Name">Names it in addresses, folders and the API.</param>
/// <param name="Title">The name in words.</param>
/// <param name="Description">What it selects.</param>
/// <param name="Enabled">Whether it selects.</param>
/// <param name="Bucket">Where labelled photos go.</param>
/// <param name="Surface">Who hands out its tasks.</param>
/// <param name="Blind">Whether annotators see no answer of the model before they decide.</param>
/// <param name="Votes">How many people label each photo.</param>
/// <param name="DailyLimit">Most predictions selected in a day; 0 for no limit.</param>
/// <param name="Random">Whether it draws by chance, so that its labels can measure.</param>
/// <param name="Job">Name of the job that selects, whose schedule is the loop's.</param>
/// <param name="Settings">The strategy's own settings by name.</param>
/// <param name="Summary">The settings in a few words; empty when there is nothing to say.</param>
/// <param name="Fields">What the strategy's own settings mean and which values they take.</param>
/// <param name="Counts">What has come of it.</param>
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
        // With the defaults of settings that the strategy has got since.
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
            counts ?? new LoopStatistics(0, 0, 0, 0, 0, OldestWaiting: null, 0, 0)
        );
    }

    private static string TypeOf(Type type) =>
        type == typeof(bool) ? "boolean"
        : type == typeof(int) ? "integer"
        : "number";
}

/// <summary>One of a strategy's own settings.</summary>
/// <param name="Name">Its name in <see cref="LoopResponse.Settings"/>.</param>
/// <param name="Label">What a form calls it.</param>
/// <param name="Help">What it means.</param>
/// <param name="Type"><c>integer</c>, <c>number</c> or <c>boolean</c>.</param>
/// <param name="Minimum">The least value; null where there is none.</param>
/// <param name="Maximum">The largest value; null where there is none.</param>
public sealed record LoopField(string Name, string Label, string Help, string Type, double? Minimum, double? Maximum);

/// <summary>One change of a loop.</summary>
/// <param name="Loop">Name of the loop.</param>
/// <param name="At">When, UTC.</param>
/// <param name="By">Who.</param>
/// <param name="Setting">Name of the setting.</param>
/// <param name="From">What held before; null when there was nothing.</param>
/// <param name="To">What holds since.</param>
public sealed record LoopChangeResponse(string Loop, DateTimeOffset At, string By, string Setting, string? From, string? To)
{
    internal static LoopChangeResponse Of(LoopChange change) =>
        new(change.Loop, change.At, change.By, change.Setting, change.From, change.To);
}
