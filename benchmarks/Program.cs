using BenchmarkDotNet.Running;
using GourmetGram.Benchmarks.Load;
using GourmetGram.Benchmarks.Loops;
using GourmetGram.Benchmarks.Training;

switch (args)
{
    case ["load", .. var options]:
        return await LoadBenchmark.RunAsync(options);
    case ["swap", .. var options]:
        return await LoadBenchmark.WithServerAsync(options, (executable, folder, _) => SwapBenchmark.RunAsync(executable, folder));
    case ["batch", .. var options]:
        return await LoadBenchmark.WithServerAsync(options, (executable, _, rounds) => BatchBenchmark.RunAsync(executable, rounds));
    case ["refusals", .. var options]:
        return await LoadBenchmark.WithServerAsync(options, (executable, _, rounds) => RefusalBenchmark.RunAsync(executable, rounds));
    case ["away", .. var options]:
        return await AwayBenchmark.RunAsync(options);
    case ["sampling"]:
        return await SamplingBenchmark.RunAsync();
    case ["outputs", .. var s3]:
        return await OutputsBenchmark.RunAsync(s3);
    case ["review", .. var options]:
        return await LoadBenchmark.WithServerAsync(options, (executable, folder, _) => ReviewBenchmark.RunAsync(executable, folder));
    case ["train"]:
        return TrainBenchmark.Run();
    case ["million", .. var options]:
        return await LoadBenchmark.WithServerAsync(options, (executable, folder, rounds) =>
            MillionBenchmark.RunAsync(executable, folder, rounds, name => LoadBenchmark.Value(options, name))
        );
    case ["raw", var photo]:
        RawLimit.Serve(photo);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
