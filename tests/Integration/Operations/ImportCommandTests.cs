using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.ObjectStorage;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Operations;

public sealed class ImportOnSqlite() : ImportCommandTests(DatabaseProvider.Sqlite);

public sealed class ImportOnPostgreSql() : ImportCommandTests(DatabaseProvider.PostgreSql);

/// <summary><c>gourmetgram import lab</c>: a lab's filled bucket on a real S3 server becomes predictions.</summary>
public abstract class ImportCommandTests(DatabaseProvider provider) : ServerTests
{
    private const string Uuid = "5b0c2a52-6c57-4a52-9d2f-0d9a3a1d4a11";

    private readonly Dictionary<string, string> lab = S3Server.NewStore();

    [Fact]
    public async Task A_lab_is_taken_over_once_with_what_its_model_and_its_people_said()
    {
        await FillAsync();
        var before = await SnapshotAsync();
        var settings = await SettingsAsync();

        var first = await ImportAsync(settings, exitCode: 1);
        Assert.Equal("3 taken, 1 reclassified, 1 known, 5 skipped.", first.Errors.Trim());
        var taken = Lines(first);
        Assert.Equal("taken", taken["class_09/image.jpg"][0]);
        Assert.Equal("reclassified", taken["class_04/forgotten.jpg"][0]);
        Assert.Contains("the same photo is already stored", taken["class_09/same.jpg"][3], StringComparison.Ordinal);
        Assert.Contains("its folder is that of Bread, but its tags name Soup", taken["class_00/wrong.jpg"][3], StringComparison.Ordinal);
        Assert.Contains("class 77 does not exist", taken["class_77/nothing.jpg"][3], StringComparison.Ordinal);
        Assert.Contains("it is not in a class folder", taken["readme.txt"][3], StringComparison.Ordinal);
        Assert.Contains("JPEG, PNG", taken["class_01/text.jpg"][3], StringComparison.Ordinal);
        Assert.Contains("the photo does not exist", taken["class_02/gone.jpg"][3], StringComparison.Ordinal);

        // The lab's own objects stay as they are, also when the same is done again.
        var again = Lines(await ImportAsync(settings, exitCode: 1));
        Assert.Equal(taken.Keys.Order(), again.Keys.Order());
        Assert.All(again, line => Assert.Equal(taken[line.Key][0] == "skipped" ? "skipped" : "known", line.Value[0]));
        Assert.All(taken.Where(line => line.Value[0] != "skipped"), line => Assert.Equal(line.Value[2], again[line.Key][2]));
        Assert.Equal(before, await SnapshotAsync());

        await using var server = new HostedServer(settings);
        var client = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        var named = await ReadAsync(client, taken["class_09/image.jpg"][2]);
        Assert.Equal(("Soup", 0.93f, "image.jpg", "lab", "2026-11-20T08:15:30.250Z"), Facts(named));
        var probabilities = named["probabilities"]!.AsArray();
        Assert.Equal(11, probabilities.Count);
        Assert.Equal("Soup", (string?)Assert.Single(probabilities, p => p!["probability"] is not null)!["class"]);
        var image = await client.Http.GetByteArrayAsync(new Uri((string)named["image"]!), Cancel);
        Assert.Equal(Photos.Golden("drawing-egg.jpg").Length, image.Length, tolerance: 64);

        var tagged = await ReadAsync(client, taken[$"class_07/{Uuid}.jpg"][2]);
        Assert.Equal(("Rice", 0.412f, null, "lab", "2026-11-21T10:00:00.000Z"), Facts(tagged));
        // What people said stands beside it, of the rater that all without identity share.
        var anonymous = new AppClient(new HttpClient { BaseAddress = client.Http.BaseAddress });
        var seen = await anonymous.GetAsync(Guid.Parse(taken[$"class_07/{Uuid}.jpg"][2]));
        Assert.True(seen.Flagged);
        Assert.Equal("Bread", seen.Correction);

        var anew = await ReadAsync(client, taken["class_04/forgotten.jpg"][2]);
        Assert.Equal("food11", (string?)anew["model"]!["name"]);
        Assert.All(anew["probabilities"]!.AsArray(), p => Assert.NotNull(p!["probability"]));
    }

