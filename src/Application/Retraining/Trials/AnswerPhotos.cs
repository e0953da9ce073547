using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Lets models with different networks answer the stored photos of measuring windows, so that they can be compared. Job
/// <c>answer-photos</c>. Each few answers are stored in a step of their own, and a run that was stopped goes on with those that are
/// missing.
/// </summary>
public static class AnswerPhotos
{
    /// <param name="Progress">Receives progress; may be null.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Answered">Number of answers that were computed.</param>
    /// <param name="Begun">Number of trials whose photos are known now.</param>
    /// <param name="Refused">Number of trials that ended because a model cannot answer photos here.</param>
    public sealed record Response(int Answered, int Begun, int Refused);

    internal sealed class Handler(
        IUnitOfWork work,
        IMediator mediator,
        IRepository<ModelTrial> trials,
        IRepository<ModelAnswer> stored,
        IRepository<Prediction> predictions,
        ServingHistory history,
        ModelOpener opener,
        PoolAnswers pool,
        PhotoAnswers photos,
        ModelComparison comparison,
        TrialStart start,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        /// <summary>Photos per step.</summary>
        private const int Batch = 20;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var (answered, begun, refused) = (0, 0, 0);
            foreach (var trial in await trials.ListAsync(new OpenTrials(isPreparing: true), cancellationToken))
            {
                if ((await history.CurrentAsync(cancellationToken)).ModelId != trial.ChampionId)
                {
                    await ChangeAsync(trial.Id, (open, now) => open.End(now), cancellationToken);
                    continue;
                }

                try
                {
                    foreach (var model in new[] { trial.Challenger, trial.Champion })
                        answered += await AnswerAsync(model, trial.NewerThan, answered, request.Progress, cancellationToken);
                    var compared = await comparison.CompareAsync(trial.Challenger, trial.Champion, trial.NewerThan, cancellationToken);
                    await work.RunStepAsync((Handler step) => step.BeginAsync(trial.Id, compared, cancellationToken));
                    begun++;
                }
                catch (Exception e) when (e is UnusableModelException or NotFoundException)
                {
                    logger.LogError(
                        "Model {Challenger} cannot be compared with {Champion}: {Reason}",
                        trial.Challenger.Version,
                        trial.Champion.Version,
                        e.Message
                    );
                    await ChangeAsync(trial.Id, (open, now) => open.EndUnanswered(now), cancellationToken);
                    refused++;
                }
                catch (ServerBusyException)
                {
                    // Requests come first. The next run goes on.
                    logger.LogInformation("Photos are not answered for a comparison now, because the server is busy");
                    break;
                }
            }

            if (begun > 0)
                await mediator.Send(new MakeTasks.Command(), cancellationToken);
            return new Response(answered, begun, refused);
        }

        /// <returns>Number of answers that were computed.</returns>
        private async Task<int> AnswerAsync(
            RegisteredModel model,
            DateTimeOffset? newerThan,
            int before,
            IProgress<JobProgress>? progress,
            CancellationToken cancellationToken
        )
        {
            OpenModel? open = null;
            var answered = 0;
            try
            {
                await foreach (var missing in pool.ReadMissingAsync(model, newerThan, cancellationToken))
                {
                    open ??= await opener.OpenAsync(model, cancellationToken);
                    foreach (var some in missing.Chunk(Batch))
                    {
                        var answers = new List<(Guid, ClassProbabilities?)>();
                        foreach (var prediction in await predictions.ListAsync(new PredictionsWithIds(some), cancellationToken))
                            answers.Add((prediction.Id, await photos.AnswerAsync(prediction, open, cancellationToken)));
                        answered += await work.RunStepAsync((Handler step) => step.StoreAsync(model.Id, answers, cancellationToken));
                        progress?.Report(new JobProgress(before + answered, null));
                    }
                }
            }
            finally
            {
                if (open is not null)
                    await open.DisposeAsync();
            }

            return answered;
        }

        private async Task<int> StoreAsync(
            Guid modelId,
            IReadOnlyList<(Guid PredictionId, ClassProbabilities? Answer)> answers,
            CancellationToken cancellationToken
        )
        {
            Guid[] ids = [.. answers.Select(answer => answer.PredictionId)];
            var wanted = (await predictions.ListAsync(new PredictionsWithIds(ids), cancellationToken)).Select(one => one.Id).ToHashSet();
            wanted.ExceptWith(
                (await stored.ListAsync(new AnswersOfModel(modelId, ids), cancellationToken)).Select(one => one.PredictionId)
            );
            foreach (var (id, answer) in answers.Where(answer => wanted.Contains(answer.PredictionId)))
                stored.Add(ModelAnswer.Computed(modelId, id, answer, time.GetUtcNow()));
            return wanted.Count;
        }

        private async Task<bool> BeginAsync(Guid id, ModelComparison.Result compared, CancellationToken cancellationToken)
        {
            if (await trials.FirstOrDefaultAsync(new TrialById(id), cancellationToken) is not { EndedAt: null, IsPreparing: true } trial)
                return false;
            trial.Complete(compared.Pool);
            await start.DrawAsync(trial, compared, cancellationToken);
            return true;
        }

        private Task<bool> ChangeAsync(Guid id, Action<ModelTrial, DateTimeOffset> change, CancellationToken cancellationToken) =>
            work.RunStepAsync((Handler step) => step.ApplyAsync(id, change, cancellationToken));

        private async Task<bool> ApplyAsync(Guid id, Action<ModelTrial, DateTimeOffset> change, CancellationToken cancellationToken)
        {
            if (await trials.FirstOrDefaultAsync(new TrialById(id), cancellationToken) is { EndedAt: null } trial)
                change(trial, time.GetUtcNow());
            return true;
        }
    }
}
