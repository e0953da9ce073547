using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Closes a sampling window and draws from it for every loop that draws by chance. Job <c>random-sampling</c>. Whatever it is interrupted between, the next run goes on with the same window: its
/// members are stamped, and draws and ledger are written in one transaction.
/// </summary>
public static class SampleRandom
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Windows">Windows closed.</param>
    /// <param name="Population">Predictions in them.</param>
    /// <param name="Selected">Predictions drawn, by all loops together.</param>
    public sealed record Response(int Windows, int Population, int Selected);

    internal sealed class Handler(
        IRepository<SamplingWindow> windows,
        IRepository<WindowDraw> draws,
        IRepository<Selection> selections,
        IRepository<Prediction> predictions,
        IWindowMembers members,
        LoopBook loops,
        SamplingKeys keys,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var order = await keys.CurrentAsync(cancellationToken);
            // One that was interrupted is finished first: it began earlier.
            var open = (await windows.ListAsync(new UnclosedWindows(), cancellationToken)).ToList();
            var fresh = SamplingWindow.Begin(order, time.GetUtcNow());
            windows.Add(fresh);
            await windows.SaveChangesAsync(cancellationToken);
            open.Add(fresh);

            var (population, selected) = (0, 0);
            foreach (var window in open)
            {
                await members.StampAsync(window.Id, window.BegunAt, cancellationToken);
                var closed = await ConcurrentChangeException.RetryAsync(() => CloseAsync(window.Id, cancellationToken));
                (population, selected) = (population + closed.Population, selected + closed.Selected);
            }

            return new Response(open.Count, population, selected);
        }

        private async Task<(int Population, int Selected)> CloseAsync(Guid id, CancellationToken cancellationToken)
        {
            var window = (await windows.FirstOrDefaultAsync(new WindowById(id), cancellationToken))!;
            if (window.ClosedAt is not null)
                return (0, 0);
            var order = await keys.FindAsync(window.KeyId, cancellationToken);
            var drawing = (await loops.AllAsync(cancellationToken))
                .Where(loop => loop.Strategy is WindowStrategy && loop.Row.IsEnabled)
                .ToList();
            var (drawn, population) = await DrawAsync(
                members.ReadAsync(id, cancellationToken),
                drawing.Select(loop => ((WindowStrategy)loop.Strategy, loop.Settings)).ToList(),
                order
            );

            var selected = 0;
            foreach (var (loop, ids) in drawing.Zip(drawn))
            {
                draws.Add(WindowDraw.Record(window, loop.Strategy, loop.Row.Current, ids.Count, population));
                foreach (var batch in ids.Chunk(500))
                {
                    var known = (await selections.ListAsync(new SelectionsOf(loop.Name, batch), cancellationToken))
                        .Select(selection => selection.PredictionId)
                        .ToHashSet();
                    // One that was erased meanwhile counts as drawn, and nobody can be asked about it.
                    foreach (
                        var prediction in (await predictions.ListAsync(new PredictionsWithIds(batch), cancellationToken)).Where(
                            prediction => !known.Contains(prediction.Id)
                        )
                    )
                    {
                        selections.Add(
                            Selection.ByDraw(
                                prediction,
                                loop.Strategy,
                                loop.Row.Current,
                                id,
                                (double)ids.Count / population,
                                order,
                                time.GetUtcNow()
                            )
                        );
                        selected++;
                    }
                }
            }

            window.Close(population, time.GetUtcNow());
            await windows.SaveChangesAsync(cancellationToken);
            windows.Release();
            logger.LogInformation(
                "Window {WindowId} is closed: {Selected} of {Population} predictions were drawn",
                id,
                selected,
                population
            );
            return (population, selected);
        }

        /// <summary>Draws piece by piece: of a large window only what is drawn so far is in memory.</summary>
        internal static async Task<(IReadOnlyList<Guid>[] Drawn, int Population)> DrawAsync(
            IAsyncEnumerable<IReadOnlyList<Guid>> window,
            IReadOnlyList<(WindowStrategy Strategy, object Settings)> drawing,
            KeyedOrder order
        )
        {
            var population = 0;
            var drawn = new IReadOnlyList<Guid>[drawing.Count];
            Array.Fill(drawn, []);
            await foreach (var piece in window)
            {
                population += piece.Count;
                for (var i = 0; i < drawn.Length; i++)
                    drawn[i] = drawing[i].Strategy.Draw([.. drawn[i], .. piece], drawing[i].Settings, order);
            }

            return (drawn, population);
        }
    }
}
