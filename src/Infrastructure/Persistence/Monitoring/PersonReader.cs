using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>
/// Reads labels along (Person, Id), and the labels of the same photos along the indexes of tasks by photo and of labels by task.
/// </summary>
internal sealed class PersonReader(GourmetGramDbContext context) : IPersonReader
{
    public Task<PersonLabels> ReadAsync(string person, PersonSpans spans, CancellationToken cancellationToken) =>
        context.GuardAsync(async () =>
        {
            var own = context
                .Labels()
                .AsNoTracking()
                .Where(label => label.Person == person && (label.Source == LabelSource.Review || label.Source == LabelSource.LabelStudio));
            var counts = await own.GroupBy(label => new { label.AnswerKind, label.End })
                .Select(group => new PersonCount(
                    group.Key.AnswerKind,
                    group.Key.End,
                    group.Count(),
                    group.Count(label => label.CreatedAt >= spans.Week),
                    group.Count(label => label.CreatedAt >= spans.Today),
                    group.Count(label => label.Note != null)
                ))
                .ToListAsync(cancellationToken);
            var looks = await own.Where(label => label.AnswerKind != null && label.EndedAt == null && label.Took <= spans.LongestLook)
                .OrderByDescending(label => label.Id)
                .Take(spans.MostLooks)
                .Select(label => label.Took!.Value)
                .ToListAsync(cancellationToken);
            var first = PredictionIds.SmallestOf(spans.Compared);
            var photos = own.Where(label => label.Id >= first && label.EndedAt == null && label.AnswerKind != null)
                .Join(context.Set<AnnotationTask>(), label => label.TaskId, task => task.Id, (_, task) => task.PhotoSha256);
            var answers = await (
                from task in context.Set<AnnotationTask>().AsNoTracking()
                where photos.Contains(task.PhotoSha256)
                join prediction in context.Set<Prediction>() on task.PredictionId equals prediction.Id
                join label in context.Labels() on task.Id equals label.TaskId
                where label.EndedAt == null && (label.AnswerKind == AnswerKind.Class || label.AnswerKind == AnswerKind.None)
                select new GivenLabel
                {
                    Id = label.Id,
                    PhotoSha256 = task.PhotoSha256,
                    ModelVersionId = prediction.ModelVersionId,
                    Person = label.Person,
                    Source = label.Source,
                    Kind = label.AnswerKind,
                    ClassIndex = label.ClassIndex,
                    IsBlind = label.IsBlind,
                    CreatedAt = label.CreatedAt,
                    Took = label.Took,
                }
            ).ToListAsync(cancellationToken);
            var models = answers.Select(answer => answer.ModelVersionId).Distinct().ToList();
            var classes = await context
                .Set<ModelVersion>()
                .Where(model => models.Contains(model.Id))
                .Select(model => new { model.Id, model.Labels })
                .ToDictionaryAsync(model => model.Id, model => model.Labels, cancellationToken);
            var planted = await context
                .LabelsWithPlanted()
                .Where(label => label.Person == person && label.Id >= first && label.Source == LabelSource.Planted)
                .Where(label => label.EndedAt == null && label.AnswerKind != null)
                .Join(
                    context.Set<PlantedAnswer>(),
                    label => label.TaskId,
                    known => known.TaskId,
                    (label, known) => label.AnswerKind == known.AnswerKind && label.ClassIndex == known.ClassIndex
                )
                .GroupBy(same => same)
                .Select(group => new { Same = group.Key, Count = group.Count() })
                .ToListAsync(cancellationToken);
            return new PersonLabels(counts, looks, answers, classes)
            {
                Planted = planted.Sum(group => group.Count),
                PlantedSame = planted.Where(group => group.Same).Sum(group => group.Count),
            };
        });
}
