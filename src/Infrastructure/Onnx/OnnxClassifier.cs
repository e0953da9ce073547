using System.Buffers;
using GourmetGram.Application.Classification;
using Microsoft.ML.OnnxRuntime;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Classifies with one session for all callers: ONNX Runtime supports concurrent runs, each on its caller's thread.
/// <see cref="ModelLoader"/> creates instances.
/// </summary>
internal sealed class OnnxClassifier : IClassifier, IDisposable, IAsyncDisposable
{
    private readonly SharedResource<InferenceSession> session;
    private readonly PixelTable table;
    private readonly string[] inputNames;
    private readonly string[] outputNames;
    private readonly long[] inputShape;

    /// <param name="session">The session. It is disposed with the classifier, when the last lease has ended.</param>
    /// <param name="manifest">The manifest, which must match the session.</param>
    /// <param name="model">Value of <see cref="IClassifier.Model"/>.</param>
    public OnnxClassifier(InferenceSession session, ModelManifest manifest, ModelDescription model)
    {
        this.session = new SharedResource<InferenceSession>(session);
        Model = model;
        table = new PixelTable(manifest.Input);
        inputNames = [manifest.Input.Name];
        inputShape = [1, 3, model.InputHeight, model.InputWidth];
        outputNames = model.EmbeddingSize is null ? [manifest.Outputs.Logits] : [manifest.Outputs.Logits, manifest.Outputs.Embedding!];
    }

    public ModelDescription Model { get; }

    public IModelLease Lease() => new ModelLease(this, session.Take());

    /// <summary>Stops giving out leases, without waiting for the active ones.</summary>
    public void Dispose() => session.Close();

    /// <summary>
    /// Stops giving out leases and waits for the active ones. If the process ended now, the runtime would be unloaded during a run.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        session.Close();
        await session.Disposed;
    }

    private ClassifierOutput Run(InferenceSession running, ReadOnlySpan<byte> rgb, CancellationToken cancellationToken)
    {
        var length = 3 * Model.InputWidth * Model.InputHeight;
        if (rgb.Length != length)
            throw new ArgumentException(
                $"Expected {Model.InputWidth}×{Model.InputHeight}×3 = {length} bytes, found {rgb.Length}.",
                nameof(rgb)
            );

        var pixels = ArrayPool<float>.Shared.Rent(length);
        try
        {
            table.Fill(rgb, pixels.AsSpan(0, length));
            var output = new ClassifierOutput(
                Model,
                new float[Model.Labels.Length],
                Model.EmbeddingSize is { } size ? new float[size] : null
            );
            Run(running, pixels.AsMemory(0, length), output, cancellationToken);
            return output;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(pixels);
        }
    }

    /// <summary>The runtime reads and writes the managed arrays in place.</summary>
    private void Run(InferenceSession running, Memory<float> pixels, ClassifierOutput output, CancellationToken cancellationToken)
    {
        using var image = Tensor(pixels, inputShape);
        using var logits = Tensor(output.Logits, [1, output.Logits.Length]);
        using var embedding = output.Embedding is { } values ? Tensor(values, [1, values.Length]) : null;
        using var options = new RunOptions();
        using var stop = cancellationToken.Register(static state => ((RunOptions)state!).Terminate = true, options);
        try
        {
            running.Run(options, inputNames, [image], outputNames, embedding is null ? [logits] : [logits, embedding]);
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private static OrtValue Tensor(Memory<float> values, long[] shape) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, shape);

    private sealed class ModelLease(OnnxClassifier classifier, SharedResource<InferenceSession>.Lease session) : IModelLease
    {
        public ModelDescription Model => classifier.Model;

        public ClassifierOutput Run(ReadOnlySpan<byte> rgb, CancellationToken cancellationToken) =>
            classifier.Run(session.Resource, rgb, cancellationToken);

        public void Dispose() => session.Dispose();
    }
}
