using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Lists the caller's own predictions, newest first, paged by key. Leaves out photos that the caller is labelling blind.</summary>
public static class ListPredictions
{
    /// <param name="Cursor"><see cref="Page{T}.Next"/> of the previous page; null for the first.</param>
    /// <param name="Limit">Rows per page, 1 to 100.</param>
    /// <param name="Caller">The owner of the predictions.</param>
    public sealed record Query(string? Cursor, int Limit, Caller Caller) : IRequest<Page<PredictionResponse>>;

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
        }
    }

    internal sealed class Handler(IRepository<Prediction> predictions, IPredictionFacts facts, IAnswerGuard guard, ILinks links)
        : IRequestHandler<Query, Page<PredictionResponse>>
    {
        public async Task<Page<PredictionResponse>> Handle(Query request, CancellationToken cancellationToken)
        {
            var caller = request.Caller.RequireIdentity("Listing predictions");

            // One extra row shows whether there is a next page.
            var rows = await predictions.ListAsync(
                new PredictionsOfMaker(caller, Paging.Read(request.Cursor), request.Limit + 1),
                cancellationToken
            );
            var page = rows.Take(request.Limit).ToList();
            var said = await facts.OfAsync(page, caller, cancellationToken);
            var hidden = await guard.HiddenAsync(request.Caller, cancellationToken);
            return new Page<PredictionResponse>(
                [
                    .. page.Where(p => !hidden.Contains(p.Photo.UploadSha256))
                        .Select(p => PredictionResponse.From(p, said.GetValueOrDefault(p.Id, PredictionFacts.None), links)),
                ],
                rows.Count > request.Limit ? Paging.CursorOf(page[^1].Id) : null
            );
        }
    }
}
