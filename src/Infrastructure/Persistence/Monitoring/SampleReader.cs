using GourmetGram.Application.Monitoring;
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
            var rows = await ReadWindowsAsync(windows, cancellationToken);
            var ids = rows.Select(window => window.Id).ToHashSet();
            var draws = (
                await context.Set<ExtraDraw>().AsNoTracking().Where(d => d.Loop == Loop).OrderBy(d => d.Id).ToListAsync(cancellationToken)
            )
                .Where(draw => draw.Windows.Any(ids.Contains))
                .ToList();
            return new Sample(
                rows,
                await CountLabelsAsync(draws, cancellationToken),
                await ReadPhotosAsync(windows, skippedBefore, cancellationToken)
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

    private async Task<IReadOnlyList<DrawnPhoto>> ReadPhotosAsync(
        IQueryable<SamplingWindow> windows,
        DateTimeOffset skippedBefore,
        CancellationToken cancellationToken
    )
    {
        var rows = await (
            from window in windows
            join selection in context.Set<Selection>() on window.Id equals selection.WindowId
            where selection.Loop == Loop
            join prediction in context.Set<Prediction>() on selection.PredictionId equals prediction.Id
            join task in context.Set<AnnotationTask>()
                on new { selection.PhotoSha256, selection.Loop } equals new { task.PhotoSha256, task.Loop }
                into tasks
            from task in tasks.DefaultIfEmpty()
            orderby prediction.Id
            select new
            {
                prediction.Id,
                WindowId = window.Id,
                prediction.WindowCell,
                selection.DrawId,
                prediction.PredictedIndex,
                prediction.Confidence,
                prediction.Maker,
                prediction.Tags,
                TaskId = (Guid?)task.Id,
                State = (TaskState?)task.State,
                task.BlindAnswerKind,
                task.BlindClassIndex,
                TaskCreatedAt = (DateTimeOffset?)task.CreatedAt,
            }
        ).ToListAsync(cancellationToken);
        var erased = await context
            .Set<ErasedDraw>()
            .Where(e => e.Loop == Loop)
            .Join(windows, e => e.WindowId, w => w.Id, (e, _) => e)
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.Where(row => row.WindowCell is not null)
                .Select(row => new DrawnPhoto
                {
                    PredictionId = row.Id,
                    WindowId = row.WindowId,
                    Cell = FineCell.Of(row.WindowCell!.Value),
                    DrawId = row.DrawId,
                    State = StateOf(row.State, row.BlindAnswerKind, row.TaskCreatedAt < skippedBefore),
                    IsLabelledNotBlind = row is { State: TaskState.Labelled or TaskState.Unusable, BlindAnswerKind: null },
                    LabelIndex = row.BlindClassIndex,
                    PredictedIndex = row.PredictedIndex,
                    Confidence = row.Confidence,
                    Maker = row.Maker,
                    Tags = row.Tags,
                    TaskId = row.TaskId,
                }),
            .. erased.Select(row => new DrawnPhoto
            {
                PredictionId = row.PredictionId,
                WindowId = row.WindowId,
                Cell = FineCell.Of(row.Cell),
                DrawId = row.DrawId,
                State = DrawnState.Unusable,
            }),
        ];
    }

    private static DrawnState StateOf(TaskState? state, AnswerKind? blindAnswer, bool isOld) =>
        (state, blindAnswer) switch
        {
            (_, AnswerKind.Class or AnswerKind.None) => DrawnState.Labelled,
            (_, AnswerKind.Unusable) or (TaskState.Unusable, null) => DrawnState.Unusable,
            (TaskState.Skipped, null) when isOld => DrawnState.Unusable,
            (TaskState.Withdrawn, null) => DrawnState.Withdrawn,
            _ => DrawnState.Pending,
        };
}
