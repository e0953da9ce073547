using System.Net;
using System.Net.Sockets;

namespace GourmetGram.Benchmarks.Load;

/// <summary>
/// Measures the rate of answers while the object store is unavailable. The limit is the rate of a server whose store answers, in turns.
/// </summary>
internal static class AwayBenchmark
{
    private const double Turn = 2;
    private const int Clients = 4;

    /// <param name="options">As those of <see cref="LoadBenchmark.RunAsync(string[])"/>; besides <c>--s3 "ENDPOINT KEY SECRET"</c>, as
    /// tests/run-s3.sh prints it.</param>
    public static Task<int> RunAsync(string[] options) => LoadBenchmark.WithServerAsync(options, async (executable, _, rounds) =>
        {
            if (
                Array.IndexOf(options, "--s3") is not (>= 0 and var at)
                || options.ElementAtOrDefault(at + 1)?.Split(' ') is not [var endpoint, var key, var secret]
            )
                throw new InvalidOperationException(
                    "--s3 \"ENDPOINT KEY SECRET\" is missing: tests/run-s3.sh starts a server and prints it."
                );
            var photo = LoadPhotos.Make(Path.Combine(AppContext.BaseDirectory, "samples", "soup.jpg"), 1024, 768, 88);
            // Takes connections and never answers.
            using var silent = new TcpListener(IPAddress.Loopback, 0);
            silent.Start();
            using var closed = new TcpListener(IPAddress.Loopback, 0);
            closed.Start();
            var closedAddress = $"http://{closed.LocalEndpoint}";
            closed.Stop();

            await using var up = Start(executable, endpoint, key, secret);
            using var normal = new Generator(await up.ListeningAsync(), new PredictRequest(photo).New);
            await normal.ClosedAsync(Clients, Turn);
            Console.WriteLine($"\n{Clients} clients, 1024 × 768\n\n{LoadBenchmark.Head}");
            foreach (var (name, address) in new[] { ("store down", closedAddress), ("store hangs", $"http://{silent.LocalEndpoint}") })
            {
                await using var away = Start(executable, address, key, secret);
                using var left = new Generator(await away.ListeningAsync(), new PredictRequest(photo).New);
                await left.ClosedAsync(Clients, Turn);
                await LoadBenchmark.CompareAsync(
                    name,
                    rounds,
                    async () => (await normal.ClosedAsync(Clients, Turn)).PerSecond,
                    () => left.ClosedAsync(Clients, Turn)
                );
            }
        });

    private static PinnedServer Start(string executable, string endpoint, string key, string secret) =>
        new(
            executable,
            LoadBenchmark.ServerCore,
            ("ObjectStore__Provider", "S3"),
            ("ObjectStore__Endpoint", endpoint),
            ("ObjectStore__AccessKey", key),
            ("ObjectStore__SecretKey", secret),
            ("ObjectStore__BucketPrefix", "load-"),
            // The one of the two that is not measured must not compete for the core.
            ("Jobs__Scheduled", "false")
        );
}
