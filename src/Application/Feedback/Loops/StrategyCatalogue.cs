using System.Reflection;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>The strategies there are: every concrete <see cref="Strategy"/> of the domain, found by itself.</summary>
public sealed class StrategyCatalogue
{
    /// <summary>The strategies of an assembly.</summary>
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
    }

    /// <summary>Those that draw by chance first, then those that follow a rule, then those that follow people.</summary>
    public IReadOnlyList<Strategy> All { get; }

    /// <exception cref="NotFoundException">There is no such strategy.</exception>
    public Strategy Find(string name) =>
        All.FirstOrDefault(strategy => strategy.Name == name) ?? throw new NotFoundException($"Loop {name}");

    private static int RankOf(Strategy strategy) =>
        strategy switch
        {
            WindowStrategy => 0,
            PredictionStrategy => 1,
            _ => 2,
        };
}
