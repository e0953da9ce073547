using System.Net;
using System.Text.Json.Nodes;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>
/// A disk that is full or takes no writes: clear answers, nothing half-written, and work goes on by itself when there is room.
/// </summary>
public sealed class DiskTests
{
    private const long Mebibyte = 1 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public async Task When_photos_have_filled_the_disk_people_read_say_what_is_wrong_and_erase_and_uploads_go_on_when_there_is_room(
        DatabaseProvider provider
    )
    {
        using var disk = SmallDisk.Mount(mebibytes: 40);
        var settings = await SettingsAsync(disk, provider);
        await using var server = ServerProcess.Start(ServerProcess.Built, settings);
        var client = Client(await server.ListeningAsync());
        var first = await client.UploadAsync();
        disk.FillUpTo(17 * Mebibyte);

        var uploads = 1;
        for (; uploads < 100; uploads++)
        {
            using var answer = await client.TryUploadAsync(Photos.New());
            if (answer.StatusCode != HttpStatusCode.Created)
            {
                await AssertSaysFullAsync(answer);
                break;
            }
        }

        Assert.InRange(uploads, 2, 99);
        await AssertWholeAsync(client, disk, uploads);
        // A photo smaller than the last one might still have found room.
        disk.FillUpTo(15 * Mebibyte);
        await client.ReadyAsync(HttpStatusCode.ServiceUnavailable, "No space left");

        await AssertDoneAsync(client.FlagAsync(first.Id));
        await AssertDoneAsync(client.CorrectAsync(first.Id, first.Class));
        await AssertDoneAsync(client.EraseAsync(first.Id));
        await AssertWholeAsync(client, disk, uploads - 1);

        disk.MakeRoom();
        await client.UploadAsync();
        await client.ReadyAsync();
        await AssertWholeAsync(client, disk, uploads);
    }

    [Fact]
    public async Task When_another_program_has_filled_the_disk_nothing_is_half_written_and_work_goes_on_when_there_is_room()
    {
        using var disk = SmallDisk.Mount(mebibytes: 40);
        var settings = await SettingsAsync(disk, DatabaseProvider.Sqlite);
        await using (var server = ServerProcess.Start(ServerProcess.Built, settings))
        {
            var client = Client(await server.ListeningAsync());
            var first = await client.UploadAsync();
            disk.FillUpTo(0);

            using (var answer = await client.TryUploadAsync(Photos.New()))
                await AssertSaysFullAsync(answer);
            await AssertWholeAsync(client, disk, 1);
            // What the database can do without a byte of room depends on how much of its log is in use: done, or refused with words. Never
            // in between.
            var erased = false;
            for (var i = 0; i < 20; i++)
            {
                using var flag = await (i % 2 == 0 ? client.FlagAsync(first.Id) : client.UnflagAsync(first.Id));
                if (!flag.IsSuccessStatusCode)
                    await AssertSaysFullAsync(flag);
            }

            using (var erase = await client.EraseAsync(first.Id))
            {
                erased = erase.IsSuccessStatusCode;
                if (!erased)
                    await AssertSaysFullAsync(erase);
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"erased on a full disk: {erased}");
            await AssertWholeAsync(client, disk, erased ? 0 : 1);
            disk.MakeRoom();
            await client.UploadAsync();
            await AssertWholeAsync(client, disk, erased ? 1 : 2);
            disk.FillUpTo(0);
        }

        await using (var refused = ServerProcess.Start(ServerProcess.Built, settings))
        {
            Assert.NotEqual(0, await refused.ExitAsync());
            Assert.Contains(
                $"cannot start. The disk of the data directory {settings["GourmetGram__DataDirectory"]} is full. Free space there",
                refused.Output,
                StringComparison.Ordinal
            );
            Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
        }

        disk.MakeRoom();
        await using var again = ServerProcess.Start(ServerProcess.Built, settings);
        await Client(await again.ListeningAsync()).UploadAsync();
    }

    [Fact]
    public async Task A_disk_that_takes_no_writes_is_named_at_start()
    {
        using var disk = SmallDisk.Mount(mebibytes: 40);
        var settings = await SettingsAsync(disk, DatabaseProvider.Sqlite);
        Directory.CreateDirectory(settings["GourmetGram__DataDirectory"]);
        disk.MakeReadOnly();

        await using var server = ServerProcess.Start(ServerProcess.Built, settings);
        Assert.NotEqual(0, await server.ExitAsync());
        Assert.Contains(
            $"cannot start. The data directory {settings["GourmetGram__DataDirectory"]} cannot be written: Read-only file system",
            server.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("GourmetGram:DataDirectory", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, string>> SettingsAsync(SmallDisk disk, DatabaseProvider provider)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["GourmetGram__DataDirectory"] = Path.Combine(disk.Folder, "data"),
            ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
            ["Limits__QueueMilliseconds"] = "60000",
            ["Database__Provider"] = provider.ToString(),
        };
        if (provider == DatabaseProvider.PostgreSql)
            settings["Database__ConnectionString"] = await MigratedDatabase.TakeAsync();
        return settings;
    }

    private static AppClient Client(Uri address) => AppClient.Administrator(new HttpClient { BaseAddress = address });

    private static async Task AssertSaysFullAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(
            answer.StatusCode is HttpStatusCode.InsufficientStorage or HttpStatusCode.ServiceUnavailable,
            $"{answer.StatusCode}: {text}"
        );
        Assert.Contains("is full", JsonNode.Parse(text)!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static async Task AssertDoneAsync(Task<HttpResponseMessage> request)
    {
        using var answer = await request;
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>So many predictions, each with its readable photo, no photo besides, and nothing half-written.</summary>
    private static async Task AssertWholeAsync(AppClient client, SmallDisk disk, int count)
    {
        var found = (await client.ListAsync("?limit=100")).Items;
        Assert.Equal(count, found.Count);
        foreach (var prediction in found)
            Assert.NotEmpty(await client.DownloadAsync(prediction));
        var objects = Path.Combine(disk.Folder, "data", "objects");
        Assert.Equal(
            found.Select(p => p.Id).Order(),
            Directory
                .EnumerateFiles(Path.Combine(objects, "production"), "*.jpg", SearchOption.AllDirectories)
                .Select(path => Guid.Parse(Path.GetFileNameWithoutExtension(path)))
                .Order()
        );
        // The job that writes tags may be in the middle of one.
        await Waiting.UntilAsync(() => Task.FromResult(!Directory.EnumerateFiles(Path.Combine(objects, ".incoming")).Any()));
    }
}
