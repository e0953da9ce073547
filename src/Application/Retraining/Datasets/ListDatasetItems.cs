using System.Globalization;
using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Lists the photos of a dataset version in the order of their hashes. Deleted photos are left out.</summary>
public static class ListDatasetItems
{
    /// <param name="Name">See <see cref="DatasetFinder.FindAsync"/>.</param>
    /// <param name="Cursor">Where the previous page ended; null for the first page.</param>
    /// <param name="Limit">Photos per page, 1 to 100.</param>
    public sealed record Query(string Name, string? Cursor, int Limit) : IRequest<Page<DatasetItemResponse>>;

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(query => query.Limit)
                .InclusiveBetween(1, Paging.MaximumLimit)
                .OverridePropertyName("limit")
                .WithMessage(Paging.LimitMessage);
            RuleFor(query => query.Cursor).Must(IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
        }
    }

    internal sealed class Handler(DatasetFinder finder, IRepository<DatasetItem> items) : IRequestHandler<Query, Page<DatasetItemResponse>>
    {
        /// <exception cref="NotFoundException">There is no such version.</exception>
        /// <exception cref="ConflictException">The version is not ready.</exception>
        public async Task<Page<DatasetItemResponse>> Handle(Query request, CancellationToken cancellationToken)
        {
            var version = await finder.FindReadyAsync(request.Name, cancellationToken);
            var from = request.Cursor is null ? 0 : int.Parse(request.Cursor, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var rows = await items.ListAsync(new ItemsOfVersion(version.Id, from, request.Limit + 1), cancellationToken);
            return new Page<DatasetItemResponse>(
                [
                    .. rows.Take(request.Limit)
                        .Where(item => item.DeletedAt is null)
                        .Select(item => DatasetItemResponse.From(item, version.Classes)),
                ],
                rows.Count > request.Limit ? rows[^1].Position.ToString("x32", CultureInfo.InvariantCulture) : null
            );
        }
    }

    private static bool IsCursor(string? cursor) =>
        Paging.IsCursor(cursor)
        && (cursor is null || int.TryParse(cursor, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var from) && from >= 0);
}
