using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Imaging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Checks a model folder that comes from elsewhere. The check runs the file in native code, which a hostile file can crash: call it in a
/// process that may end, see <see cref="IModelInspector"/>.
/// </summary>
public static class ForeignModel
{
    /// <summary>Option of <c>gourmetgram model check</c> with which the command calls <see cref="Check"/>.</summary>
    public const string Option = "--in-this-process";

    /// <summary>Largest model file in bytes.</summary>
    public const long MostBytes = 256L << 20;

    /// <summary>Largest manifest in bytes.</summary>
    public const long MostManifestBytes = 1 << 20;

    /// <summary>Most files in the folder.</summary>
    public const int MostFiles = 1000;

    /// <summary>Most pixels of the input.</summary>
    public const int MostPixels = 1024 * 1024;

    /// <summary>Largest memory of the process in bytes, with the model's photos in it.</summary>
    public const long MostMemory = 1L << 30;

    /// <summary>Longest time for one photo on one thread, 95th percentile.</summary>
    public static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    private const int Batch = 8;
    private const int TimedRuns = 20;

    /// <summary>Largest difference between a photo's logits alone and in a batch.</summary>
    private const double BatchTolerance = 1e-3;

    /// <summary>Checks a folder in this process.</summary>
    /// <param name="directory">The folder, with its manifest.</param>
    /// <returns>The result; the labels are not compared with anything.</returns>
    public static ModelInspection Check(string directory)
    {
        OnnxTelemetry.SwitchOff();
        try
        {
            CheckFiles(directory);
            var artifact = ModelArtifact.Read(directory, variantName: null);
            CheckContent(artifact);
            return Run(artifact);
        }
        catch (ModelException e)
        {
            return ModelInspection.Refused(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ModelInspection.Refused($"{directory} cannot be read: {e.Message}");
        }
    }

    private static void CheckFiles(string directory)
    {
        const string remedy = "Copy the files themselves into the folder.";
        var folder = new DirectoryInfo(directory);
        if (!folder.Exists)
            throw new ModelException(directory, "a model folder", "no such folder", "Name a folder with manifest.json and a model.");
        var files = 0;
        var everything = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.None,
            IgnoreInaccessible = false,
        };
        // A link to a folder is returned before its content is, so that no link is followed.
        foreach (var entry in folder.EnumerateFileSystemInfos("*", everything))
        {
            if (entry.LinkTarget is { } target)
                throw new ModelException(entry.FullName, "a file", $"a link to '{target}'", remedy);
            if (entry is FileInfo && ++files > MostFiles)
                throw new ModelException(directory, $"at most {MostFiles} files", "more", "Leave out what the model does not need.");
        }

        var manifest = new FileInfo(Path.Combine(directory, ModelManifest.FileName));
        if (manifest.Exists && manifest.Length > MostManifestBytes)
            throw new ModelException(manifest.FullName, $"at most {MostManifestBytes} bytes", $"{manifest.Length}", "Shorten it.");
        var tooLarge = folder.EnumerateFiles("*", everything).FirstOrDefault(file => file.Length > MostBytes);
        if (tooLarge is not null)
            throw new ModelException(
                tooLarge.FullName,
                $"at most {MostBytes >> 20} MB",
                $"{tooLarge.Length >> 20} MB",
                "Use a smaller network, or weights of fewer bits."
            );
    }

