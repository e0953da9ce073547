using System.Reflection;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>Thrown if a strategy cannot be used. The message says why and what to do.</summary>
public sealed class StrategyException(string message) : Exception(message);

/// <summary>Provides all strategies: every concrete <see cref="Strategy"/> of the domain, discovered automatically.</summary>
public sealed class StrategyCatalogue
{
    /// <summary>Finds the strategies of an assembly.</summary>
    /// <exception cref="StrategyException">A strategy has a setting with a reserved name.</exception>
    public StrategyCatalogue(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        All =
        [
            .. assembly
                .GetTypes()
                .Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(Strategy)))
                .Select(type => (Strategy)Activator.CreateInstance(type)!)
                .OrderBy(RankOf)
                .ThenBy(strategy => strategy.Name, StringComparer.Ordinal),
        ];
        if (
            All.Select(strategy => FindFault(strategy.Name, strategy.DefaultSettings.GetType()))
                .FirstOrDefault(fault => fault is not null) is
            { } found
        )
            throw new StrategyException(found);
    }

    /// <summary>All strategies: first those that draw by chance, then those that follow a rule, then those that follow feedback.</summary>
    public IReadOnlyList<Strategy> All { get; }

    /// <exception cref="NotFoundException">There is no such strategy.</exception>
    public Strategy Find(string name) =>
        All.FirstOrDefault(strategy => strategy.Name == name) ?? throw new NotFoundException($"Loop {name}");

    /// <returns>A sentence that says why a loop cannot have this strategy's settings; null if it can.</returns>
    /// <param name="name">Name of the strategy.</param>
    /// <param name="settings">Type of its settings.</param>
    public static string? FindFault(string name, Type settings)
    {
        var reserved = SettingField
            .Of(settings)
            .Select(field => field.Name)
            .FirstOrDefault(field => LoopSettings.OwnNames.Any(own => string.Equals(own, field, StringComparison.OrdinalIgnoreCase)));
        return reserved is null
            ? null
            : $"Strategy {name} has a setting '{reserved}', which is a reserved name. Rename the setting. "
                + $"Reserved names are: {string.Join(", ", LoopSettings.OwnNames.Order(StringComparer.Ordinal))}.";
    }

    private static int RankOf(Strategy strategy) =>
        strategy switch
        {
            WindowStrategy => 0,
            PredictionStrategy => 1,
            _ => 2,
        };
}
