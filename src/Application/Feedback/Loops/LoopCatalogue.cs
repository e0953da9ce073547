using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>A loop and its strategy.</summary>
/// <param name="Strategy">The strategy that selects.</param>
/// <param name="Row">The loop's row, with its settings.</param>
internal sealed record Loop(Strategy Strategy, FeedbackLoop Row)
{
    public string Name => Strategy.Name;

    /// <summary>The strategy's own settings, read into its settings record.</summary>
    public object Settings => SettingField.Read(Strategy.DefaultSettings.GetType(), Row.Settings);
}

/// <summary>Provides the loops, one for each strategy. <see cref="FeedbackSeed"/> creates their rows at startup.</summary>
internal sealed class LoopCatalogue(StrategyCatalogue strategies, IRepository<FeedbackLoop> loops)
{
    /// <summary>Returns all loops. Within a step they can be changed.</summary>
    /// <exception cref="InvalidOperationException">A strategy has no row.</exception>
    public async Task<IReadOnlyList<Loop>> AllAsync(CancellationToken cancellationToken)
    {
        var rows = (await loops.ListAsync(new AllLoops(), cancellationToken)).ToDictionary(row => row.Name, StringComparer.Ordinal);
        return
        [
            .. strategies.All.Select(strategy => new Loop(
                strategy,
                rows.GetValueOrDefault(strategy.Name)
                    ?? throw new InvalidOperationException(
                        $"Loop {strategy.Name} is not in the database. Start the server once: it creates what is missing."
                    )
            )),
        ];
    }

    /// <summary>Returns the loops whose tasks this labelling tool hands out.</summary>
    public async Task<IReadOnlyList<Loop>> OnAsync(Surface surface, CancellationToken cancellationToken) =>
        [.. (await AllAsync(cancellationToken)).Where(loop => loop.Row.Surface == surface)];

    /// <exception cref="NotFoundException">There is no such loop.</exception>
    public async Task<Loop> FindAsync(string name, CancellationToken cancellationToken) =>
        (await AllAsync(cancellationToken)).FirstOrDefault(loop => loop.Name == name) ?? throw new NotFoundException($"Loop {name}");
}

internal static class LoopName
{
    private const int MostCharacters = 100;

    /// <summary>Limits the name to the longest name that a loop can have. Whether the loop exists is checked later.</summary>
    public static void IsLoopName<T>(this IRuleBuilderInitial<T, string> rule) =>
        rule.MaximumLength(MostCharacters).OverridePropertyName("name").WithMessage("No loop has a name this long.");
}
