using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Synchronises Label Studio and this server for each loop that uses it: repairs the project, imports new tasks and stores annotations as
/// labels. Job <c>sync-label-studio</c>. A fault in one loop does not stop the others.
/// </summary>
public static class SyncStorages
{
    /// <summary>Name of the exclusive lease that is required for every change in Label Studio.</summary>
    internal const string Turn = "label-studio";

    /// <summary>Longest wait of a job for the exclusive lease.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <param name="Progress">Receives the number of task pages that were read; null when it is not needed.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    public sealed record Response
    {
        /// <summary>Parts of projects that were created or repaired.</summary>
        public required int Repaired { get; init; }

        /// <summary>Task objects written, including those written again.</summary>
        public required int Published { get; init; }

        /// <summary>Tasks that Label Studio created.</summary>
        public required int Made { get; init; }

        /// <summary>Objects that Label Studio could not read.</summary>
        public required int Quarantined { get; init; }

        /// <summary>Tasks of Label Studio that were read.</summary>
        public required int Looked { get; init; }

        /// <summary>Number of tasks with annotations, by the outcome of the latest annotation.</summary>
        public required IReadOnlyDictionary<OutputOutcome, int> Outcomes { get; init; }

        /// <summary>Labels that were withdrawn in Label Studio.</summary>
        public required int TakenBack { get; init; }

        /// <summary>Labels that Label Studio had failed to write to the store, whether or not it wrote them again.</summary>
        public required int Unwritten { get; init; }
    }

    internal sealed class Handler(
        LoopCatalogue loops,
        ProjectProvisioner provisioner,
        TaskMaker maker,
        TaskPublisher publisher,
        TaskImporter imports,
        PlatformReader reader,
        IAnnotationPlatform platform,
        IObjectStore store,
        IExclusiveWork exclusive,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        /// <summary>
        /// Time between two reads of all tasks. In between only changed tasks are read, which do not show what was deleted.
        /// </summary>
        private static readonly TimeSpan WholeEvery = TimeSpan.FromMinutes(30);

        /// <summary>
        /// How far a read of changes overlaps the previous one, because changes may become visible later than their timestamps.
        /// </summary>
        private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

        /// <exception cref="PlatformUnavailableException">Label Studio does not answer, or a loop has a fault; finished work is
        /// kept.</exception>
        /// <exception cref="StoreUnavailableException">A store is down; finished work is kept.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var total = new Total();
            var due = await loops.OnAsync(Surface.LabelStudio, cancellationToken);
            if (due.Count == 0)
                return total.ToResponse();
            if (platform.FindHindrance() is { } hindrance)
                throw new PlatformUnavailableException(hindrance);
            await maker.RunAsync(cancellationToken);
            var faults = await exclusive.RunAsync(
                Turn,
                Patience,
                token => SyncAllAsync(due, total, request.Progress, token),
                cancellationToken
            );
            return faults.Count == 0
                ? total.ToResponse()
                : throw new PlatformUnavailableException(string.Join(" ", faults.Distinct(StringComparer.Ordinal)));
        }

        private async Task<IReadOnlyList<string>> SyncAllAsync(
            IReadOnlyList<Loop> due,
            Total total,
            IProgress<JobProgress>? progress,
            CancellationToken cancellationToken
        )
        {
            var faults = new List<string>();
            void Step() => progress?.Report(new JobProgress(++total.Steps, Total: null));
            foreach (var loop in due)
            {
                string? fault;
                try
                {
                    fault = await SyncAsync(loop, total, Step, cancellationToken);
                }
                catch (PlatformUnavailableException e)
                {
                    fault = e.Message;
                }

                await provisioner.ChangeAsync(loop.Name, project => project.Synced(time.GetUtcNow(), fault), cancellationToken);
                if (fault is null)
                    continue;
                logger.LogWarning("Label Studio, {Loop}: {Fault}", loop.Name, fault);
                faults.Add(fault);
            }

            return faults;
        }

