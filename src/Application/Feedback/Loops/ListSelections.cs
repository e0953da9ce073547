using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Lists the selections of a loop, newest first.</summary>
public static class ListSelections
{
    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Cursor">Where the previous page ended; null for the first page.</param>
    /// <param name="Limit">Rows per page.</param>
    public sealed record Query(string Loop, string? Cursor, int Limit) : IRequest<Page<Line>>;

    /// <param name="PredictionId">The selected prediction.</param>
    /// <param name="Reason">The reason for the selection.</param>
    /// <param name="StrategyVersion">Version of the strategy that selected.</param>
    /// <param name="Settings">The strategy's settings at that time.</param>
    /// <param name="WindowId">The sampling window that the prediction was drawn from; null if a rule selected it.</param>
    /// <param name="Probability">Probability of being selected: k/N for a random draw, 1 for a rule that took everything it applied to,
    /// null if unknown.</param>
    /// <param name="CreatedAt">When the prediction was selected, UTC.</param>
    /// <param name="WithdrawnAt">When the flag or correction that caused the selection was withdrawn, UTC; null if it was not.</param>
    public sealed record Line(
        Guid PredictionId,
        string Reason,
        int StrategyVersion,
        IReadOnlyDictionary<string, string> Settings,
        Guid? WindowId,
        double? Probability,
        DateTimeOffset CreatedAt,
        DateTimeOffset? WithdrawnAt
    );

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
        }
    }

    internal sealed class Handler(LoopCatalogue loops, IRepository<Selection> selections) : IRequestHandler<Query, Page<Line>>
    {
        /// <exception cref="NotFoundException">There is no such loop.</exception>
        public async Task<Page<Line>> Handle(Query request, CancellationToken cancellationToken)
        {
            var loop = await loops.FindAsync(request.Loop, cancellationToken);
            var rows = await selections.ListAsync(
                new SelectionsOfLoop(loop.Name, Paging.Read(request.Cursor), request.Limit + 1),
                cancellationToken
            );
            var page = rows.Take(request.Limit).ToList();
            return new Page<Line>(
                [
                    .. page.Select(row => new Line(
                        row.PredictionId,
                        row.Reason,
                        row.StrategyVersion,
                        row.Settings,
                        row.WindowId,
                        row.Probability,
                        row.CreatedAt,
                        row.WithdrawnAt
                    )),
                ],
                rows.Count > request.Limit ? Paging.CursorOf(page[^1].Id) : null
            );
        }
    }
}
