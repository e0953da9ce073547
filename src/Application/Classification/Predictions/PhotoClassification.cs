using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>Turns the bytes of a photo into the model's calibrated answer: the part that classifying with and without keeping the photo have in common.</summary>
internal sealed class PhotoClassification(
    IPhotoReader photos,
    IInferenceGate gate,
    IClassifier classifier,
    ClassificationMetrics metrics,
    TimeProvider time
)
{
    /// <param name="Header">Format and size.</param>
    /// <param name="Probabilities">Calibrated, in model order.</param>
    /// <param name="DecodeTime">Time spent decoding and resizing.</param>
    /// <param name="InferenceTime">Time spent in the model.</param>
    public sealed record Answer(PhotoHeader Header, ClassProbabilities Probabilities, TimeSpan DecodeTime, TimeSpan InferenceTime);

    /// <exception cref="UnusablePhotoException">The photo cannot be used.</exception>
    /// <exception cref="Common.ServerBusyException">No turn came in time.</exception>
    public async Task<Answer> RunAsync(ReadOnlyMemory<byte> upload, CancellationToken cancellationToken)
    {
        var header = photos.ReadHeader(upload);
        var model = classifier.Model;

        var queued = time.GetTimestamp();
        using var turn = await gate.EnterAsync(header.DecodeBytes, cancellationToken);
        metrics.QueueWait(time.GetElapsedTime(queued));

        // Somebody who has gone away costs neither decoding nor the model.
        cancellationToken.ThrowIfCancellationRequested();
        var started = time.GetTimestamp();
        var pixels = photos.Decode(upload, model.InputWidth, model.InputHeight);
        var decoded = time.GetTimestamp();
        cancellationToken.ThrowIfCancellationRequested();
        var output = classifier.Run(pixels, cancellationToken);
        var answer = new Answer(
            header,
            ClassProbabilities.FromLogits(output.Logits, model.Temperature),
            time.GetElapsedTime(started, decoded),
            time.GetElapsedTime(decoded)
        );
        metrics.Classified(answer.DecodeTime, answer.InferenceTime);
        return answer;
    }
}
