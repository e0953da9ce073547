using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>Makes a classifier of a model folder: the file is what the manifest says, the model has the form the manifest says, and it answers as its golden case says.</summary>
internal static class ModelLoader
{
    /// <param name="directory">The model folder.</param>
    /// <param name="variant">Null or empty for the manifest's default.</param>
    /// <param name="logger">Told what was loaded and what the model lacks.</param>
    /// <exception cref="ModelException">Anything is wrong with the model. There is no fallback.</exception>
    public static OnnxClassifier Load(string directory, string? variant, ILogger logger)
    {
        OnnxTelemetry.SwitchOff();
        return LoadSwitchedOff(ModelArtifact.Read(directory, variant), logger);
    }

    // Not inlined: compiling a method may already initialise the classes it names, and the runtime must not wake before its telemetry is off.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static OnnxClassifier LoadSwitchedOff(ModelArtifact artifact, ILogger logger)
    {
        var session = Open(artifact);
        try
        {
            var embeddingSize = new SessionContract(artifact, session, logger).Check();
            var classifier = new OnnxClassifier(session, artifact.Manifest, artifact.Describe(embeddingSize));
            SelfCheck.Run(classifier, artifact, logger);
            return classifier;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static InferenceSession Open(ModelArtifact artifact)
    {
        // One photo runs on one thread: many at once use the processors better than one that is spread over them, and nobody spins while waiting.
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
                "Export the model again, in an opset that this runtime knows.",
                fault
            );
        }
    }
}
