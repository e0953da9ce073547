using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>The caller's own predictions, newest first, paged by key.</summary>
public static class ListPredictions
{
    /// <summary>Most rows of a page.</summary>
    public const int MaximumLimit = 100;

    /// <param name="Cursor"><see cref="Page{T}.Next"/> of the page before; null for the first.</param>
    /// <param name="Limit">Rows a page, 1 to 100.</param>
    /// <param name="Caller">Whose predictions.</param>
    public sealed record Query(string? Cursor, int Limit, Caller Caller) : IRequest<Page<PredictionResponse>>;

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, MaximumLimit).OverridePropertyName("limit")
                .WithMessage($"'limit' is a whole number from 1 to {MaximumLimit}.");
            RuleFor(q => q.Cursor).Must(cursor => cursor is null || Guid.TryParseExact(cursor, "N", out _)).OverridePropertyName("cursor")
                .WithMessage("'cursor' is what 'next' of the page before says; leave it out for the first page.");
        }
    }

    internal sealed class Handler(IRepository<Prediction> predictions, IPredictionFacts facts, ILinks links) : IRequestHandler<Query, Page<PredictionResponse>>
    {
        public async Task<Page<PredictionResponse>> Handle(Query request, CancellationToken cancellationToken)
        {
            var caller = request.Caller.RequireIdentity("A list");

            // One row more than asked for tells whether there is a next page.
            Guid? before = request.Cursor is null ? null : Guid.ParseExact(request.Cursor, "N");
            var rows = await predictions.ListAsync(new PredictionsOfMaker(caller, before, request.Limit + 1), cancellationToken);
            var page = rows.Take(request.Limit).ToList();
            var said = await facts.OfAsync(page, caller, cancellationToken);
            return new Page<PredictionResponse>(
                [.. page.Select(p => PredictionResponse.From(p, said.GetValueOrDefault(p.Id, PredictionFacts.None), links))],
                rows.Count > request.Limit ? page[^1].Id.ToString("N") : null);
        }
    }
}