    [Fact]
    public async Task What_was_erased_here_does_not_come_back()
    {
        await FillAsync();
        var settings = await SettingsAsync();
        var id = Lines(await ImportAsync(settings, exitCode: 1))["class_09/image.jpg"][2];
        await using (var server = new HostedServer(settings))
        {
            using var erased = await AppClient
                .Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() })
                .EraseAsync(Guid.Parse(id));
            Assert.True(erased.IsSuccessStatusCode);
            var refused = await CommandRun.RunAsync(settings, Arguments());
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("Stop the server first", refused.Errors, StringComparison.Ordinal);
        }

        Assert.Contains(
            "deleted here since",
            Lines(await ImportAsync(settings, exitCode: 1))["class_09/image.jpg"][3],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_and_a_lab_that_does_not_answer_are_named()
    {
        var settings = await SettingsAsync();
        await UseAsync(store =>
            store.PutAsync(new ObjectAddress("tracking", "production.json"), "[{"u8.ToArray(), "application/json", Cancel)
        );
        var broken = await CommandRun.RunAsync(settings, Arguments());
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("tracking/production.json is not a valid list", broken.Errors, StringComparison.Ordinal);

        lab["ObjectStore__SecretKey"] = "a-wrong-one";
        var denied = await CommandRun.RunAsync(settings, Arguments());
        Assert.Equal(1, denied.ExitCode);
        Assert.Contains("The import stopped", denied.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", denied.Errors, StringComparison.Ordinal);
    }

    private static (string?, float, string?, string?, string?) Facts(JsonObject prediction) =>
        (
            (string?)prediction["class"],
            (float)prediction["probability"]!,
            (string?)prediction["fileName"],
            (string?)prediction["model"]!["name"],
            (string?)prediction["createdAt"]
        );

    private static async Task<JsonObject> ReadAsync(AppClient client, string id) =>
        (await client.Http.GetFromJsonAsync<JsonObject>($"api/v1/predictions/{id}", Cancel))!;

    private static Dictionary<string, string[]> Lines(CommandResult result) =>
        result.Lines.Select(line => line.Split('\t')).ToDictionary(parts => parts[1], StringComparer.Ordinal);

    /// <summary>
    /// What labs of both generations leave: file names and uuids, tags or not, an entry in the list or not, and things that are no photos.
    /// </summary>
    private Task FillAsync() =>
        UseAsync(async store =>
        {
            var same = Photos.New();
            await PutAsync("class_09/image.jpg", Photos.New());
            await PutAsync(
                $"class_07/{Uuid}.jpg",
                Photos.New(),
                new()
                {
                    ["predicted_class"] = "Rice",
                    ["confidence"] = "0.412",
                    ["timestamp"] = "2026-11-21T10:00:00Z",
                    ["flagged"] = "true",
                    ["corrected_class"] = "Bread",
                }
            );
            await PutAsync("class_04/forgotten.jpg", Photos.New());
            await PutAsync("class_09/original.jpg", same);
            await PutAsync("class_09/same.jpg", same);
            await PutAsync(
                "class_00/wrong.jpg",
                Photos.New(),
                new()
                {
                    ["predicted_class"] = "Soup",
                    ["confidence"] = "0.5",
                    ["timestamp"] = "2026-11-21T10:00:00Z",
                }
            );
            await PutAsync("class_77/nothing.jpg", Photos.New());
            await PutAsync("readme.txt", "hello"u8.ToArray());
            await PutAsync("class_01/text.jpg", "no photo"u8.ToArray());
            var list = JsonSerializer.SerializeToUtf8Bytes(
                new object[]
                {
                    Entry("image.jpg", "class_09", "Soup", 0.1, "2026-11-01T00:00:00"),
                    Entry("image.jpg", "class_09", "Soup", 0.93, "2026-11-20T08:15:30.250321"),
                    Entry("original.jpg", "class_09", "Soup", 0.8, "2026-11-20T09:00:00Z"),
                    Entry("gone.jpg", "class_02", "Dessert", 0.8, "2026-11-20T09:00:00Z"),
                }
            );
            await store.PutAsync(new ObjectAddress("tracking", "production.json"), list, "application/json", Cancel);

            async Task PutAsync(string key, byte[] bytes, Dictionary<string, string>? tags = null)
            {
                var address = new ObjectAddress("production", key);
                await store.PutAsync(address, bytes, "image/jpeg", Cancel);
                if (tags is not null)
                    await store.WriteTagsAsync(address, tags, Cancel);
            }

            static object Entry(string file, string folder, string name, double confidence, string at) =>
                new
                {
                    prediction_id = "not a uuid",
                    filename = file,
                    prediction = name,
                    confidence,
                    image_url = $"http://minio:9000/production/{folder}/{file}",
                    class_dir = folder,
                    sampled = false,
                    timestamp = at,
                };
        });

    private async Task<Dictionary<string, string>> SettingsAsync()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"),
            ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
            ["Jobs__Scheduled"] = "false",
            ["Database__Provider"] = provider.ToString(),
        };
        if (provider == DatabaseProvider.PostgreSql)
            settings["Database__ConnectionString"] = await MigratedDatabase.TakeAsync();
        return settings;
    }

    private string[] Arguments()
    {
        var secret = Path.Combine(Folder, "secret");
        File.WriteAllText(secret, lab["ObjectStore__SecretKey"] + "\n");
        return
        [
            "import",
            "lab",
            "--endpoint",
            lab["ObjectStore__Endpoint"],
            "--access-key",
            lab["ObjectStore__AccessKey"],
            "--secret-key-file",
            secret,
            "--bucket-prefix",
            lab["ObjectStore__BucketPrefix"],
        ];
    }

    private Task<CommandResult> ImportAsync(Dictionary<string, string> settings, int exitCode) =>
        CommandRun.ExpectAsync(exitCode, settings, Arguments());

    private async Task UseAsync(Func<IObjectStore, Task> use)
    {
        await using var container = ObjectStores.Build(lab);
        await use(container.GetRequiredService<IObjectStore>());
    }

    /// <summary>All of the lab's photos with the time at which each was last written.</summary>
    private async Task<List<StoredObject>> SnapshotAsync()
    {
        await using var container = ObjectStores.Build(lab);
        return await container
            .GetRequiredService<IObjectStore>()
            .ListAsync("production", prefix: "", Cancel)
            .OrderBy(item => item.Key, StringComparer.Ordinal)
            .ToListAsync(Cancel);
    }
}
