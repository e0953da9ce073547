using BenchmarkDotNet.Running;
using GourmetGram.Benchmarks.Load;

switch (args)
{
    case ["load", .. var options]:
        return await LoadBenchmark.RunAsync(options);
    case ["raw", var photo, var seconds]:
        RawLimit.Run(photo, seconds);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
