using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>
/// Databases and stores that do not belong together, as an operator meets them: an old backup, a copy for trying things out. No photo is
/// lost.
/// </summary>
public sealed class RestoreTests : ServerTests
{
    private readonly Dictionary<string, string>? objects = S3Server.Missing is null ? S3Server.NewStore() : null;

    [Fact]
    public async Task An_older_database_costs_no_newer_photo_and_gets_them_back_as_predictions()
    {
        var settings = SettingsFor("data", onS3: false);
        var data = Path.Combine(Folder, "data");
        var old = await RunServerAsync(settings, uploads: 3);
        File.Copy(Path.Combine(data, "gourmetgram.db"), Path.Combine(Folder, "backup.db"));
        var newer = await RunServerAsync(settings, uploads: 4);
        foreach (var file in Directory.EnumerateFiles(data, "gourmetgram.db*"))
            File.Delete(file);
        File.Copy(Path.Combine(Folder, "backup.db"), Path.Combine(data, "gourmetgram.db"));

        var later = await RunServerAsync(settings, uploads: 1);
        await RunServerAsync(settings, uploads: 0);
        Assert.Equal(newer.Order(), (await SetAsideAsync(settings)).Order());
        var restored = await CommandRun.ExpectAsync(0, settings, "storage", "orphans", "restore");
        Assert.Contains("4 photos restored, 0 not restored.", restored.Errors, StringComparison.Ordinal);
        Assert.Empty(await SetAsideAsync(settings));
        await AssertThereAsync(settings, [.. old, .. newer, .. later]);
    }

    [Fact]
    public async Task What_is_set_aside_is_deleted_only_when_it_is_named()
    {
        var settings = SettingsFor("data", onS3: false);
        var photos = await RunServerAsync(settings, uploads: 3);
        var folder = Path.Combine(Folder, "data", "objects", "production");
        var own = Directory.EnumerateFiles(folder, $"{photos[0]}.*", SearchOption.AllDirectories).Single();
        // What a crash leaves: photos without a prediction, older than any request.
        var left = Enumerable.Range(0, 2).Select(i => Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddDays(-2 - i))).ToList();
        foreach (var id in left)
            File.Copy(own, Path.Combine(Path.GetDirectoryName(own)!, $"{id}.jpg"));
        await RunServerAsync(settings, uploads: 0);
        Assert.Equal(left.Order(), (await SetAsideAsync(settings)).Order());
        Assert.Equal(2, (await CommandRun.RunAsync(settings, "storage", "orphans", "purge")).ExitCode);
        Assert.Contains(
            "1 photos deleted",
            (await CommandRun.ExpectAsync(0, settings, "storage", "orphans", "purge", left[0].ToString())).Output,
            StringComparison.Ordinal
        );
        Assert.Equal([left[1]], await SetAsideAsync(settings));
        await CommandRun.ExpectAsync(0, settings, "storage", "orphans", "purge", "--all");
        Assert.Empty(await SetAsideAsync(settings));
        await AssertThereAsync(settings, photos);
    }

    [Fact]
    public async Task A_second_database_on_a_store_in_use_does_not_start_until_an_operator_joins_them()
    {
        var production = SettingsFor("data", onS3: true);
        var photos = await RunServerAsync(production, uploads: 3);
        var staging = SettingsFor("staging", onS3: true);
        await AssertRefusedAsync(staging);

        await CommandRun.ExpectAsync(0, staging, "storage", "adopt");
        await RunServerAsync(staging, uploads: 0);
        await AssertRefusedAsync(production);

        // Production takes its store back, with all photos.
        await CommandRun.ExpectAsync(0, production, "storage", "adopt");
        await RunServerAsync(production, uploads: 0);
        await AssertThereAsync(production, photos);
    }

    private static async Task AssertRefusedAsync(Dictionary<string, string> settings)
    {
        await using var server = ServerProcess.Start(ServerProcess.Built, settings);
        Assert.Equal(1, await server.ExitAsync());
        Assert.Contains("gourmetgram storage adopt", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }

    /// <summary>All photos can be read, and so their predictions are there.</summary>
    private static async Task AssertThereAsync(Dictionary<string, string> settings, IReadOnlyCollection<Guid> photos)
    {
        await using var server = ServerProcess.Start(ServerProcess.Built, settings);
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        foreach (var id in photos)
            Assert.NotEmpty(await admin.Http.GetByteArrayAsync($"api/v1/predictions/{id}/image", Cancel));
    }

    private static async Task<IReadOnlyList<Guid>> SetAsideAsync(Dictionary<string, string> settings) =>
        [
            .. (await CommandRun.ExpectAsync(0, settings, "storage", "orphans", "list")).Lines.Select(line =>
                Guid.Parse(line.Split('\t')[0])
            ),
        ];

    private Dictionary<string, string> SettingsFor(string data, bool onS3)
    {
        Assert.SkipWhen(onS3 && S3Server.Missing is not null, S3Server.Missing ?? "");
        var settings = onS3 ? new Dictionary<string, string>(objects!, StringComparer.Ordinal) : new(StringComparer.Ordinal);
        settings["GourmetGram__DataDirectory"] = Path.Combine(Folder, data);
        settings["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey;
        settings["Jobs__Scheduled"] = "false";
        return settings;
    }

    /// <summary>Runs a server until it has tidied up and has taken some photos.</summary>
    private static async Task<IReadOnlyList<Guid>> RunServerAsync(Dictionary<string, string> settings, int uploads)
    {
        await using var server = ServerProcess.Start(ServerProcess.Built, settings);
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await server.LineAsync("Cleaned up");
        var photos = new List<Guid>();
        for (var i = 0; i < uploads; i++)
            photos.Add((await admin.UploadAsync()).Id);
        server.Terminate();
        Assert.Equal(0, await server.ExitAsync());
        return photos;
    }
}
