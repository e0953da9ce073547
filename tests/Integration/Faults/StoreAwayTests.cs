using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using GourmetGram.Application.Common;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.ObjectStorage;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>
/// A real S3 server that is killed, held and started again, and our process killed meanwhile, while people upload. Each upload is answered,
/// and in the end each photo that was is in the store once, whole and with its tags.
/// </summary>
public sealed class StoreAwayTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gourmetgram-away-");
    private readonly ConcurrentDictionary<Guid, byte[]> answered = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Uploads_go_on_without_the_store_and_every_photo_is_there_once_when_it_is_back(bool onPostgreSql)
    {
        await using var s3 = await OwnS3Server.StartAsync();
        var settings = s3.NewStore();
        settings["GourmetGram__DataDirectory"] = Path.Combine(folder.FullName, "data");
        settings["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey;
        settings["Limits__QueueMilliseconds"] = "60000";
        settings["Limits__StoreSeconds"] = "1";
        settings["ObjectStore__TimeoutSeconds"] = "5";
        settings["Jobs__LeaseSeconds"] = "3";
        if (onPostgreSql)
        {
            settings["Database__Provider"] = "PostgreSql";
            settings["Database__ConnectionString"] = await MigratedDatabase.TakeAsync();
        }

        var server = await StartAsync(settings);
        await using (server.Process)
        {
            using (
                var often = await server.Client.SendAsync(
                    HttpMethod.Patch,
                    "api/v1/jobs/store-images",
                    JsonContent.Create(new { cron = "0/1 * * * * ?" })
                )
            )
                Assert.Equal(HttpStatusCode.OK, often.StatusCode);
            // One after another at first: uploads that register the model at once are begun anew, and what a store says too late of the
            // first beginning is removed after a start only.
            await UploadAsync(server.Client, 1);
            await UploadAsync(server.Client, 5);

            // Killed while photos are on their way to it.
            var uploads = UploadAsync(server.Client, 20);
            s3.Kill();
            await uploads;
            var before = answered.Keys.ToHashSet();
            await UploadAsync(server.Client, 5);
            await server.Client.ReadyAsync(words: "wait in the spool");

            await CheckImagesAsync(server.Client, answered.Where(photo => !before.Contains(photo.Key)));
            // Our process is killed with a full spool, and again while it moves photos.
            server.Process.Kill();
            await server.Process.ExitAsync();
        }

        await s3.RestartAsync();
        for (var kill = 0; kill < 3; kill++)
        {
            server = await StartAsync(settings);
            await using (server.Process)
            {
                await UploadAsync(server.Client, 2);
                server.Process.Kill();
                await server.Process.ExitAsync();
            }
        }

        server = await StartAsync(settings);
        await using var last = server.Process;
        // Held until all deadlines have passed, and let go.
        s3.Hold();
        await UploadAsync(server.Client, 10);
        s3.Continue();
        await UploadAsync(server.Client, 5);

        await SettleAsync(server.Client);
        await CheckImagesAsync(server.Client, answered);
        await using var container = ObjectStores.Build(
            settings
                .Where(setting => setting.Key.StartsWith("ObjectStore__", StringComparison.Ordinal))
                .ToDictionary(StringComparer.Ordinal)
        );
        var store = container.GetRequiredService<IObjectStore>();
        var stored = await store.ListAsync("production", "class_", Cancel).ToListAsync(Cancel);
        Assert.Equal(answered.Keys.Order(), stored.Select(found => Guid.Parse(Path.GetFileNameWithoutExtension(found.Key))).Order());
        foreach (var found in stored)
        {
            var address = new ObjectAddress("production", found.Key);
            await using var content = await store.OpenReadAsync(address, Cancel);
            var kept = answered[Guid.Parse(Path.GetFileNameWithoutExtension(found.Key))];
            Assert.Equal(
                Convert.ToHexStringLower(SHA256.HashData(kept)),
                Convert.ToHexStringLower(await SHA256.HashDataAsync(content, Cancel))
            );
            Assert.Equal(
                ["confidence", "predicted_class", "timestamp"],
                (await store.ReadTagsAsync(address, Cancel)).Keys.Order(StringComparer.Ordinal)
            );
        }
    }

    private static async Task<(ServerProcess Process, AppClient Client)> StartAsync(Dictionary<string, string> settings)
    {
        var server = ServerProcess.Start(ServerProcess.Built, settings);
        return (server, AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() }));
    }

    private async Task UploadAsync(AppClient client, int count) =>
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel },
            async (_, _) =>
            {
                var photo = Photos.NewKept();
                answered[(await client.UploadAsync(photo)).Id] = photo;
            }
        );

    private static async Task CheckImagesAsync(AppClient client, IEnumerable<KeyValuePair<Guid, byte[]>> photos)
    {
        foreach (var (id, photo) in photos)
            Assert.Equal(photo, await client.Http.GetByteArrayAsync($"api/v1/predictions/{id}/image", Cancel));
    }

    /// <summary>Runs the job until nothing waits any more: the spool is empty and no photo lacks its tags.</summary>
    private static Task SettleAsync(AppClient client) =>
        Waiting.UntilAsync(async () =>
        {
            var run = await client.RunJobAsync("store-images");
            using var ready = await client.SendAsync(HttpMethod.Get, "health/ready");
            return (string)run["state"]! == "Completed"
                && (long)run["counts"]!["stored"]! == 0
                && (long)run["counts"]!["tagged"]! == 0
                && !(await ready.Content.ReadAsStringAsync(Cancel)).Contains("spool", StringComparison.Ordinal);
        });
}
