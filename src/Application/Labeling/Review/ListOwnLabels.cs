using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Lists all decisions of a person, oldest first, also those that were withdrawn or replaced.</summary>
public static class ListOwnLabels
{
    /// <summary>Most labels per page.</summary>
    public const int MostLabels = 500;

    /// <param name="Caller">The person.</param>
    /// <param name="After">Id of the last label of the page before; null for the first page.</param>
    /// <param name="Limit">Labels per page.</param>
    public sealed record Query(Caller Caller, Guid? After = null, int Limit = MostLabels) : IRequest<Response>;

    /// <param name="Items">The labels, oldest first.</param>
    public sealed record Response(IReadOnlyList<OwnLabel> Items);

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator() => RuleFor(query => query.Limit).InclusiveBetween(1, MostLabels).OverridePropertyName("limit");
    }

    internal sealed class Handler(IRepository<HumanLabel> labels, IRepository<AnnotationTask> tasks, IRepository<Prediction> predictions)
        : IRequestHandler<Query, Response>
    {
        /// <exception cref="IdentityNeededException">The caller is anonymous.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var person = request.Caller.RequireIdentity("Listing labels").ToString();
            var page = await labels.ListAsync(new LabelsOfPerson(person, request.After, request.Limit), cancellationToken);
            var taskOf = (
                await tasks.ListAsync(new TasksWithIds([.. page.Select(label => label.TaskId).Distinct()]), cancellationToken)
            ).ToDictionary(task => task.Id);
            var shown = (
                await predictions.ListAsync(
                    new PredictionsWithModels([.. taskOf.Values.Select(task => task.PredictionId).Distinct()]),
                    cancellationToken
                )
            ).ToDictionary(prediction => prediction.Id);
            return new Response([
                .. page.Select(label =>
                {
                    var task = taskOf[label.TaskId];
                    return new OwnLabel
                    {
                        Id = label.Id,
                        TaskId = label.TaskId,
                        Loop = task.Loop,
                        PredictionId = task.PredictionId,
                        Answer = label.AnswerKind,
                        Class = label.ClassIndex is { } index ? shown[task.PredictionId].Model.Labels[index] : null,
                        Note = label.Note,
                        CreatedAt = label.CreatedAt,
                        EndedAt = label.EndedAt,
                    };
                }),
            ]);
        }
    }
}

/// <summary>A decision of a person.</summary>
public sealed record OwnLabel
{
    public required Guid Id { get; init; }

    public required Guid TaskId { get; init; }

    /// <summary>Name of the loop.</summary>
    public required string Loop { get; init; }

    /// <summary>A prediction of the photo.</summary>
    public required Guid PredictionId { get; init; }

    /// <summary>The kind of the answer; null for a skip.</summary>
    public AnswerKind? Answer { get; init; }

    /// <summary>The class; null unless the answer is one.</summary>
    public string? Class { get; init; }

    public string? Note { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the label was withdrawn or replaced, UTC; null while it counts.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