        /// <returns>A fault that did not prevent the rest of the sync; null when there was none.</returns>
        private async Task<string?> SyncAsync(Loop loop, Total total, Action step, CancellationToken cancellationToken)
        {
            var (project, state) = await provisioner.EnsureAsync(loop, isAsked: false, cancellationToken);
            total.Repaired += state.Repairs.Count;
            // Ids take less memory than keys: a large project has a hundred thousand of them.
            var objects = await store
                .ListAsync(Buckets.Labels, ExchangePlaces.TasksOf(loop.Name), cancellationToken)
                .Where(found => TaskFile.TaskIn(found.Key) is { } id && TaskFile.AddressOf(loop.Name, id).Key == found.Key)
                .Select(found => TaskFile.TaskIn(found.Key)!.Value)
                .ToHashSetAsync(cancellationToken: cancellationToken);
            await publisher.ReconcileAsync(loop.Name, objects, cancellationToken);
            total.Published += await publisher.PublishAsync(loop, step, cancellationToken);
            var import = await imports.RunAsync(project, cancellationToken);
            (total.Made, total.Quarantined) = (total.Made + import.Made, total.Quarantined + import.Quarantined);

            var now = time.GetUtcNow();
            var began = platform.Now;
            // A storage that is created again imports every object again, and more votes reopen tasks. Neither changes the existing tasks,
            // so reading the changes alone is not enough.
            var isWhole =
                state.Repairs.Count > 0 || project.SeenTo is null || project.ScannedAt is null || now - project.ScannedAt >= WholeEvery;
            var seen = await reader.LookThroughAsync(project, isWhole ? null : project.SeenTo - Overlap, step, cancellationToken);
            total.Add(seen);
            await reader.TidyAsync(project, seen, cancellationToken);
            // The time of the read is used as well. Otherwise a burst of new tasks would be read again and again until somebody labels.
            var seenTo = began > seen.To || seen.To is null ? began : seen.To;
            await provisioner.ChangeAsync(loop.Name, row => row.Scanned(now, isWhole, seenTo), cancellationToken);
            return import.Fault ?? await HealOutputsAsync(loop, project, seen, total, cancellationToken);
        }

        /// <summary>
        /// Makes Label Studio write labels that it failed to write. A sync of the target storage writes all labels again, so it is started
        /// only when one is missing.
        /// </summary>
        private async Task<string?> HealOutputsAsync(
            Loop loop,
            AnnotationProject project,
            PlatformReader.Seen seen,
            Total total,
            CancellationToken cancellationToken
        )
        {
            if (await reader.CountUnwrittenAsync(loop.Name, seen, cancellationToken) is not (> 0 and var unwritten))
                return null;
            total.Unwritten += unwritten;
            var transfer = await platform.ExportAsync(project, cancellationToken);
            var left = await reader.CountUnwrittenAsync(loop.Name, seen, cancellationToken);
            return left == 0
                ? null
                : $"{left} labels of {loop.Strategy.Title} are in Label Studio, but it cannot write them to the object store "
                    + $"({transfer.Reason ?? transfer.End.ToString()}). They were imported directly instead. Check the target storage's "
                    + "bucket and keys.";
        }

        private sealed class Total
        {
            public int Steps { get; set; }

            public int Repaired { get; set; }

            public int Published { get; set; }

            public int Made { get; set; }

            public int Quarantined { get; set; }

            public int Unwritten { get; set; }

            private readonly Dictionary<OutputOutcome, int> outcomes = Enum.GetValues<OutputOutcome>()
                .ToDictionary(outcome => outcome, _ => 0);
            private int looked;
            private int takenBack;

            public void Add(PlatformReader.Seen seen)
            {
                foreach (var (outcome, count) in seen.Outcomes)
                    outcomes[outcome] += count;
                (looked, takenBack) = (looked + seen.Count, takenBack + seen.TakenBack);
            }

            public Response ToResponse() =>
                new()
                {
                    Repaired = Repaired,
                    Published = Published,
                    Made = Made,
                    Quarantined = Quarantined,
                    Looked = looked,
                    Outcomes = outcomes,
                    TakenBack = takenBack,
                    Unwritten = Unwritten,
                };
        }
    }
}
