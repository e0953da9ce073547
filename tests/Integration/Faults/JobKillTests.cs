using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>
/// Two nodes on one database, of which now the one and now the other is killed: each firing has one completed run in the end, and no two
/// runs overlap.
/// </summary>
public sealed class JobKillTests : IDisposable
{
    private static readonly int Kills = Environment.GetEnvironmentVariable("GOURMETGRAM_TEST_LONG") == "1" ? 12 : 3;
    private const int PeriodSeconds = 1;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gourmetgram-nodes-");

    // The clock is the source of the seed; which one it was is in the message of each failure.
    private readonly int seed = (int)(TimeProvider.System.GetTimestamp() & 0xFFFFFF);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Every_firing_is_run_to_its_end_once_whichever_node_is_killed()
    {
        var random = new Random(seed);
        var database = await MigratedDatabase.TakeAsync();
        ServerProcess[] nodes = [Start(0, database)];
        try
        {
            // The second node starts when the schedule stands, so that it has it from its first moment.
            AppClient[] clients = [await ClientAsync(nodes[0])];
            using (
                var often = await clients[0]
                    .SendAsync(
                        HttpMethod.Patch,
                        "api/v1/jobs/housekeeping",
                        JsonContent.Create(new { cron = $"0/{PeriodSeconds} * * * * ?" })
                    )
            )
                often.EnsureSuccessStatusCode();
            await FiringsAsync(clients[0], 1);
            var from = await LatestAsync(clients[0]);
            nodes = [nodes[0], Start(1, database)];
            clients = [clients[0], await ClientAsync(nodes[1])];
            await FiringsAsync(clients[1], 3);
            for (var kill = 0; kill < Kills; kill++)
            {
                await FiringsAsync(clients[kill % 2], 3);
                var victim = random.Next(2);
                nodes[victim].Kill();
                await nodes[victim].DisposeAsync();
                await FiringsAsync(clients[1 - victim], 2);
                nodes[victim] = Start(victim, database);
                clients[victim] = await ClientAsync(nodes[victim]);
            }

            using (
                var pause = await clients[0]
                    .SendAsync(HttpMethod.Patch, "api/v1/jobs/housekeeping", JsonContent.Create(new { paused = true }))
            )
                pause.EnsureSuccessStatusCode();
            Check([.. (await EndedRunsAsync(clients[0])).Where(run => (DateTimeOffset)run["dueAt"]! >= from)]);
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    private void Check(IReadOnlyList<JsonNode> runs)
    {
        var completed = runs.Where(run => (string)run["state"]! == "Completed")
            .Select(run => (DateTimeOffset)run["dueAt"]!)
            .Order()
            .ToList();
        Assert.True(completed.Count > Kills * 3, $"seed {seed}: {completed.Count} runs");
        Assert.All(runs, run => Assert.Contains((string)run["state"]!, (string[])["Completed", "Interrupted"]));
        // One for each time that the schedule named, and none left out.
        Assert.Equal(Enumerable.Range(0, completed.Count).Select(i => completed[0].AddSeconds(i * PeriodSeconds)), completed);

        var times = runs.Where(run => run["startedAt"] is not null)
            .Select(run => (Start: (DateTimeOffset)run["startedAt"]!, End: (DateTimeOffset)run["endedAt"]!))
            .OrderBy(run => run.Start)
            .ToList();
        Assert.All(times.Zip(times.Skip(1)), pair =>
            Assert.True(
                pair.Second.Start >= pair.First.End,
                $"seed {seed}: one run began at {pair.Second.Start:O}, before the end of another at {pair.First.End:O}"
            )
        );
    }

    private ServerProcess Start(int node, string database) =>
        ServerProcess.Start(
            ServerProcess.Built,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["GourmetGram__DataDirectory"] = Path.Combine(folder.FullName, $"node{node}"),
                ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
                ["Database__Provider"] = "PostgreSql",
                ["Database__ConnectionString"] = database,
                ["Jobs__LeaseSeconds"] = "4",
            }
        );

    private static async Task<AppClient> ClientAsync(ServerProcess node) =>
        AppClient.Administrator(new HttpClient { BaseAddress = await node.ListeningAsync() });

    /// <summary>Waits until so many more firings have been written down.</summary>
    private static async Task FiringsAsync(AppClient client, int count)
    {
        await Waiting.UntilAsync(async () => await LatestAsync(client) > DateTimeOffset.UnixEpoch);
        var before = await LatestAsync(client);
        await Waiting.UntilAsync(async () => await LatestAsync(client) >= before.AddSeconds(count * PeriodSeconds));
    }

    private static async Task<DateTimeOffset> LatestAsync(AppClient client) =>
        (await RunsAsync(client, "?limit=1"))["items"]!.AsArray() is { Count: > 0 } items
            ? (DateTimeOffset)items[0]!["dueAt"]!
            : DateTimeOffset.UnixEpoch;

    /// <summary>All runs, once none waits or runs.</summary>
    private static async Task<IReadOnlyList<JsonNode>> EndedRunsAsync(AppClient client)
    {
        var runs = new List<JsonNode>();
        await Waiting.UntilAsync(async () =>
        {
            runs.Clear();
            for (var cursor = ""; cursor is not null; )
            {
                var page = await RunsAsync(client, $"?limit=100{cursor}");
                runs.AddRange(page["items"]!.AsArray().Select(run => run!));
                cursor = page["next"] is { } next ? $"&cursor={(string)next!}" : null;
            }

            return runs.TrueForAll(run => run["endedAt"] is not null);
        });
        return runs;
    }

    private static async Task<JsonObject> RunsAsync(AppClient client, string query)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, $"api/v1/jobs/housekeeping/runs{query}");
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
    }
}
