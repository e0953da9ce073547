using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>
/// Reads the windows of a period along their index by date, and the drawn photos along the index of selections by window.
/// </summary>
internal sealed class SampleReader(GourmetGramDbContext context) : ISampleReader
{
    private static readonly string Loop = RandomSampleLoop.Name;

    public Task<IReadOnlyList<ModelVersion>> ListModelVersionsAsync(CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyList<ModelVersion>>(async () =>
            await context.Set<ModelVersion>().AsNoTracking().OrderBy(model => model.Id).ToListAsync(cancellationToken)
        );

    public Task<Sample> ReadAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        DateTimeOffset skippedBefore,
        DateTimeOffset? knownBefore,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync(async () =>
        {
            var windows = context
                .Set<SamplingWindow>()
                .AsNoTracking()
                .Where(w => w.ModelVersionId != null && w.LastPhotoAt >= from && w.LastPhotoAt < until);
            if (modelVersionIds is not null)
                windows = windows.Where(w => modelVersionIds.Contains(w.ModelVersionId!.Value));
            if (knownBefore is { } closed)
                windows = windows.Where(w => w.ClosedAt < closed);
            var rows = await ReadWindowsAsync(windows, cancellationToken);
            var ids = rows.Select(window => window.Id).ToHashSet();
            var draws = (
                await context.Set<ExtraDraw>().AsNoTracking().Where(d => d.Loop == Loop).OrderBy(d => d.Id).ToListAsync(cancellationToken)
            )
                .Where(draw => draw.Windows.Any(ids.Contains) && (knownBefore is null || draw.CreatedAt < knownBefore))
                .ToList();
            var drawn = await ReadDrawnAsync(windows, cancellationToken);
            var isDrawn = draws.Select(draw => (Guid?)draw.Id).Append(null).ToHashSet();
            var erased = await ReadErasedAsync(windows, cancellationToken);
            var trials = draws.Exists(draw => draw.TrialId is not null)
                ? await ReadTrialsAsync(windows, cancellationToken)
                : Array.Empty<Guid>().ToLookup(id => id);
            if (knownBefore is not { } moment)
                return new Sample(
                    rows,
                    await CountLabelsAsync(draws, cancellationToken),
                    [.. drawn.Select(row => row.ToPhoto(row.Now, row.TaskCreatedAt < skippedBefore, trials)), .. erased]
                );
            var (known, counts) = await ReadKnownAsync(windows, draws, moment, cancellationToken);
            return new Sample(
                rows,
                [.. draws.Select(draw => new SampledDraw(draw, counts.GetValueOrDefault(draw.Id)))],
                [
                    .. drawn
                        .Where(row => isDrawn.Contains(row.DrawId))
                        .Select(row => row.ToPhoto(row.Then(known, moment), row.TaskCreatedAt < skippedBefore, trials)),
                    .. erased.Where(photo => isDrawn.Contains(photo.DrawId)),
                ]
            );
        });

    private async Task<IReadOnlyList<SampledWindow>> ReadWindowsAsync(
        IQueryable<SamplingWindow> windows,
        CancellationToken cancellationToken
    )
    {
        var rows = await windows
            .OrderBy(w => w.LastPhotoAt)
            .ThenBy(w => w.Id)
            .Select(w => new
            {
                w.Id,
                w.ModelVersionId,
                w.LastPhotoAt,
                Drawn = context.Set<WindowDraw>().Where(d => d.WindowId == w.Id && d.Loop == Loop).Sum(d => d.Taken),
            })
            .ToListAsync(cancellationToken);
        var cells = (
            await context
                .Set<WindowCell>()
                .AsNoTracking()
                .Join(windows, c => c.WindowId, w => w.Id, (c, _) => c)
                .ToListAsync(cancellationToken)
        ).ToLookup(cell => cell.WindowId);
        return
        [
            .. rows.Select(row => new SampledWindow(
                row.Id,
                row.ModelVersionId!.Value,
                row.LastPhotoAt!.Value,
                [.. FineCell.All.Select(cell => cells[row.Id].Where(count => count.Cell == cell.Index).Sum(count => count.Photos))],
                [.. FineCell.All.Select(cell => cells[row.Id].Where(count => count.Cell == cell.Index).Sum(count => count.MeanConfidence))],
                row.Drawn
            )),
        ];
    }

    private async Task<IReadOnlyList<SampledDraw>> CountLabelsAsync(List<ExtraDraw> draws, CancellationToken cancellationToken)
    {
        if (draws.Count == 0)
            return [];
        var ids = draws.ConvertAll(draw => (Guid?)draw.Id);
        var labelled = await context
            .Set<Selection>()
            .Where(s => ids.Contains(s.DrawId))
            .Join(
                context.Set<AnnotationTask>(),
                s => new { s.PhotoSha256, s.Loop },
                t => new { t.PhotoSha256, t.Loop },
                (s, t) => new { s.DrawId, t.BlindAnswerKind }
            )
            .Where(row => row.BlindAnswerKind == AnswerKind.Class || row.BlindAnswerKind == AnswerKind.None)
            .GroupBy(row => row.DrawId)
            .Select(g => new { Id = g.Key!.Value, Count = g.Count() })
            .ToDictionaryAsync(g => g.Id, g => g.Count, cancellationToken);
        return [.. draws.Select(draw => new SampledDraw(draw, labelled.GetValueOrDefault(draw.Id)))];
    }

    /// <summary>Reads what the labels said at an earlier moment.</summary>
    /// <returns>The answers of the tasks, by id, and the number of labelled photos of each draw.</returns>
    private async Task<(IReadOnlyDictionary<Guid, Answered> Answers, IReadOnlyDictionary<Guid, int> Counts)> ReadKnownAsync(
        IQueryable<SamplingWindow> windows,
        List<ExtraDraw> draws,
        DateTimeOffset moment,
        CancellationToken cancellationToken
    )
    {
        var ids = draws.ConvertAll(draw => (Guid?)draw.Id);
        var selections = context
            .Set<Selection>()
            .Where(s => s.Loop == Loop && (windows.Any(w => w.Id == s.WindowId) || ids.Contains(s.DrawId)));
        var found = await selections
            .Join(
                context.Set<AnnotationTask>().Where(t => t.CreatedAt < moment),
                s => new { s.PhotoSha256, s.Loop },
                t => new { t.PhotoSha256, t.Loop },
                (s, t) => new { s.DrawId, Task = t }
            )
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        var labels = (
            await selections
                .Join(context.Set<AnnotationTask>(), s => new { s.PhotoSha256, s.Loop }, t => new { t.PhotoSha256, t.Loop }, (_, t) => t.Id)
                .Distinct()
                .Join(context.Labels().Where(l => l.CreatedAt < moment), id => id, l => l.TaskId, (_, l) => l)
                .AsNoTracking()
                .ToListAsync(cancellationToken)
        ).ToLookup(label => label.TaskId);
        var answers = found
            .DistinctBy(row => row.Task.Id)
            .ToDictionary(
                row => row.Task.Id,
                row =>
                {
                    var (state, blind) = row.Task.AsKnownBefore([.. labels[row.Task.Id]], moment);
                    return new Answered(state, blind?.Kind, blind?.ClassIndex);
                }
            );
        var counts = found
            .Where(row => row.DrawId is not null && answers[row.Task.Id].BlindKind is AnswerKind.Class or AnswerKind.None)
            .CountBy(row => row.DrawId!.Value)
            .ToDictionary();
        return (answers, counts);
    }

    private async Task<List<DrawnRow>> ReadDrawnAsync(IQueryable<SamplingWindow> windows, CancellationToken cancellationToken)
    {
        var rows = await (
            from window in windows
            join selection in context.Set<Selection>() on window.Id equals selection.WindowId
            where selection.Loop == Loop
            join prediction in context.Set<Prediction>() on selection.PredictionId equals prediction.Id
            where prediction.WindowCell != null
            join task in context.Set<AnnotationTask>()
                on new { selection.PhotoSha256, selection.Loop } equals new { task.PhotoSha256, task.Loop }
                into tasks
            from task in tasks.DefaultIfEmpty()
            select new DrawnRow
            {
                PredictionId = prediction.Id,
                WindowId = window.Id,
                WindowCell = prediction.WindowCell!.Value,
                DrawId = selection.DrawId,
                WithdrawnAt = selection.WithdrawnAt,
                PredictedIndex = prediction.PredictedIndex,
                Confidence = prediction.Confidence,
                Maker = prediction.Maker,
                Tags = prediction.Tags,
                TaskId = (Guid?)task.Id,
                TaskCreatedAt = (DateTimeOffset?)task.CreatedAt,
                State = (TaskState?)task.State,
                BlindKind = task.BlindAnswerKind,
                BlindIndex = task.BlindClassIndex,
            }
        ).ToListAsync(cancellationToken);
        // SQLite would sort the rows with all their columns, in a third of the query's time.
        rows.Sort((one, other) => one.PredictionId.CompareTo(other.PredictionId));
        return rows;
    }

    private async Task<List<DrawnPhoto>> ReadErasedAsync(IQueryable<SamplingWindow> windows, CancellationToken cancellationToken) =>
        (
            await context
                .Set<ErasedDraw>()
                .Where(e => e.Loop == Loop)
                .Join(windows, e => e.WindowId, w => w.Id, (e, _) => e)
                .AsNoTracking()
                .ToListAsync(cancellationToken)
        ).ConvertAll(row => new DrawnPhoto
        {
            PredictionId = row.PredictionId,
            WindowId = row.WindowId,
            Cell = FineCell.Of(row.Cell),
            DrawId = row.DrawId,
            State = DrawnState.Unusable,
        });

    /// <summary>Returns for each drawn photo the trials in which two models disagree on it.</summary>
    private async Task<ILookup<Guid, Guid>> ReadTrialsAsync(IQueryable<SamplingWindow> windows, CancellationToken cancellationToken) =>
        (
            await (
                from window in windows
                join selection in context.Set<Selection>() on window.Id equals selection.WindowId
                where selection.Loop == Loop
                join disagreement in context.Set<Disagreement>() on selection.PredictionId equals disagreement.PredictionId
                select new { disagreement.PredictionId, disagreement.TrialId }
            ).ToListAsync(cancellationToken)
        ).ToLookup(row => row.PredictionId, row => row.TrialId);

    /// <summary>What the labels of a task say at some moment.</summary>
    /// <param name="State">State of the task; null if there is no task.</param>
    /// <param name="BlindKind">Kind of the blind answer; null if there is none.</param>
    /// <param name="BlindIndex">Class of the blind answer.</param>
    private sealed record Answered(TaskState? State, AnswerKind? BlindKind, int? BlindIndex);

    private sealed record DrawnRow
    {
        public required Guid PredictionId { get; init; }

        public required Guid WindowId { get; init; }

        public required int WindowCell { get; init; }

        public required Guid? DrawId { get; init; }

        public required DateTimeOffset? WithdrawnAt { get; init; }

        public required int PredictedIndex { get; init; }

        public required float Confidence { get; init; }

        public required Actor? Maker { get; init; }

        public required PhotoTags? Tags { get; init; }

        public required Guid? TaskId { get; init; }

        public required DateTimeOffset? TaskCreatedAt { get; init; }

        public required TaskState? State { get; init; }

        public required AnswerKind? BlindKind { get; init; }

        public required int? BlindIndex { get; init; }

        public Answered Now => new(State, BlindKind, BlindIndex);

        public Answered Then(IReadOnlyDictionary<Guid, Answered> known, DateTimeOffset moment)
        {
            if (TaskId is not { } id || !known.TryGetValue(id, out var answered))
                return new Answered(State: null, BlindKind: null, BlindIndex: null);
            var isWithdrawn = State == TaskState.Withdrawn && WithdrawnAt < moment && answered.BlindKind is null;
            return isWithdrawn ? answered with { State = TaskState.Withdrawn } : answered;
        }

        /// <param name="answered">What the labels say.</param>
        /// <param name="isOld">Whether a task without answers that people skipped has waited long enough to count as unusable.</param>
        /// <param name="trials">The trials in which two models disagree, by photo.</param>
        public DrawnPhoto ToPhoto(Answered answered, bool isOld, ILookup<Guid, Guid> trials) =>
            new()
            {
                PredictionId = PredictionId,
                WindowId = WindowId,
                Cell = FineCell.Of(WindowCell),
                DrawId = DrawId,
                Trials = [.. trials[PredictionId]],
                State = StateOf(answered, isOld),
                IsLabelledNotBlind = answered is { State: TaskState.Labelled or TaskState.Unusable, BlindKind: null },
                LabelIndex = answered.BlindIndex,
                PredictedIndex = PredictedIndex,
                Confidence = Confidence,
                Maker = Maker,
                Tags = Tags,
                TaskId = TaskId,
                IsWaiting = StateOf(Now, isOld) == DrawnState.Pending,
            };

        private static DrawnState StateOf(Answered answered, bool isOld) =>
            (answered.State, answered.BlindKind) switch
            {
                (_, AnswerKind.Class or AnswerKind.None) => DrawnState.Labelled,
                (_, AnswerKind.Unusable) or (TaskState.Unusable, null) => DrawnState.Unusable,
                (TaskState.Skipped, null) when isOld => DrawnState.Unusable,
                (TaskState.Withdrawn, null) => DrawnState.Withdrawn,
                _ => DrawnState.Pending,
            };
    }
}
