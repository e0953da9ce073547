using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Benchmarks.Loops;

/// <summary>
/// Measures how fast finished labels are copied to a dataset. The limit is the rate at which the store copies the same photos, four at the
/// same time as the product does. Both are measured in turns.
/// </summary>
internal static class OutputsBenchmark
{
    private const int PhotoBytes = 150_000;
    private const int Copiers = 4;
    private const int Rounds = 5;

    private static readonly string[] Choices = ["A"];

    /// <param name="s3">Address, key and secret of an S3 server; empty for files.</param>
    public static async Task<int> RunAsync(string[] s3)
    {
        // A server on the same machine takes its time.
        var count = s3.Length > 0 ? 200 : 2_000;
        Console.WriteLine("| durability | outputs a second | copies a second | ratio | its spread |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var durability in new[] { Durability.Power, Durability.Process })
        {
            var (outputs, copies) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                await using var host = new LoopHost(durability, s3);
                var photos = await PrepareAsync(host, count);
                // The buckets are made before the clock starts, as they are there after the first output.
                foreach (var bucket in new[] { "raw", "lowconfidence" })
                    await host.Store.PutAsync(new ObjectAddress(bucket, "first"), new byte[1], "image/jpeg", CancellationToken.None);
                var watch = Stopwatch.StartNew();
                await Parallel.ForEachAsync(photos, new ParallelOptions { MaxDegreeOfParallelism = Copiers }, async (photo, token) =>
                    await host.Store.CopyAsync(
                        new ObjectAddress("production", photo.ObjectKey),
                        new ObjectAddress("raw", photo.ObjectKey),
                        token
                    )
                );
                copies.Add(count / watch.Elapsed.TotalSeconds);
                watch.Restart();
                var done = await host.SendAsync(new ProcessAnnotations.Command());
                outputs.Add(count / watch.Elapsed.TotalSeconds);
                if (done.Copied != count)
                    throw new InvalidOperationException($"{done.Copied} photos were copied.");
            }

            var ratios = outputs.Zip(copies, (output, copy) => output / copy).Order().ToList();
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {durability} | {outputs.Order().ElementAt(Rounds / 2):0} | {copies.Order().ElementAt(Rounds / 2):0} | "
                        + $"{ratios[Rounds / 2]:0.00} | {ratios[0]:0.00}–{ratios[^1]:0.00} |"
                )
            );
        }

        return 0;
    }

    private static async Task<IReadOnlyList<Prediction>> PrepareAsync(LoopHost host, int count)
    {
        await host.MigrateAsync();
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        var model = ModelVersion.Register("three", "1", "float", new string('a', 64), 1, ["A", "B", "C"], now);
        var photos = Enumerable
            .Range(0, count)
            .Select(i =>
            {
                var photo = new StoredPhoto
                {
                    UploadSha256 = $"{i:x64}",
                    StoredSha256 = new string('c', 64),
                    StoredBytes = PhotoBytes,
                    MediaType = "image/jpeg",
                    Extension = ".jpg",
                    Width = 40,
                    Height = 30,
                    FileName = null,
                };
                var prediction = Prediction.Record(
                    photo,
                    new ClassProbabilities([0.1f, 0.2f, 0.7f]),
                    model,
                    Actor.Anonymous,
                    TimeSpan.Zero,
                    TimeSpan.Zero,
                    now.AddSeconds(i)
                );
                prediction.MarkImageStored();
                prediction.MarkConsidered();
                return prediction;
            })
            .ToList();
        await host.SaveAsync(photos);
        var bytes = new byte[PhotoBytes];
        Random.Shared.NextBytes(bytes);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = Copiers },
            async (i, token) =>
            {
                await host.Store.PutAsync(new ObjectAddress("production", photos[i].ObjectKey), bytes, "image/jpeg", token);
                var annotation = JsonSerializer.SerializeToUtf8Bytes(
                    new
                    {
                        id = i,
                        result = new[]
                        {
                            new
                            {
                                from_name = "label",
                                type = "choices",
                                value = new { choices = Choices },
                            },
                        },
                        task = new { data = new { image = $"s3://production/class_02/{photos[i].Id}.jpg" } },
                        updated_at = "2026-11-23T17:01:24.926737Z",
                    }
                );
                await host.Store.PutAsync(
                    new ObjectAddress("labelstudio", $"output/lowconfidence/{i}"),
                    annotation,
                    "binary/octet-stream",
                    token
                );
            }
        );
        return photos;
    }
}
