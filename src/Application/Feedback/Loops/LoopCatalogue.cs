using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>A loop and its strategy.</summary>
/// <param name="Strategy">What selects.</param>
/// <param name="Row">How it is set.</param>
internal sealed record Loop(Strategy Strategy, FeedbackLoop Row)
{
    public string Name => Strategy.Name;

    /// <summary>The strategy's own settings as its record.</summary>
    public object Settings => SettingField.Read(Strategy.DefaultSettings.GetType(), Row.Settings);
}

/// <summary>The loops. A strategy that has none yet gets one the first time anybody asks.</summary>
internal sealed class LoopBook(
    StrategyCatalogue strategies,
    IRepository<FeedbackLoop> loops,
    IRepository<LoopChange> changes,
    TimeProvider time
)
{
    /// <summary>Who makes loops.</summary>
    private const string Product = "GourmetGram";

    /// <summary>All loops, to be changed or read.</summary>
    public Task<IReadOnlyList<Loop>> AllAsync(CancellationToken cancellationToken) =>
        ConcurrentChangeException.RetryAsync<IReadOnlyList<Loop>>(async () =>
        {
            var rows = (await loops.ListAsync(new AllLoops(), cancellationToken)).ToDictionary(row => row.Name, StringComparer.Ordinal);
            foreach (var strategy in strategies.All.Where(strategy => !rows.ContainsKey(strategy.Name)))
            {
                rows[strategy.Name] = FeedbackLoop.For(strategy);
                loops.Add(rows[strategy.Name]);
                changes.Add(LoopChange.Record(strategy.Name, "loop", from: null, "created", Product, time.GetUtcNow()));
            }

            await loops.SaveChangesAsync(cancellationToken);
            return [.. strategies.All.Select(strategy => new Loop(strategy, rows[strategy.Name]))];
        });

    /// <summary>Those whose tasks a surface hands out, to be changed or read.</summary>
    public async Task<IReadOnlyList<Loop>> OnAsync(Surface surface, CancellationToken cancellationToken) =>
        [.. (await AllAsync(cancellationToken)).Where(loop => loop.Row.Surface == surface)];

    /// <exception cref="NotFoundException">There is no such loop.</exception>
    public async Task<Loop> FindAsync(string name, CancellationToken cancellationToken) =>
        (await AllAsync(cancellationToken)).FirstOrDefault(loop => loop.Name == name) ?? throw new NotFoundException($"Loop {name}");
}
