using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Onnx;
using Microsoft.Extensions.Logging.Abstractions;

namespace GourmetGram.Benchmarks;

/// <summary>One photo through each variant of the bundled model, on one thread, from pixels to logits. docs/adr/0006 rests on it.</summary>
[Config(typeof(OneProcess))]
[MemoryDiagnoser]
public class VariantBenchmark
{
    private byte[] pixels = [];
    private OnnxClassifier? fullPrecision;
    private OnnxClassifier? quantized;
    private IModelLease? fullPrecisionLease;
    private IModelLease? quantizedLease;

    [GlobalSetup]
    public void Load()
    {
        var folder = new ModelOptions().DirectoryPath;
        pixels = File.ReadAllBytes(Path.Combine(folder, "golden", "landscape.jpg.pixels.bin"));
        fullPrecision = ModelLoader.Load(folder, "float", NullLogger.Instance);
        quantized = ModelLoader.Load(folder, "int8", NullLogger.Instance);
        fullPrecisionLease = fullPrecision.Lease();
        quantizedLease = quantized.Lease();
    }

    [Benchmark(Baseline = true, Description = "float")]
    public ClassifierOutput FullPrecision() => fullPrecisionLease!.Run(pixels, CancellationToken.None);

    [Benchmark(Description = "int8")]
    public ClassifierOutput Quantized() => quantizedLease!.Run(pixels, CancellationToken.None);

    [GlobalCleanup]
    public void Unload()
    {
        fullPrecisionLease?.Dispose();
        quantizedLease?.Dispose();
        fullPrecision?.Dispose();
        quantized?.Dispose();
    }

    /// <summary>All of them in this process, in turn: a busy machine then slows all, and the ratio stands.</summary>
    internal sealed class OneProcess : ManualConfig
    {
        public OneProcess() => AddJob(Job.InProcess.WithWarmupCount(3).WithIterationCount(15));
    }
}
