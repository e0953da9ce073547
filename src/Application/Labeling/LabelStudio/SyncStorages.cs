using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Brings Label Studio and us into step, for each loop that it hands out: its project is put right, new tasks are brought in, and what people said is taken. Job <c>sync-label-studio</c>. What
/// goes wrong with one loop does not stop the others.
/// </summary>
public static class SyncStorages
{
    /// <summary>The name of the turn that everything takes which changes something in Label Studio.</summary>
    internal const string Turn = "label-studio";

    /// <summary>Longest wait of a job for its turn.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <param name="Progress">Told how many pages of tasks were looked at; null when nobody wants to know.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Repaired">Parts of projects that were made or put right.</param>
    /// <param name="Published">Task objects written, also again.</param>
    /// <param name="Made">Tasks that Label Studio made.</param>
    /// <param name="Quarantined">Objects that Label Studio could not read.</param>
    /// <param name="Looked">Tasks of Label Studio that were looked at.</param>
    /// <param name="Outcomes">How many of them had annotations, by what came of the latest.</param>
    /// <param name="TakenBack">Labels that were taken back there.</param>
    /// <param name="Unwritten">Labels that Label Studio had failed to write to the store, and wrote again or not.</param>
    public sealed record Response(
        int Repaired,
        int Published,
        int Made,
        int Quarantined,
        int Looked,
        IReadOnlyDictionary<OutputOutcome, int> Outcomes,
        int TakenBack,
        int Unwritten
    );

    internal sealed class Handler(
        LoopBook loops,
        ProjectKeeper keeper,
        TaskMaker maker,
        TaskPublisher publisher,
        ImportDesk imports,
        PlatformDesk desk,
        IAnnotationPlatform platform,
        IObjectStore store,
        IExclusiveWork exclusive,
        TimeProvider time,
        ILogger<Handler> logger
    ) : IRequestHandler<Command, Response>
    {
        /// <summary>How long changes alone are looked at before all tasks are: what is gone shows in the whole only.</summary>
        private static readonly TimeSpan WholeEvery = TimeSpan.FromMinutes(30);

        /// <summary>Changes may become visible later than they say.</summary>
        private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

        /// <exception cref="PlatformUnavailableException">Label Studio does not answer, or something is wrong with a loop; what was done counts.</exception>
        /// <exception cref="StoreUnavailableException">A store is away; what was done counts.</exception>
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

                await keeper.ChangeAsync(loop.Name, project => project.Synced(time.GetUtcNow(), fault), cancellationToken);
                if (fault is null)
                    continue;
                logger.LogWarning("Label Studio, {Loop}: {Fault}", loop.Name, fault);
                faults.Add(fault);
            }

            return faults;
        }

        /// <returns>What went wrong without keeping the rest from being done; null when nothing did.</returns>
        private async Task<string?> SyncAsync(Loop loop, Total total, Action step, CancellationToken cancellationToken)
        {
            var (project, state) = await keeper.EnsureAsync(loop, cancellationToken);
            total.Repaired += state.Repairs.Count;
            var keys = await store
                .ListAsync(Buckets.Labels, ExchangePlaces.TasksOf(loop.Name), cancellationToken)
                .Select(found => found.Key)
                .ToHashSetAsync(StringComparer.Ordinal, cancellationToken: cancellationToken);
            await publisher.ReconcileAsync(loop.Name, keys, cancellationToken);
            total.Published += await publisher.PublishAsync(loop, step, cancellationToken);
            var import = await imports.RunAsync(project, cancellationToken);
            (total.Made, total.Quarantined) = (total.Made + import.Made, total.Quarantined + import.Quarantined);

            var now = time.GetUtcNow();
            var isWhole = project.SeenTo is null || project.ScannedAt is null || now - project.ScannedAt >= WholeEvery;
            var seen = await desk.LookThroughAsync(project, isWhole ? null : project.SeenTo - Overlap, step, cancellationToken);
            total.Add(seen);
            await keeper.ChangeAsync(loop.Name, row => row.Scanned(now, isWhole, seen.To), cancellationToken);
            return import.Fault ?? await HealOutputsAsync(loop, project, seen, total, cancellationToken);
        }

        /// <summary>Labels whose writing failed are written by a sync of the target storage, which writes all of them: it is asked only when one is missing.</summary>
        private async Task<string?> HealOutputsAsync(
            Loop loop,
            AnnotationProject project,
            PlatformDesk.Seen seen,
            Total total,
            CancellationToken cancellationToken
        )
        {
            if (await desk.CountUnwrittenAsync(loop.Name, seen, cancellationToken) is not (> 0 and var unwritten))
                return null;
            total.Unwritten += unwritten;
            var transfer = await platform.ExportAsync(project, cancellationToken);
            var left = await desk.CountUnwrittenAsync(loop.Name, seen, cancellationToken);
            return left == 0
                ? null
                : $"{left} labels of {loop.Strategy.Title} are in Label Studio, but it cannot write them to the object store ({transfer.Reason ?? transfer.End.ToString()}). They were taken from it directly; check the target storage's bucket and keys.";
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

            public void Add(PlatformDesk.Seen seen)
            {
                foreach (var (outcome, count) in seen.Outcomes)
                    outcomes[outcome] += count;
                (looked, takenBack) = (looked + seen.Count, takenBack + seen.TakenBack);
            }

            public Response ToResponse() => new(Repaired, Published, Made, Quarantined, looked, outcomes, takenBack, Unwritten);
        }
    }
}
