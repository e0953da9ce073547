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

    public sealed record Line
    {
        /// <summary>The selected prediction.</summary>
        public required Guid PredictionId { get; init; }

        /// <summary>The reason for the selection.</summary>
        public required string Reason { get; init; }

        /// <summary>Version of the strategy that selected.</summary>
        public required int StrategyVersion { get; init; }

        /// <summary>The strategy's settings at that time.</summary>
        public required IReadOnlyDictionary<string, string> Settings { get; init; }

        /// <summary>The sampling window that the prediction was drawn from; null if a rule selected it.</summary>
        public required Guid? WindowId { get; init; }

        /// <summary>Probability of being selected: k/N for a random draw, 1 for a rule that took everything it applied to,
        /// null if unknown.</summary>
        public required double? Probability { get; init; }

        /// <summary>When the prediction was selected, UTC.</summary>
        public required DateTimeOffset CreatedAt { get; init; }

        /// <summary>When the flag or correction that caused the selection was withdrawn, UTC; null if it was not.</summary>
        public required DateTimeOffset? WithdrawnAt { get; init; }
    }

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
                    .. page.Select(row => new Line
                    {
                        PredictionId = row.PredictionId,
                        Reason = row.Reason,
                        StrategyVersion = row.StrategyVersion,
                        Settings = row.Settings,
                        WindowId = row.WindowId,
                        Probability = row.Probability,
                        CreatedAt = row.CreatedAt,
                        WithdrawnAt = row.WithdrawnAt,
                    }),
                ],
                rows.Count > request.Limit ? Paging.CursorOf(page[^1].Id) : null
            );
        }
    }
}
