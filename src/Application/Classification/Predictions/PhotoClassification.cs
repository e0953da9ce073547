using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Turns the bytes of a photo into the model's calibrated answer. Shared by classification with and without storing the photo.
/// </summary>
internal sealed class PhotoClassification(
    IPhotoReader photos,
    IInferenceGate gate,
    IClassifier classifier,
    ClassificationMetrics metrics,
    IShadow shadow,
    TimeProvider time
)
{
    /// <param name="Header">Format and size.</param>
    /// <param name="Photo">The photo without metadata, as it is stored.</param>
    /// <param name="Output">The model that answered, with its embedding of the photo.</param>
    /// <param name="Probabilities">Calibrated probabilities, in model order.</param>
    /// <param name="DecodeTime">Time spent removing metadata, decoding and resizing.</param>
    /// <param name="InferenceTime">Time spent in the model.</param>
    /// <param name="Pixels">The pixels that the model saw; null unless another model answers in shadow.</param>
    public sealed record Answer(
        PhotoHeader Header,
        byte[] Photo,
        ClassifierOutput Output,
        ClassProbabilities Probabilities,
        TimeSpan DecodeTime,
        TimeSpan InferenceTime,
        byte[]? Pixels
    );

    /// <exception cref="UnusablePhotoException">The photo cannot be used.</exception>
    /// <exception cref="Common.ServerBusyException">No slot became free in time.</exception>
    public async Task<Answer> RunAsync(ReadOnlyMemory<byte> upload, CancellationToken cancellationToken)
    {
        var header = photos.ReadHeader(upload);
        var queued = time.GetTimestamp();
        using var turn = await gate.EnterAsync(header, cancellationToken);
        metrics.QueueWait(time.GetElapsedTime(queued));

        // If the client has disconnected, neither decoding nor the model runs.
        cancellationToken.ThrowIfCancellationRequested();
        using var lease = classifier.Lease();
        var model = lease.Model;
        var started = time.GetTimestamp();
        var photo = photos.RemoveMetadata(upload);
        var pixels = photos.Decode(photo, model.InputWidth, model.InputHeight);
        var decoded = time.GetTimestamp();
        cancellationToken.ThrowIfCancellationRequested();
        var output = lease.Run(pixels, cancellationToken);
        var answer = new Answer(
            header,
            photo,
            output,
            ClassProbabilities.FromLogits(output.Logits, output.Model.Temperature),
            time.GetElapsedTime(started, decoded),
            time.GetElapsedTime(decoded),
            shadow.IsOn ? pixels : null
        );
        metrics.Classified(answer.DecodeTime, answer.InferenceTime);
        return answer;
    }
}
