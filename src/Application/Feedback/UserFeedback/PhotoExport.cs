using System.Runtime.CompilerServices;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>Reads a caller's photos page by page, by key.</summary>
internal sealed class PhotoExport(
    IPhotoList photos,
    PhotoStorage storage,
    IRepository<UserFeedback> feedback,
    IPredictionFacts facts,
    IAnswerGuard guard,
    ILinks links
) : IPhotoExport
{
    private const int PageSize = 100;

    public IAsyncEnumerable<ExportedPhoto> OfAsync(Caller caller, CancellationToken cancellationToken) =>
        OfAsync(caller, caller.RequireIdentity("Downloading photos"), cancellationToken);

    public async Task<Stream?> OpenAsync(ExportedPhoto photo, CancellationToken cancellationToken)
    {
        try
        {
            return await storage.OpenReadAsync(photo.Row!, cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<ExportedPhoto> OfAsync(
        Caller caller,
        Actor maker,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var hidden = await guard.HiddenAsync(caller, cancellationToken);
        Guid? before = null;
        while (await photos.NewestAsync(new PhotoSelection(maker), before, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            var said = await facts.OfAsync(page, maker, cancellationToken);
            var history = await feedback.ListAsync(new FeedbackHistoryOf([.. page.Select(p => p.Id)], maker), cancellationToken);
            var historyOf = history.ToLookup(f => f.PredictionId);
            foreach (var prediction in page.Where(p => !hidden.Contains(p.Photo.UploadSha256)))
            {
                yield return new ExportedPhoto(
                    $"{prediction.Id}{prediction.Photo.Extension}",
                    PredictionResponse.From(prediction, said.GetValueOrDefault(prediction.Id, PredictionFacts.None), links),
                    [.. historyOf[prediction.Id].Select(fact => GetFeedbackHistory.Entry.From(fact, prediction.Model))]
                )
                {
                    Row = prediction,
                };
            }

            before = page[^1].Id;
        }
    }
}