    /// <summary>Checks what can be seen without running the file.</summary>
    private static void CheckContent(ModelArtifact artifact)
    {
        var input = artifact.Manifest.Input;
        if ((long)input.Width * input.Height > MostPixels)
            throw new ModelException(
                artifact.ManifestPath,
                $"an input of at most {MostPixels} pixels",
                $"{input.Width}×{input.Height}",
                "Export the model for smaller photos."
            );
        OnnxFile file;
        try
        {
            file = OnnxFile.Read(artifact.Content);
        }
        catch (InvalidDataException e)
        {
            throw new ModelException(artifact.FilePath, "an ONNX model", $"a file that is not one: {e.Message}", "Export it again.", e);
        }

        if (file.Tensors.FirstOrDefault(tensor => tensor.ExternalFile is not null) is { } tensor)
            throw new ModelException(
                artifact.FilePath,
                "all weights in the file",
                $"'{tensor.Name}' in the external file '{tensor.ExternalFile}'",
                "Export the model as one file."
            );
        string[] known = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft", .. file.FunctionDomains];
        if (file.AllNodes.FirstOrDefault(node => !known.Contains(node.Domain, StringComparer.Ordinal)) is { } custom)
            throw new ModelException(
                artifact.FilePath,
                "operations of ONNX and its runtime",
                $"'{custom.Operation}' of the domain '{custom.Domain}'",
                "Export the model without custom operations."
            );
    }

    // Not inlined: the runtime must not start before its telemetry is off.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ModelInspection Run(ModelArtifact artifact)
    {
        const string remedy = "Export the model again, with the sizes in its manifest.";
        using var session = ModelLoader.Open(artifact);
        var embeddingSize = new SessionContract(artifact, session, NullLogger.Instance).Check();
        CheckShapes(artifact, session, embeddingSize);
        using var classifier = new OnnxClassifier(session, artifact.Manifest, artifact.Describe(embeddingSize));
        using var lease = classifier.Lease();
        SelfCheck.Run(lease, artifact, NullLogger.Instance);
        try
        {
            var photos = TestPhotos(artifact.Manifest.Input);
            var alone = photos.Select(photo => Answer(lease, photo, artifact)).ToList();
            if (session.InputMetadata[artifact.Manifest.Input.Name].Dimensions[0] < 0)
                CheckBatch(artifact, session, photos, alone);
            var milliseconds = Time(lease, photos[0]);
            if (milliseconds > MostTime.TotalMilliseconds)
                throw new ModelException(
                    artifact.FilePath,
                    $"at most {MostTime.TotalMilliseconds} ms for a photo",
                    $"{milliseconds:0} ms",
                    "Use a smaller network."
                );
            var memory = PeakMemory();
            if (memory > MostMemory)
                throw new ModelException(
                    artifact.FilePath,
                    $"at most {MostMemory >> 20} MB of memory",
                    $"{memory >> 20} MB",
                    "Use a smaller network."
                );
            return Describe(artifact, embeddingSize) with { Milliseconds = Math.Round(milliseconds, 1), Megabytes = memory >> 20 };
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException(artifact.FilePath, "answers for photos", $"a failed run ({e.Message})", remedy, e);
        }
    }

    /// <summary>An open size would let a photo of any size in, and so any time and memory.</summary>
    private static void CheckShapes(ModelArtifact artifact, InferenceSession session, int? embeddingSize)
    {
        const string remedy = "Export the model with fixed sizes; only the batch may be open.";
        var input = session.InputMetadata[artifact.Manifest.Input.Name].Dimensions;
        if (input.Skip(1).Any(size => size < 0))
            throw new ModelException(
                artifact.FilePath,
                $"input '{artifact.Manifest.Input.Name}' with fixed sizes",
                string.Join('×', input.Select(size => size < 0 ? "N" : $"{size}")),
                remedy
            );
        if (artifact.Manifest.Outputs.Embedding is { } name && embeddingSize is null)
            throw new ModelException(
                artifact.FilePath,
                $"an output '{name}' as in {ModelManifest.FileName}",
                $"only {string.Join(", ", session.OutputMetadata.Keys.Select(key => $"'{key}'"))}",
                $"Export the model with its embedding, or leave out 'embedding' in {ModelManifest.FileName}."
            );
    }

    private static float[] Answer(IModelLease lease, byte[] photo, ModelArtifact artifact)
    {
        var answer = lease.Run(photo, CancellationToken.None);
        return answer.Logits.All(float.IsFinite) && answer.Embedding?.All(float.IsFinite) != false
            ? answer.Logits
            : throw new ModelException(
                artifact.FilePath,
                "finite logits and embeddings",
                $"[{string.Join(", ", answer.Logits)}]",
                "Train the model again."
            );
    }

