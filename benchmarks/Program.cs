using BenchmarkDotNet.Running;
using GourmetGram.Benchmarks.Load;

switch (args)
{
    case ["load", .. var options]:
        return await LoadBenchmark.RunAsync(options);
    case ["away", .. var options]:
        return await AwayBenchmark.RunAsync(options);
    case ["raw", var photo]:
        RawLimit.Serve(photo);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
