using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Closes a sampling window per model version and draws from each for every loop that draws by chance. Job <c>random-sampling</c>. If a run
/// is interrupted, the
/// next one continues with the same window: its members are stamped, and the draws and selections are written in one transaction. An empty
/// window is removed.
/// </summary>
public static class SampleRandom
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Windows">Number of windows closed that had predictions.</param>
    /// <param name="Population">Number of predictions in these windows.</param>
    /// <param name="Selected">Number of predictions drawn, by all loops together.</param>
    public sealed record Response(int Windows, int Population, int Selected);

    internal sealed class Handler(
        IUnitOfWork work,
        IRepository<SamplingWindow> windows,
        IRepository<WindowCell> cells,
        IRepository<WindowCount> counts,
        IRepository<WindowDraw> draws,
        IRepository<Selection> selections,
        IRepository<Prediction> predictions,
        IWindowMembers members,
        LoopCatalogue loops,
        SamplingKeys keys,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var open = await work.RunStepAsync((Handler step) => step.BeginAsync(cancellationToken));
            var (closings, population, selected) = (0, 0, 0);
            foreach (var window in open)
            {
                while (
                    await work.RunStepAsync(
                        (IWindowMembers step) => step.StampAsync(window.Id, window.ModelVersionId, window.BegunAt, cancellationToken)
                    ) > 0
                )
                {
                    // Repeats until all predictions created before the window began belong to it.
                }

                var closed = await work.RunStepAsync((Handler step) => step.CloseAsync(window.Id, cancellationToken));
                if (closed.Population > 0)
                    (closings, population, selected) = (closings + 1, population + closed.Population, selected + closed.Selected);
            }

            return new Response(closings, population, selected);
        }

        /// <returns>The windows to close, oldest first: windows left open by an interruption, then one per model version.</returns>
        private async Task<IReadOnlyList<SamplingWindow>> BeginAsync(CancellationToken cancellationToken)
        {
            var open = await windows.ListAsync(new UnclosedWindows(), cancellationToken);
            var order = await keys.CurrentAsync(cancellationToken);
            var now = time.GetUtcNow();
            var fresh = (await members.ListModelVersionsAsync(now, cancellationToken))
                .Select(version => SamplingWindow.Begin(order, version, now))
                .ToList();
            foreach (var window in fresh)
                windows.Add(window);
            return [.. open, .. fresh];
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

            if (population == 0)
            {
                windows.Remove(window);
                return (0, 0);
            }

            var selected = 0;
            foreach (var (loop, ids) in drawing.Zip(drawn))
            {
                draws.Add(WindowDraw.Record(window, loop.Strategy, loop.Row.Current, ids.Count, population));
                foreach (var batch in ids.Chunk(500))
                {
                    var known = (await selections.ListAsync(new SelectionsOf(loop.Name, batch), cancellationToken))
                        .Select(selection => selection.PredictionId)
                        .ToHashSet();
                    // A prediction deleted meanwhile counts as drawn, but gets no selection, because nobody can label it.
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

            var tally = await members.TallyAsync(id, cancellationToken);
            foreach (var (cell, (photos, meanConfidence)) in tally.Cells)
                cells.Add(WindowCell.Record(id, cell, photos, meanConfidence));
            foreach (var ((day, predictedIndex, bin), photos) in tally.Counts)
                counts.Add(WindowCount.Record(id, day, predictedIndex, bin, photos));
            window.Close(population, tally.LastPhotoAt!.Value, time.GetUtcNow());
            work.AfterCommit(() =>
                logger.LogInformation("Closed window {WindowId}: drew {Selected} of {Population} predictions", id, selected, population)
            );
            return (population, selected);
        }

        /// <summary>Draws batch by batch, so that only the ids drawn so far and one batch are in memory.</summary>
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
