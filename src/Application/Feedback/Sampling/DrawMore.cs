using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Draws further photos by chance from fine cells of closed windows, with known probabilities, so that their labels count for accuracy. The
/// photos become tasks of the loop.
/// </summary>
public static class DrawMore
{
    /// <param name="Loop">Name of the loop, which draws by chance.</param>
    /// <param name="Cells">What to draw from each cell.</param>
    /// <param name="Most">Largest number of photos to draw in all.</param>
    /// <param name="By">The person who asked for it.</param>
    public sealed record Command(string Loop, IReadOnlyList<Wanted> Cells, int Most, string By) : ICommand<Response>;

    /// <param name="ModelVersionId">Model version of the windows.</param>
    /// <param name="Windows">The windows.</param>
    /// <param name="Cell">The fine cell.</param>
    /// <param name="Photos">Number of photos to draw; all that are left if there are fewer.</param>
    public sealed record Wanted(Guid ModelVersionId, IReadOnlyList<Guid> Windows, FineCell Cell, int Photos);

    /// <param name="Drawn">Number of photos drawn.</param>
    /// <param name="Selected">Number of photos selected for labelling: the drawn photos that still exist.</param>
    public sealed record Response(int Drawn, int Selected);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleForEach(command => command.Cells).Must(wanted => wanted.Photos > 0).WithMessage("Draw at least one photo.");
        }
    }

    internal sealed class Handler(
        IRepository<ExtraDraw> draws,
        IRepository<Selection> selections,
        IRepository<Prediction> predictions,
        IWindowMembers members,
        LoopCatalogue loops,
        SamplingKeys keys,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        private const int Batch = 500;

        /// <exception cref="NotFoundException">There is no such loop.</exception>
        /// <exception cref="ConflictException">The loop does not draw by chance.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var loop = (await loops.AllAsync(cancellationToken)).FirstOrDefault(one => one.Name == request.Loop)
                ?? throw new NotFoundException($"Loop {request.Loop}");
            if (loop.Strategy is not WindowStrategy)
                throw new ConflictException($"Loop {loop.Name} selects by a rule. Only a random sample can be extended.");
            var order = await keys.CurrentAsync(cancellationToken);
            var (drawn, selected) = (0, 0);
            foreach (var wanted in request.Cells)
            {
                var now = time.GetUtcNow();
                var id = Guid.CreateVersion7(now);
                var most = Math.Min(wanted.Photos, request.Most - drawn);
                if (most == 0)
                    break;
                var (first, eligible) = await DrawAsync(id, loop.Name, wanted, most, order, cancellationToken);
                if (first.Count == 0)
                    continue;
                var draw = ExtraDraw.Record(
                    id,
                    loop.Name,
                    order,
                    request.By,
                    new DrawnFrom(wanted.ModelVersionId, [.. wanted.Windows], eligible) { Cell = wanted.Cell },
                    first.Count,
                    now
                );
                draws.Add(draw);
                drawn += first.Count;
                foreach (var batch in first.Chunk(Batch))
                {
                    // A deleted prediction counts as drawn, but nobody can label it.
                    foreach (var prediction in await predictions.ListAsync(new PredictionsWithIds(batch), cancellationToken))
                    {
                        selections.Add(Selection.ByExtraDraw(prediction, loop.Strategy, loop.Row.Current, draw, order, now));
                        selected++;
                    }
                }
            }

            return new Response(drawn, selected);
        }

        /// <summary>Returns the first photos in the draw's order, and the number of photos they were drawn from.</summary>
        private async Task<(IReadOnlyList<Guid> First, int Eligible)> DrawAsync(
            Guid id,
            string loop,
            Wanted wanted,
            int most,
            KeyedOrder order,
            CancellationToken cancellationToken
        )
        {
            IReadOnlyList<Guid> first = [];
            var eligible = 0;
            foreach (var window in wanted.Windows)
            {
                await foreach (var piece in members.ReadUndrawnAsync(window, wanted.Cell, loop, cancellationToken))
                {
                    eligible += piece.Count;
                    first = order.First(ExtraDraw.PurposeOf(id), loop, [.. first, .. piece], most);
                }
            }

            return (first, eligible);
        }
    }
}
