using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Creates a classifier from a model folder. Checks that the file matches its manifest, that the model has the inputs and outputs that the
/// manifest describes, and that it answers its golden cases correctly.
/// </summary>
internal static class ModelLoader
{
    /// <param name="directory">The model folder.</param>
    /// <param name="variant">Name of the variant; null or empty for the manifest's default.</param>
    /// <param name="logger">Logs what was loaded and what the model lacks.</param>
    /// <exception cref="ModelException">The model cannot be used. There is no fallback.</exception>
    public static OnnxClassifier Load(string directory, string? variant, ILogger logger)
    {
        OnnxTelemetry.SwitchOff();
        return LoadSwitchedOff(ModelArtifact.Read(directory, variant), logger);
    }

    // Not inlined: compiling a method may already initialise the classes it names, and the runtime must not start before its telemetry is
    // off.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static OnnxClassifier LoadSwitchedOff(ModelArtifact artifact, ILogger logger)
    {
        var session = Open(artifact);
        try
        {
            var embeddingSize = new SessionContract(artifact, session, logger).Check();
            var classifier = new OnnxClassifier(session, artifact.Manifest, artifact.Describe(embeddingSize));
            using var lease = classifier.Lease();
            SelfCheck.Run(lease, artifact, logger);
            return classifier;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Creates a session from the bytes that were hashed.</summary>
    /// <exception cref="ModelException">The file is not a model that this runtime can run.</exception>
    public static InferenceSession Open(ModelArtifact artifact)
    {
        // Each photo runs on one thread: many photos in parallel use the processors better than one photo spread over them, and no thread
        // spins while it waits.
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        try
        {
            return new InferenceSession(artifact.Content, options);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new ModelException(
                artifact.FilePath,
                "an ONNX model",
                $"one that cannot be loaded ({fault.Message})",
                "Export the model again, with an opset that this runtime supports.",
                fault
            );
        }
    }
}
