using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Retraining;

/// <summary>Lets a model answer a stored photo, in turn with the photos of requests.</summary>
internal sealed class PhotoAnswers(PhotoStorage storage, IPhotoReader reader, IInferenceGate gate, ILogger<PhotoAnswers> logger)
{
    /// <returns>The answer; null if the photo cannot be read any more.</returns>
    /// <exception cref="UnusableModelException">The model fails on the photo.</exception>
    /// <exception cref="StoreUnavailableException">The object store does not respond.</exception>
    /// <exception cref="ServerBusyException">The photos of requests take all slots.</exception>
    public async Task<ClassProbabilities?> AnswerAsync(Prediction prediction, OpenModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(model);
        byte[] pixels;
        try
        {
            using var photo = new MemoryStream();
            await using (var stored = await storage.OpenReadAsync(prediction, cancellationToken))
                await stored.CopyToAsync(photo, cancellationToken);
            var bytes = photo.GetBuffer().AsMemory(0, (int)photo.Length);
            using var turn = await gate.EnterAsync(reader.ReadHeader(bytes), cancellationToken);
            pixels = await Task.Run(() => reader.Decode(bytes, model.InputWidth, model.InputHeight), cancellationToken);
            return await Task.Run(() => Run(model, pixels, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (e is NotFoundException or UnusablePhotoException)
        {
            logger.LogWarning("The photo of prediction {PredictionId} is not compared: {Reason}", prediction.Id, e.Message);
            return null;
        }
    }

    private static ClassProbabilities Run(OpenModel model, byte[] pixels, CancellationToken cancellationToken)
    {
        try
        {
            return model.Answer(pixels, cancellationToken);
        }
        // A model from elsewhere may fail in any way.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new UnusableModelException($"It failed on a photo: {e.Message}", e);
        }
    }
}