    private static void CheckBatch(ModelArtifact artifact, InferenceSession session, List<byte[]> photos, List<float[]> alone)
    {
        var (input, classes) = (artifact.Manifest.Input, artifact.Manifest.Labels.Length);
        var length = 3 * input.Width * input.Height;
        var table = new PixelTable(input);
        var pixels = new float[Batch * length];
        for (var i = 0; i < Batch; i++)
            table.Fill(photos[i], pixels.AsSpan(i * length, length));
        using var batch = OrtValue.CreateTensorValueFromMemory(pixels, [Batch, 3, input.Height, input.Width]);
        using var options = new RunOptions();
        using var results = session.Run(options, [input.Name], [batch], [artifact.Manifest.Outputs.Logits]);
        var logits = results[0].GetTensorDataAsSpan<float>();
        if (logits.Length != Batch * classes)
            throw new ModelException(
                artifact.FilePath,
                $"{Batch * classes} logits for {Batch} photos",
                $"{logits.Length}",
                "Export it again."
            );
        // Sums of 8-bit numbers may be rounded differently in a batch.
        var tolerance = artifact.VariantName == ModelVariant.Int8 ? SelfCheck.Int8Tolerance : BatchTolerance;
        for (var i = 0; i < logits.Length; i++)
        {
            var one = alone[i / classes][i % classes];
            var difference = Math.Abs(logits[i] - one);
            if (!(difference <= tolerance * Math.Max(1, Math.Abs(one))))
                throw new ModelException(
                    artifact.FilePath,
                    $"the same logits for a photo alone and in a batch of {Batch}",
                    $"a difference of {difference.ToString("0.###", CultureInfo.InvariantCulture)}",
                    "Export the model in evaluation mode."
                );
        }
    }

    private static double Time(IModelLease lease, byte[] photo)
    {
        var times = new List<double>(TimedRuns);
        for (var run = 0; run < TimedRuns; run++)
        {
            var start = Stopwatch.GetTimestamp();
            lease.Run(photo, CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            // The answer is clear, and a hostile model could make the rest take minutes.
            if (times[0] > 10 * MostTime.TotalMilliseconds)
                break;
        }

        return times.Order().ElementAt((int)Math.Ceiling(0.95 * times.Count) - 1);
    }

    /// <summary>Returns the bundled golden photos at the model's size, and noise where there are too few.</summary>
    private static List<byte[]> TestPhotos(ModelInput input)
    {
        var golden = new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "models", "food11", "golden"));
        var reader = new PhotoReader(Options.Create(new LimitsOptions()));
        var photos = golden.Exists
            ? golden
                .EnumerateFiles()
                .Where(file => file.Extension is ".jpg" or ".png" or ".webp")
                .OrderBy(file => file.Name, StringComparer.Ordinal)
                .Take(Batch)
                .Select(file => reader.Decode(File.ReadAllBytes(file.FullName), input.Width, input.Height))
                .ToList()
            : [];
        while (photos.Count < Batch)
        {
            var noise = new byte[3 * input.Width * input.Height];
            for (var i = 0; i < noise.Length; i++)
                noise[i] = (byte)(((uint)(i + (photos.Count * noise.Length)) * 2654435761) >> 24);
            photos.Add(noise);
        }

        return photos;
    }

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private static ModelInspection Describe(ModelArtifact artifact, int? embeddingSize)
    {
        var model = artifact.Describe(embeddingSize);
        return new ModelInspection
        {
            Passed = true,
            Fault = null,
            Name = model.Name,
            Version = model.Version,
            Variant = model.Variant,
            Sha256 = model.Sha256,
            Temperature = model.Temperature,
            Labels = model.Labels,
            EmbeddingSize = embeddingSize,
            HasReplaceableHead = HasReplaceableHead(artifact),
        };
    }

    private static bool HasReplaceableHead(ModelArtifact artifact)
    {
        try
        {
            OnnxHead.Find(artifact);
            return true;
        }
        catch (ModelException)
        {
            // The model can be served, but no head can be trained for it.
            return false;
        }
    }
}
