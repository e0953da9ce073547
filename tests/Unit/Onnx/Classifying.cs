using GourmetGram.Application.Classification;

namespace GourmetGram.Tests.Unit.Onnx;

internal static class Classifying
{
    /// <summary>Runs the model on one photo, under a lease of its own.</summary>
    public static ClassifierOutput Run(this IClassifier classifier, ReadOnlySpan<byte> rgb, CancellationToken cancellationToken)
    {
        using var lease = classifier.Lease();
        return lease.Run(rgb, cancellationToken);
    }
}
