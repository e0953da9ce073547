using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>Finds the photo that a task shows now by the task's id, which does not reveal the prediction.</summary>
internal sealed class TaskPhotos(IRepository<AnnotationTask> tasks) : IPhotoAliases
{
    public async Task<Guid?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await tasks.FirstOrDefaultAsync(new TaskById(id), cancellationToken))?.PredictionId;
}
