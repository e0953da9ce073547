using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Lists closed sampling windows and their draws, newest first.</summary>
public static class ListWindows
{
    /// <param name="Cursor">Where the previous page ended; null for the first page.</param>
    /// <param name="Limit">Rows per page.</param>
    public sealed record Query(string? Cursor, int Limit) : IRequest<Page<Window>>;

    /// <param name="Id">Id of the window.</param>
    /// <param name="BegunAt">When closing began, UTC. Later predictions belong to the next window.</param>
    /// <param name="ClosedAt">When all draws were made, UTC.</param>
    /// <param name="Population">N: number of predictions in the window.</param>
    /// <param name="KeyId">Id of the key used for its draws.</param>
    /// <param name="ForMeasuring">Whether the window is reserved for measuring accuracy and never used for training.</param>
    /// <param name="Draws">The draws, one per loop.</param>
    public sealed record Window(
        Guid Id,
        DateTimeOffset BegunAt,
        DateTimeOffset? ClosedAt,
        int? Population,
        string KeyId,
        bool ForMeasuring,
        IReadOnlyList<Draw> Draws
    );

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Taken">k: number of predictions drawn.</param>
    /// <param name="Probability">k/N.</param>
    /// <param name="StrategyVersion">Version of the strategy that drew.</param>
    /// <param name="Settings">The strategy's settings at that time.</param>
    public sealed record Draw(
        string Loop,
        int Taken,
        double Probability,
        int StrategyVersion,
        IReadOnlyDictionary<string, string> Settings
    );

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
        }
    }

    internal sealed class Handler(IRepository<SamplingWindow> windows, IRepository<WindowDraw> draws) : IRequestHandler<Query, Page<Window>>
    {
        public async Task<Page<Window>> Handle(Query request, CancellationToken cancellationToken)
        {
            var rows = await windows.ListAsync(new ClosedWindows(Paging.Read(request.Cursor), request.Limit + 1), cancellationToken);
            var page = rows.Take(request.Limit).ToList();
            var drawn = (await draws.ListAsync(new DrawsOfWindows([.. page.Select(window => window.Id)]), cancellationToken)).ToLookup(
                draw => draw.WindowId
            );
            return new Page<Window>(
                [
                    .. page.Select(row => new Window(
                        row.Id,
                        row.BegunAt,
                        row.ClosedAt,
                        row.Population,
                        row.KeyId,
                        row.IsForMeasuring,
                        [
                            .. drawn[row.Id]
                                .Select(draw => new Draw(draw.Loop, draw.Taken, draw.Probability, draw.StrategyVersion, draw.Settings)),
                        ]
                    )),
                ],
                rows.Count > request.Limit ? Paging.CursorOf(page[^1].Id) : null
            );
        }
    }
}
