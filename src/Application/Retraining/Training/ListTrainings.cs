using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Lists trainings, newest first, with the versions of their models.</summary>
public static class ListTrainings
{
    /// <param name="Cursor">Where the previous page ended; null for the first page.</param>
    /// <param name="Limit">Rows per page.</param>
    public sealed record Query(string? Cursor, int Limit) : IRequest<Page<Item>>;

    /// <param name="Id">Id of the training.</param>
    /// <param name="Dataset">Id of the dataset version.</param>
    /// <param name="State">Its state.</param>
    /// <param name="CreatedAt">When it was asked for, UTC.</param>
    /// <param name="By">Who asked for it.</param>
    /// <param name="Result">Version of the model, or why there is none; null while it runs.</param>
    public sealed record Item(Guid Id, string Dataset, TrainingState State, DateTimeOffset CreatedAt, string By, string? Result)
    {
        /// <summary>How long the latest attempt took, in seconds; null before it ended.</summary>
        public double? Seconds { get; init; }
    }

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
        }
    }

    internal sealed class Handler(IRepository<TrainingRun> runs, IRepository<RegisteredModel> models) : IRequestHandler<Query, Page<Item>>
    {
        public async Task<Page<Item>> Handle(Query request, CancellationToken cancellationToken)
        {
            var rows = await runs.ListAsync(new AllTrainings(Paging.Read(request.Cursor), request.Limit + 1), cancellationToken);
            var page = rows.Take(request.Limit).ToList();
            var versions = (
                await models.ListAsync(
                    new RegisteredModelsWithIds([.. page.Where(run => run.ModelId is not null).Select(run => run.ModelId!.Value)]),
                    cancellationToken
                )
            ).ToDictionary(model => model.Id, model => model.Version);
            return new Page<Item>(
                [
                    .. page.Select(run => new Item(
                        run.Id,
                        run.DatasetId,
                        run.State,
                        run.CreatedAt,
                        run.By,
                        run.ModelId is { } id ? versions[id] : run.Failure
                    )
                    {
                        Seconds = (run.EndedAt - run.StartedAt)?.TotalSeconds,
                    }),
                ],
                rows.Count > request.Limit ? Paging.CursorOf(page[^1].Id) : null
            );
        }
    }
}
