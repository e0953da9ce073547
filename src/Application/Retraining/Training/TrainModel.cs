using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Runs the queued trainings, one at a time on all nodes. Job <c>train-model</c>. An interrupted training starts over. The model is
/// registered in the same commit that ends the training.
/// </summary>
public static class TrainModel
{
    /// <param name="RunId">The only training to run; null for all that are queued.</param>
    /// <param name="Progress">Receives the progress; null when it is not needed.</param>
    public sealed record Command(Guid? RunId = null, IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Trained">Number of models registered.</param>
    /// <param name="Failed">Number of trainings that failed.</param>
    /// <param name="Cancelled">Number of trainings that were cancelled.</param>
    public sealed record Response(int Trained, int Failed, int Cancelled);

    internal sealed class Handler(
        IExclusiveWork exclusive,
        IUnitOfWork work,
        IRepository<TrainingRun> runs,
        IRepository<RegisteredModel> registered,
        IRepository<ModelVersion> versions,
        ServingHistory history,
        ITrainingSetReader datasets,
        IReferenceReader reference,
        MeasuredPhotos measured,
        IHeadFiles files,
        IModelSwitch models,
        IModelTrainer program,
        IDatasetPhotos photos,
        FolderImport folders,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

        /// <summary>How often a running training looks whether it was cancelled.</summary>
        private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

        /// <exception cref="ConflictException">Another training ran during the whole wait.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            // Taking the turn writes, so it is taken only if there is something to do.
            await runs.CountAsync(new OpenTrainings(), cancellationToken) > 0
                ? await exclusive.RunAsync("train-model", Patience, token => RunAsync(request, token), cancellationToken)
                : new Response(Trained: 0, Failed: 0, Cancelled: 0);

        private async Task<Response> RunAsync(Command request, CancellationToken cancellationToken)
        {
            var ended = new List<TrainingState>();
            foreach (var run in await runs.ListAsync(new OpenTrainings(), cancellationToken))
            {
                if (request.RunId is null || run.Id == request.RunId)
                    ended.Add(await TrainAsync(run, request.Progress, cancellationToken));
            }

            return new Response(
                ended.Count(state => state == TrainingState.Succeeded),
                ended.Count(state => state == TrainingState.Failed),
                ended.Count(state => state == TrainingState.Cancelled)
            );
        }

        private async Task<TrainingState> TrainAsync(TrainingRun run, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
        {
            if (!await work.RunStepAsync((Handler step) => step.StartAsync(run.Id, cancellationToken)))
                return TrainingState.Cancelled;
            try
            {
                var parent = (await history.CurrentAsync(cancellationToken)).Model;
                if (run.Trainer == Trainer.Program)
                    return await RunProgramAsync(run, parent, progress, cancellationToken);
                var (set, newest) = await ReadAsync(run, parent, cancellationToken);
                var trained = await WatchAsync(
                    run,
                    (steps, stop) => Task.Run(() => HeadSelection.Train(set, steps, stop), CancellationToken.None),
                    progress,
                    cancellationToken
                );
                if (trained is null)
                    return await EndAsync(run.Id, (open, now) => open.Stop(now), cancellationToken);
                // Hashed before the step, because it reads the model file, and a step may be repeated.
                var sha256 = files.HashWith(trained.Head);
                var report = JsonSerializer.Serialize(TrainingReport.Of(trained, models.Base.Labels), TrainingReport.Json);
                var lineage = new Lineage(parent.Id, run.DatasetId, report, newest, run.By);
                return await RegisterAsync(
                    run.Id,
                    (step, now) => step.CreateAsync(trained, sha256, lineage, now, cancellationToken),
                    cancellationToken
                );
            }
            catch (Exception e) when (e is TrainingRefusedException or UnusableModelException or NotFoundException or ConflictException)
            {
                return await EndAsync(run.Id, (open, now) => open.Fail(e.Message, now), cancellationToken);
            }
            catch (Exception e) when (e is not (OperationCanceledException or StoreUnavailableException or ConcurrentChangeException))
            {
                logger.LogError(e, "Training {RunId} failed", run.Id);
                return await EndAsync(run.Id, (open, now) => open.Fail($"The training broke off: {e.Message}", now), cancellationToken);
            }
        }

        /// <returns>False when the training was cancelled meanwhile.</returns>
        private async Task<bool> StartAsync(Guid id, CancellationToken cancellationToken)
        {
            var run = await runs.FirstOrDefaultAsync(new TrainingById(id), cancellationToken);
            if (run is not { HasEnded: false })
                return false;
            if (run.IsCancelling)
            {
                run.Stop(time.GetUtcNow());
                return false;
            }

            run.Start(time.GetUtcNow());
            return true;
        }

        private async Task<(HeadTrainingRequest Request, DateTimeOffset? NewestPhotoAt)> ReadAsync(
            TrainingRun run,
            RegisteredModel parent,
            CancellationToken cancellationToken
        )
        {
            var network = models.Base;
            var summary = await datasets.SummarizeAsync(run.DatasetId, network.Backbone, cancellationToken);
            if (!summary.Classes.SequenceEqual(network.Labels, StringComparer.Ordinal))
                throw new TrainingRefusedException(
                    "The dataset version has other classes than the model. Build a version for the classes of the model that serves."
                );
            var items = ImmutableArray.CreateBuilder<TrainingPhoto>(summary.Photos);
            DateTimeOffset? newest = null;
            await foreach (var item in datasets.ReadAsync(summary, cancellationToken))
            {
                // Photos for testing take no part. The regularisation is chosen by folds, so those for tuning train too.
                if (item.Split == DatasetSplit.Test)
                    continue;
                items.Add(
                    new TrainingPhoto(
                        [.. item.Embedding],
                        item.Target ?? TrainingPhoto.OneHot(item.ClassIndex, network.Labels.Length),
                        item.Weight,
                        item.Group,
                        network.Backbone
                    )
                );
                var at = OrphanScan.TimeOf(item.PredictionId);
                newest = newest > at ? newest : at;
            }

            var request = new HeadTrainingRequest
            {
                Labels = network.Labels,
                Backbone = network.Backbone,
                Photos = items.ToImmutable(),
                Reference = reference.Read(),
                Champion = ComparedModel.HeadOf(parent, models),
                Temperature = parent.Model.Temperature,
                Measured = await measured.ReadAsync(network, newest, cancellationToken),
                L2 = run.L2,
                MatchesShares = run.MatchesShares,
            };
            await ReportAsync(
                run.Id,
                new TrainingProgress(
                    0,
                    0,
                    $"{items.Count} labelled photos, {summary.WithoutEmbedding} without an embedding, "
                        + $"{request.Reference?.Replay.Length ?? 0} photos of the original training"
                ),
                cancellationToken
            );
            return (request, newest);
        }

        /// <summary>Has the team's program train a model, and registers what it made.</summary>
        private async Task<TrainingState> RunProgramAsync(
            TrainingRun run,
            RegisteredModel parent,
            IProgress<JobProgress>? progress,
            CancellationToken cancellationToken
        )
        {
            var version = await NextVersionAsync($"{models.Base.Version}-program.", cancellationToken);
            var dataset = await photos.FindAsync(run.DatasetId, cancellationToken);
            await using var folder = await program.PrepareAsync(new TrainerJob(run.Id, version, parent, dataset), cancellationToken);
            await ReportAsync(run.Id, new TrainingProgress(0, 0, $"{folder.Photos} photos for the trainer program"), cancellationToken);
            var directory = await WatchAsync(run, folder.RunAsync, progress, cancellationToken);
            if (directory is null)
                return await EndAsync(run.Id, (open, now) => open.Stop(now), cancellationToken);
            var made = await folders.KeepAsync(directory, cancellationToken);
            var newest = folder.NewestPrediction is { } prediction ? OrphanScan.TimeOf(prediction) : (DateTimeOffset?)null;
            var lineage = new Lineage(parent.Id, run.DatasetId, made.Report, newest, run.By);
            return await RegisterAsync(run.Id, (step, now) => step.CreateAsync(made, lineage, now, cancellationToken), cancellationToken);
        }

        /// <summary>Waits for a training, records its progress, and stops it when a person cancels it.</summary>
        /// <returns>Null when the training was cancelled.</returns>
        private async Task<T?> WatchAsync<T>(
            TrainingRun run,
            Func<IProgress<TrainingProgress>, CancellationToken, Task<T>> train,
            IProgress<JobProgress>? progress,
            CancellationToken cancellationToken
        )
            where T : class
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var steps = new ProgressQueue();
            var training = train(steps, stop.Token);
            using var timer = new PeriodicTimer(Look, time);
            var ticking = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
            var isCancelled = false;
            while (await Task.WhenAny(training, ticking) == ticking)
            {
                ticking = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
                await ReportAllAsync();
                isCancelled = (await runs.FirstOrDefaultAsync(new TrainingById(run.Id), cancellationToken)) is not { IsCancelling: false };
                if (isCancelled)
                    await stop.CancelAsync();
            }

            try
            {
                return await training;
            }
            catch (OperationCanceledException) when (isCancelled && !cancellationToken.IsCancellationRequested)
            {
                return null;
            }
            finally
            {
                await ReportAllAsync();
            }

            async Task ReportAllAsync()
            {
                if (steps.Take() is not [.., var last] all)
                    return;
                progress?.Report(new JobProgress(last.Step, last.Of));
                await work.RunStepAsync((Handler step) => step.RecordAsync(run.Id, all, cancellationToken));
            }
        }

        private Task<bool> ReportAsync(Guid id, TrainingProgress progress, CancellationToken cancellationToken) =>
            work.RunStepAsync((Handler step) => step.RecordAsync(id, [progress], cancellationToken));

        private async Task<bool> RecordAsync(Guid id, IReadOnlyList<TrainingProgress> progress, CancellationToken cancellationToken)
        {
            var run = await runs.FirstOrDefaultAsync(new TrainingById(id), cancellationToken);
            foreach (var one in progress)
                run?.Report(one, time.GetUtcNow());
            return true;
        }

        private Task<TrainingState> EndAsync(Guid id, Action<TrainingRun, DateTimeOffset> end, CancellationToken cancellationToken) =>
            work.RunStepAsync((Handler step) => step.ChangeAsync(id, end, cancellationToken));

        private async Task<TrainingState> ChangeAsync(
            Guid id,
            Action<TrainingRun, DateTimeOffset> change,
            CancellationToken cancellationToken
        )
        {
            var run = (await runs.FirstOrDefaultAsync(new TrainingById(id), cancellationToken))!;
            change(run, time.GetUtcNow());
            return run.State;
        }

        /// <summary>Registers a model and ends its training in one step, unless the training was cancelled meanwhile.</summary>
        private Task<TrainingState> RegisterAsync(
            Guid id,
            Func<Handler, DateTimeOffset, Task<RegisteredModel>> createAsync,
            CancellationToken cancellationToken
        ) => work.RunStepAsync((Handler step) => step.AddAsync(id, createAsync, cancellationToken));

        private async Task<TrainingState> AddAsync(
            Guid id,
            Func<Handler, DateTimeOffset, Task<RegisteredModel>> createAsync,
            CancellationToken cancellationToken
        )
        {
            var run = (await runs.FirstOrDefaultAsync(new TrainingById(id), cancellationToken))!;
            var now = time.GetUtcNow();
            if (run.IsCancelling)
            {
                run.Stop(now);
                return run.State;
            }

            var model = await createAsync(this, now);
            registered.Add(model);
            run.Succeed(model.Id, now);
            return run.State;
        }

        private async Task<RegisteredModel> CreateAsync(
            TrainedHead trained,
            string sha256,
            Lineage lineage,
            DateTimeOffset now,
            CancellationToken cancellationToken
        )
        {
            var network = models.Base;
            var version = ModelVersion.Register(
                network.Name,
                await NextVersionAsync($"{network.Version}.", cancellationToken),
                network.Variant,
                sha256,
                trained.Temperature.Value,
                network.Labels,
                now
            );
            versions.Add(version);
            return RegisteredModel.Trained(version, network.Backbone, trained.Head, lineage, now);
        }

        private async Task<RegisteredModel> CreateAsync(
            FolderImport.Folder made,
            Lineage lineage,
            DateTimeOffset now,
            CancellationToken cancellationToken
        ) => RegisteredModel.Imported(await folders.RegisterAsync(made.Model, now, cancellationToken), lineage, now);

        /// <summary>Returns the next free version with a prefix: the number after it counts the models.</summary>
        private async Task<string> NextVersionAsync(string prefix, CancellationToken cancellationToken)
        {
            var numbers = (await registered.ListAsync(new AllRegisteredModels(), cancellationToken))
                .Where(model => model.Version.StartsWith(prefix, StringComparison.Ordinal))
                .Select(model =>
                    int.TryParse(model.Version.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0
                );
            return string.Create(CultureInfo.InvariantCulture, $"{prefix}{numbers.DefaultIfEmpty().Max() + 1}");
        }
    }

    /// <summary>Passes progress from the training's thread to the one that stores it. Of very much, only the latest is kept.</summary>
    private sealed class ProgressQueue : IProgress<TrainingProgress>
    {
        private readonly Lock gate = new();
        private readonly Queue<TrainingProgress> queue = [];

        public void Report(TrainingProgress value)
        {
            lock (gate)
            {
                if (queue.Count == TrainingRun.LogLines)
                    queue.Dequeue();
                queue.Enqueue(value);
            }
        }

        public TrainingProgress[] Take()
        {
            lock (gate)
            {
                TrainingProgress[] all = [.. queue];
                queue.Clear();
                return all;
            }
        }
    }
}
