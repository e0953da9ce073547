using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Lists the caller's own photos, newest first, filtered by predicted class and by the caller's feedback, and paged by key in both
/// directions. Leaves out photos that the caller is labelling blind.
/// </summary>
public static class ListPhotos
{
    /// <summary>Filters photos. All conditions must hold.</summary>
    /// <param name="Class">Only photos of this predicted class; null for all.</param>
    /// <param name="Flagged">Only photos that the caller flags.</param>
    /// <param name="Corrected">Only photos that the caller gave another class; a confirmation is not a correction.</param>
    /// <param name="LowConfidence">Only photos with a confidence below <see cref="PredictionResponse.SureFrom"/>.</param>
    public sealed record Filter(string? Class = null, bool Flagged = false, bool Corrected = false, bool LowConfidence = false);

    /// <param name="Caller">The owner of the photos.</param>
    /// <param name="Before">Cursor: only photos older than this. Not allowed together with <paramref name="After"/>.</param>
    /// <param name="After">Cursor: the nearest photos newer than this.</param>
    /// <param name="Limit">Rows per page, 1 to 100.</param>
    /// <param name="Filter">Which photos to list.</param>
    public sealed record Query(Caller Caller, string? Before, string? After, int Limit, Filter Filter) : IRequest<Response>;

    /// <param name="Items">The photos, newest first. If a cursor leads past the end, the newest photos.</param>
    /// <param name="Newer">Value of <see cref="Query.After"/> for the page of newer photos; null if there is none.</param>
    /// <param name="Older">Value of <see cref="Query.Before"/> for the page of older photos; null if there is none.</param>
    public sealed record Response(IReadOnlyList<PredictionResponse> Items, string? Newer, string? Older);

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Before)
                .Must(Paging.IsCursor)
                .OverridePropertyName("before")
                .WithMessage("'before' must be the 'older' value of a page. Leave it out for the first page.");
            RuleFor(q => q.After)
                .Must(Paging.IsCursor)
                .OverridePropertyName("after")
                .WithMessage("'after' must be the 'newer' value of a page. Leave it out for the first page.");
            RuleFor(q => q.After)
                .Null()
                .When(q => q.Before is not null)
                .OverridePropertyName("after")
                .WithMessage("Send 'before' or 'after', not both.");
        }
    }

    internal sealed class Handler(IPhotoList photos, IClassifier classifier, IPredictionFacts facts, IAnswerGuard guard, ILinks links)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var selection = Select(request.Caller.RequireIdentity("Listing photos"), request.Filter);
            var (rows, hasNewer, hasOlder) = request.After is { } after
                ? await NewerAsync(selection, Paging.Read(after)!.Value, request.Limit, cancellationToken)
                : await OlderAsync(selection, Paging.Read(request.Before), request.Limit, cancellationToken);
            var said = await facts.OfAsync(rows, selection.Maker, cancellationToken);
            var hidden = await guard.HiddenAsync(request.Caller, cancellationToken);
            return new Response(
                [
                    .. rows.Where(p => !hidden.Contains(p.Photo.UploadSha256))
                        .Select(p => PredictionResponse.From(p, said.GetValueOrDefault(p.Id, PredictionFacts.None), links)),
                ],
                hasNewer ? Paging.CursorOf(rows[0].Id) : null,
                hasOlder ? Paging.CursorOf(rows[^1].Id) : null
            );
        }

        private PhotoSelection Select(Actor maker, Filter filter)
        {
            int? index = null;
            if (filter.Class is { } name)
            {
                // All predictions of an installation have the classes of the loaded model; CheckClassSet verifies this at startup.
                var labels = classifier.Model.Labels;
                index = ClassName.IndexIn(labels, name)
                    ?? throw new ValidationException([
                        new ValidationFailure("class", $"There is no class '{name}'. The classes are: {string.Join(", ", labels)}."),
                    ]);
            }

            return new PhotoSelection(
                maker,
                index,
                filter.Flagged,
                filter.Corrected,
                filter.LowConfidence ? PredictionResponse.SureFrom : null
            );
        }

        private async Task<(IReadOnlyList<Prediction> Rows, bool HasNewer, bool HasOlder)> OlderAsync(
            PhotoSelection selection,
            Guid? before,
            int limit,
            CancellationToken cancellationToken
        )
        {
            // One extra row shows whether there is a next page.
            var rows = await photos.NewestAsync(selection, before, limit + 1, cancellationToken);
            if (before is null)
                return (Take(rows, limit), HasNewer: false, rows.Count > limit);
            // The last photos were deleted after the cursor was issued.
            if (rows.Count == 0)
                return await OlderAsync(selection, before: null, limit, cancellationToken);
            var newer = await photos.NewerAsync(selection, rows[0].Id, 1, cancellationToken);
            return (Take(rows, limit), newer.Count > 0, rows.Count > limit);
        }

        private async Task<(IReadOnlyList<Prediction> Rows, bool HasNewer, bool HasOlder)> NewerAsync(
            PhotoSelection selection,
            Guid after,
            int limit,
            CancellationToken cancellationToken
        )
        {
            var rows = await photos.NewerAsync(selection, after, limit + 1, cancellationToken);
            // This is the first page. If photos were deleted, it is filled up with older ones.
            if (rows.Count <= limit)
                return await OlderAsync(selection, before: null, limit, cancellationToken);
            IReadOnlyList<Prediction> page = [.. Take(rows, limit).Reverse()];
            var older = await photos.NewestAsync(selection, page[^1].Id, 1, cancellationToken);
            return (page, HasNewer: true, older.Count > 0);
        }

        private static IReadOnlyList<Prediction> Take(IReadOnlyList<Prediction> rows, int limit) => [.. rows.Take(limit)];
    }
}
