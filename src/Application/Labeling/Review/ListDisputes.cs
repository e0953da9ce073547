using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Lists photos that people label differently, for an administrator to decide, oldest task first.</summary>
public static class ListDisputes
{
    /// <param name="Loop">Name of a loop; null for all.</param>
    /// <param name="Cursor">Where the previous page ended; null for the first page.</param>
    /// <param name="Limit">Number of rows per page.</param>
    public sealed record Query(string? Loop, string? Cursor, int Limit) : IRequest<Page<Dispute>>;

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
        }
    }

    internal sealed class Handler(
        LoopCatalogue loops,
        IRepository<AnnotationTask> tasks,
        IRepository<HumanLabel> labels,
        IRepository<Prediction> predictions,
        ILinks links
    ) : IRequestHandler<Query, Page<Dispute>>
    {
        /// <exception cref="NotFoundException">There is no such loop.</exception>
        public async Task<Page<Dispute>> Handle(Query request, CancellationToken cancellationToken)
        {
            var titles = (await loops.AllAsync(cancellationToken)).ToDictionary(
                loop => loop.Name,
                loop => loop.Strategy.Title,
                StringComparer.Ordinal
            );
            if (request.Loop is not null && !titles.ContainsKey(request.Loop))
                throw new NotFoundException($"Loop {request.Loop}");
            var found = await tasks.ListAsync(
                new TiedTasks(request.Loop, Paging.Read(request.Cursor), request.Limit + 1),
                cancellationToken
            );
            if (found.Count == 0)
                return new Page<Dispute>([], Next: null);
            var page = found.Take(request.Limit).ToList();
            var given = (await labels.ListAsync(new CurrentLabelsOf([.. page.Select(task => task.Id)]), cancellationToken)).ToLookup(
                label => label.TaskId
            );
            var photos = (
                await predictions.ListAsync(new PredictionsOfIds([.. page.Select(task => task.PredictionId)]), cancellationToken)
            ).ToDictionary(photo => photo.Id);
            return new Page<Dispute>(
                [
                    .. page.Where(task => photos.ContainsKey(task.PredictionId))
                        .Select(task =>
                            Dispute.From(
                                task,
                                titles.GetValueOrDefault(task.Loop) ?? task.Loop,
                                photos[task.PredictionId],
                                given[task.Id],
                                links
                            )
                        ),
                ],
                found.Count > page.Count ? Paging.CursorOf(page[^1].Id) : null
            );
        }
    }
}

/// <summary>A photo that people label differently.</summary>
public sealed record Dispute
{
    /// <summary>The task.</summary>
    public required Guid TaskId { get; init; }

    /// <summary>Name of the loop.</summary>
    public required string Loop { get; init; }

    /// <summary>The loop's name in words.</summary>
    public required string Title { get; init; }

    /// <summary>Address of the photo, which contains the task's id.</summary>
    public required string Image { get; init; }

    /// <summary>The classes to choose from, in model order.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>When the task was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether one more person is still asked; false when that did not decide the task either.</summary>
    public required bool AsksOneMore { get; init; }

    /// <summary>The labels, oldest first.</summary>
    public required IReadOnlyList<DisputedLabel> Labels { get; init; }

    internal static Dispute From(AnnotationTask task, string title, Prediction photo, IEnumerable<HumanLabel> labels, ILinks links) =>
        new()
        {
            TaskId = task.Id,
            Loop = task.Loop,
            Title = title,
            Image = links.TaskImage(task.Id),
            Classes = photo.Model.Labels,
            CreatedAt = task.CreatedAt,
            AsksOneMore = task.State != TaskState.Disputed,
            Labels =
            [
                .. labels
                    .Where(label => label.AnswerKind is not null && !(task.IsBlind && label.ShowedAnswer))
                    .Select(
                        (label, i) =>
                            new DisputedLabel(
                                $"Annotator {i + 1}",
                                label.AnswerKind!.Value,
                                label.ClassIndex is { } index ? photo.Model.Labels[index] : null,
                                label.CreatedAt,
                                label.Took?.TotalSeconds,
                                label.Note
                            )
                    ),
            ],
        };
}

/// <summary>One of the labels that disagree.</summary>
/// <param name="Annotator">A name with a number that is unique within this photo, so that the administrator does not see who gave the
/// label.</param>
/// <param name="Answer">The kind of the answer.</param>
/// <param name="Class">The class; null unless the answer is a class.</param>
/// <param name="CreatedAt">When the label was given, UTC.</param>
/// <param name="Seconds">How long the person looked; null when unknown.</param>
/// <param name="Note">The annotator's note; null for none.</param>
public sealed record DisputedLabel(
    string Annotator,
    AnswerKind Answer,
    string? Class,
    DateTimeOffset CreatedAt,
    double? Seconds,
    string? Note
);
