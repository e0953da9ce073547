using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Lists trials, newest first.</summary>
public static class ListTrials
{
    /// <param name="Cursor">Where the previous page ended; null for the first page.</param>
    /// <param name="Limit">Rows per page.</param>
    public sealed record Query(string? Cursor, int Limit) : IRequest<Page<TrialResponse>>;

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
        }
    }

    internal sealed class Handler(IRepository<ModelTrial> trials) : IRequestHandler<Query, Page<TrialResponse>>
    {
        public async Task<Page<TrialResponse>> Handle(Query request, CancellationToken cancellationToken)
        {
            var rows = await trials.ListAsync(new AllTrials(Paging.Read(request.Cursor), request.Limit + 1), cancellationToken);
            var page = rows.Take(request.Limit).ToList();
            return new Page<TrialResponse>(
                [.. page.Select(TrialResponse.From)],
                rows.Count > request.Limit ? Paging.CursorOf(page[^1].Id) : null
            );
        }
    }
}
