using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Labeling;

/// <summary>Lists the photos whose answer is known, newest first.</summary>
public static class ListKnownAnswers
{
    /// <summary>Most items.</summary>
    public const int MostItems = 500;

    public sealed record Query : IRequest<Response>;

    /// <param name="Items">The known answers, newest first, at most 500.</param>
    /// <param name="Percent">Percentage of the photos on the review page that are known answers.</param>
    public sealed record Response(IReadOnlyList<KnownAnswerItem> Items, int Percent);

    internal sealed class Handler(
        IRepository<PlantedAnswer> planted,
        IRepository<AnnotationTask> tasks,
        IRepository<Prediction> predictions,
        IOptionsMonitor<LabelingOptions> options
    ) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var known = await planted.ListAsync(new NewestPlantedAnswers(MostItems), cancellationToken);
            var taskOf = (
                await tasks.ListAsync(new TasksWithIds([.. known.Select(answer => answer.TaskId)]), cancellationToken)
            ).ToDictionary(task => task.Id);
            var shown = (
                await predictions.ListAsync(
                    new PredictionsWithModels([.. taskOf.Values.Select(task => task.PredictionId).Distinct()]),
                    cancellationToken
                )
            ).ToDictionary(prediction => prediction.Id);
            return new Response(
                [
                    .. known
                        // A photo may be deleted between the queries.
                        .Where(answer => taskOf.TryGetValue(answer.TaskId, out var task) && shown.ContainsKey(task.PredictionId))
                        .Select(answer => KnownAnswerItem.From(answer, taskOf[answer.TaskId], shown[taskOf[answer.TaskId].PredictionId])),
                ],
                options.CurrentValue.KnownAnswerPercent
            );
        }
    }
}
