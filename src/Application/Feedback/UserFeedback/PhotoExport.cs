using System.Runtime.CompilerServices;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>Pages through a caller's photos by key.</summary>
internal sealed class PhotoExport(IPhotoList photos, IRepository<UserFeedback> feedback, IPredictionFacts facts, ILinks links)
    : IPhotoExport
{
    private const int PageSize = 100;

    public IAsyncEnumerable<ExportedPhoto> OfAsync(Caller caller, CancellationToken cancellationToken) =>
        OfAsync(caller.RequireIdentity("A download"), cancellationToken);

    private async IAsyncEnumerable<ExportedPhoto> OfAsync(Actor maker, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Guid? before = null;
        while (await photos.NewestAsync(new PhotoSelection(maker), before, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            var said = await facts.OfAsync(page, maker, cancellationToken);
            var history = await feedback.ListAsync(new FeedbackHistoryOf([.. page.Select(p => p.Id)], maker), cancellationToken);
            var historyOf = history.ToLookup(f => f.PredictionId);
            foreach (var prediction in page)
            {
                yield return new ExportedPhoto(
                    $"{prediction.Id}{prediction.Photo.Extension}",
                    PredictionResponse.From(prediction, said.GetValueOrDefault(prediction.Id, PredictionFacts.None), links),
                    [.. historyOf[prediction.Id].Select(fact => GetFeedbackHistory.Entry.From(fact, prediction.Model))]
                );
            }

            before = page[^1].Id;
        }
    }
}
