using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Lists which model answered from when to when, the newest entry first.</summary>
public static class ListServingHistory
{
    /// <param name="Cursor">Where the previous page ended; null for the first page.</param>
    /// <param name="Limit">Rows per page.</param>
    public sealed record Query(string? Cursor, int Limit) : IRequest<Page<ServingPeriodResponse>>;

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
        }
    }

    internal sealed class Handler(IRepository<ServingPeriod> periods) : IRequestHandler<Query, Page<ServingPeriodResponse>>
    {
        public async Task<Page<ServingPeriodResponse>> Handle(Query request, CancellationToken cancellationToken)
        {
            var rows = await periods.ListAsync(new ServingPeriods(Paging.Read(request.Cursor), request.Limit + 1), cancellationToken);
            var page = rows.Take(request.Limit).ToList();
            return new Page<ServingPeriodResponse>(
                [.. page.Select(ServingPeriodResponse.Of)],
                rows.Count > request.Limit ? Paging.CursorOf(page[^1].Id) : null
            );
        }
    }
}
