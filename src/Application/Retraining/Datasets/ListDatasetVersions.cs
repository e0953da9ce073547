using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Lists dataset versions and builds, newest first.</summary>
public static class ListDatasetVersions
{
    /// <param name="Cursor">Where the previous page ended; null for the first page.</param>
    /// <param name="Limit">Versions per page, 1 to 100.</param>
    public sealed record Query(string? Cursor, int Limit) : IRequest<Page<DatasetVersionResponse>>;

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

    internal sealed class Handler(IRepository<DatasetVersion> versions) : IRequestHandler<Query, Page<DatasetVersionResponse>>
    {
        public async Task<Page<DatasetVersionResponse>> Handle(Query request, CancellationToken cancellationToken)
        {
            var rows = await versions.ListAsync(new VersionsNewestFirst(Paging.Read(request.Cursor), request.Limit + 1), cancellationToken);
            var page = rows.Take(request.Limit).ToList();
            return new Page<DatasetVersionResponse>(
                [.. page.Select(DatasetVersionResponse.From)],
                rows.Count > request.Limit ? Paging.CursorOf(page[^1].Id) : null
            );
        }
    }
}
