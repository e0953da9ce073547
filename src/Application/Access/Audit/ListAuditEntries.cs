using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Lists entries of the audit log, newest first.</summary>
public static class ListAuditEntries
{
    /// <param name="Filter">Which entries.</param>
    /// <param name="Cursor">The page, as the page before named it; null for the first.</param>
    /// <param name="Limit">Entries per page, 1 to 100.</param>
    public sealed record Query(AuditFilter Filter, string? Cursor = null, int Limit = Paging.MaximumLimit) : IRequest<Page<AuditEntryView>>;

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(query => query.Limit)
                .InclusiveBetween(1, Paging.MaximumLimit)
                .OverridePropertyName("limit")
                .WithMessage(Paging.LimitMessage);
            RuleFor(query => query.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
        }
    }

    internal sealed class Handler(IRepository<AuditEntry> entries) : IRequestHandler<Query, Page<AuditEntryView>>
    {
        public async Task<Page<AuditEntryView>> Handle(Query request, CancellationToken cancellationToken)
        {
            // One more row than requested tells whether there is a next page.
            var found = await entries.ListAsync(
                new MatchingAuditEntries(request.Filter, Paging.Read(request.Cursor), request.Limit + 1),
                cancellationToken
            );
            return new Page<AuditEntryView>(
                [.. found.Take(request.Limit).Select(AuditEntryView.From)],
                found.Count > request.Limit ? Paging.CursorOf(found[request.Limit - 1].Id) : null
            );
        }
    }
}
