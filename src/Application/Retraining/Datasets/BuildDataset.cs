using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Builds the requested dataset versions, one at a time on all nodes, and writes their manifests. Job <c>build-dataset</c>. An interrupted
/// build starts over in the next run. A build with the content of an earlier version adds nothing.
/// </summary>
public static class BuildDataset
{
    /// <param name="BuildId">The only version to build; null for all that were requested.</param>
    /// <param name="Progress">Receives the progress; null when it is not needed.</param>
    public sealed record Command(Guid? BuildId = null, IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Built">Number of versions built.</param>
    /// <param name="Photos">Number of photos in these versions.</param>
    /// <param name="Failed">Number of versions that could not be built.</param>
    /// <param name="Manifests">Number of manifests written.</param>
    public sealed record Response(int Built, int Photos, int Failed, int Manifests);

    internal sealed class Handler(
        IExclusiveWork exclusive,
        IUnitOfWork work,
        IRepository<DatasetVersion> versions,
        IRepository<DatasetItem> items,
        IRepository<Prediction> predictions,
        IDatasetSource source,
        DatasetAssembler assembler,
        DatasetManifest manifest,
        IMediator mediator,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        private const int Batch = 500;
        private const int Attempts = 5;

        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

        /// <exception cref="ConflictException">Another build ran during the whole wait.</exception>
        /// <exception cref="StoreUnavailableException">A store is down; the next run continues.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            // The lease is a write, which a run without work must not cost.
            await versions.CountAsync(new VersionsToDo(), cancellationToken) == 0
                ? new Response(Built: 0, Photos: 0, Failed: 0, Manifests: 0)
                : await exclusive.RunAsync("build-dataset", Patience, token => RunAsync(request, token), cancellationToken);

        private async Task<Response> RunAsync(Command request, CancellationToken cancellationToken)
        {
            var (built, photos, failed) = (0, 0, 0);
            foreach (var waiting in await versions.ListAsync(new UnfinishedBuilds(), cancellationToken))
            {
                if (request.BuildId is { } only && waiting.Id != only)
                    continue;
                var done = await BuildAsync(waiting, request.Progress, cancellationToken);
                (built, photos, failed) =
                    done.State == DatasetState.Ready
                        ? (built + 1, photos + (done.Counts?.Photos ?? 0), failed)
                        : (built, photos, failed + 1);
            }

            return new Response(built, photos, failed, await manifest.WriteDueAsync(cancellationToken));
        }

        private async Task<DatasetVersion> BuildAsync(
            DatasetVersion version,
            IProgress<JobProgress>? progress,
            CancellationToken cancellationToken
        )
        {
            try
            {
                if (version.Options.ClosesWindow)
                {
                    await mediator.Send(new SampleRandom.Command(), cancellationToken);
                    await mediator.Send(new MakeTasks.Command(), cancellationToken);
                }

                for (var attempt = 1; attempt <= Attempts; attempt++)
                {
                    if (await TryBuildAsync(version, progress, cancellationToken) is { } done)
                        return done;
                }

                return await FailAsync(version.Id, "Photos were deleted during each attempt. Build the version again.", cancellationToken);
            }
            catch (Exception e)
                when (e is not (OperationCanceledException or StoreUnavailableException or ConcurrentChangeException or ConflictException))
            {
                logger.LogError(e, "Dataset version {BuildId} could not be built", version.Id);
                return await FailAsync(version.Id, $"The version could not be built: {e.Message}", cancellationToken);
            }
        }

        /// <returns>Null when a photo was deleted during the build, so that it must start over.</returns>
        private async Task<DatasetVersion?> TryBuildAsync(
            DatasetVersion version,
            IProgress<JobProgress>? progress,
            CancellationToken cancellationToken
        )
        {
            while (await work.RunStepAsync((Handler step) => step.ClearAsync(version.Id, cancellationToken)) > 0)
            {
                // An interrupted build left rows; they are removed batch by batch.
            }

            var draft = await assembler.AssembleAsync(version.Options, version.Classes, progress, cancellationToken);
            if (draft.Items.Count == 0)
                return await FailAsync(version.Id, DatasetWords.WhyEmpty(draft.Counts.LeftOut), cancellationToken);
            var contentId = DatasetContent.IdOf(version.Classes, draft.Items.Select(item => DatasetContent.HashOf(item.Row)));
            if (await versions.FirstOrDefaultAsync(new VersionWithContent(contentId), cancellationToken) is null)
            {
                foreach (var batch in draft.Items.Index().Chunk(Batch))
                {
                    if (!await work.RunStepAsync((Handler step) => step.AddAsync(version.Id, batch, cancellationToken)))
                        return null;
                    progress?.Report(new JobProgress(batch[^1].Index + 1, draft.Items.Count));
                }
            }

            return await work.RunStepAsync((Handler step) => step.CompleteAsync(version.Id, contentId, draft.Counts, cancellationToken));
        }

        private async Task<int> ClearAsync(Guid versionId, CancellationToken cancellationToken)
        {
            var left = await items.ListAsync(new ItemsToClear(versionId, Batch), cancellationToken);
            foreach (var item in left)
                items.Remove(item);
            return left.Count;
        }

        private async Task<bool> AddAsync(Guid versionId, (int Index, DraftItem Item)[] batch, CancellationToken cancellationToken)
        {
            var ids = batch.Select(one => one.Item.PredictionId).ToList();
            if (await predictions.CountAsync(new PredictionsWithIds(ids), cancellationToken) < ids.Distinct().Count())
                return false;
            foreach (var (index, item) in batch)
                items.Add(DatasetItem.Of(versionId, index, item.Row, item.PredictionId, item.LabelIds));
            return true;
        }

        private async Task<DatasetVersion?> CompleteAsync(
            Guid versionId,
            string contentId,
            DatasetCounts counts,
            CancellationToken cancellationToken
        )
        {
            // A deletion that overlapped with the step that added the photo saw no row to remove.
            if (await source.HasDeletedAsync(versionId, cancellationToken))
                return null;
            var version = (await versions.FirstOrDefaultAsync(new VersionOfBuild(versionId), cancellationToken))!;
            if (await versions.FirstOrDefaultAsync(new VersionWithContent(contentId), cancellationToken) is { } existing)
                version.CompleteAs(existing, time.GetUtcNow());
            else
            {
                var newest = await versions.FirstOrDefaultAsync(new NewestVersion(), cancellationToken);
                version.Complete(contentId, (newest?.Number ?? 0) + 1, counts, time.GetUtcNow());
                work.AfterCommit(() =>
                    logger.LogInformation(
                        "Built dataset version {Number} ({ContentId}) of {Photos} photos",
                        version.Number,
                        contentId,
                        counts.Photos
                    )
                );
            }

            return version;
        }

        private Task<DatasetVersion> FailAsync(Guid versionId, string reason, CancellationToken cancellationToken) =>
            work.RunStepAsync((Handler step) => step.MarkFailedAsync(versionId, reason, cancellationToken));

        private async Task<DatasetVersion> MarkFailedAsync(Guid versionId, string reason, CancellationToken cancellationToken)
        {
            var version = (await versions.FirstOrDefaultAsync(new VersionOfBuild(versionId), cancellationToken))!;
            version.Fail(reason, time.GetUtcNow());
            return version;
        }
    }
}
