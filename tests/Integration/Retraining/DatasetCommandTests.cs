using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Retraining;

/// <summary>
/// Dataset versions as programs see them: by the API, by the command with a server and without one, and as files of other tools.
/// </summary>
public sealed class DatasetCommandTests : ServerTests
{
    private const int Batch = 8;

    private Dictionary<string, string> Settings =>
        new(StringComparer.Ordinal)
        {
            ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"),
            ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
            ["Jobs__Scheduled"] = "false",
        };

    [Fact]
    public async Task Labels_become_a_version_that_other_tools_read()
    {
        string id;
        List<JsonObject> items;
        string[] formats = ["folders", "imagefolder", "csv", "webdataset", "croissant"];
        await using (var server = new HostedServer(Settings))
        {
            using var http = new HttpClient { BaseAddress = await server.ListeningAsync() };
            var admin = AppClient.Administrator(http);
            await LabelAsync(admin);

            // The schedule is off, so the request itself starts the job.
            var built = await CommandRun.ExpectAsync(0, Settings, "dataset", "build", "--json", "--tune", "0.1", "--train", "0.6");
            var version = JsonNode.Parse(built.Output)!.AsObject();
            id = version["id"]!.GetValue<string>();
            Assert.Equal(("Ready", 1), (version["state"]!.GetValue<string>(), version["number"]!.GetValue<int>()));
            Assert.Equal(
                id,
                (await CommandRun.ExpectAsync(0, Settings, "dataset", "build", "--tune", "0.1", "--train", "0.6")).Output.Trim()
            );
            items = await ItemsAsync(admin, id);
            Assert.Equal(version["photos"]!.GetValue<int>(), items.Count);
            Assert.Equal(version["photos"]!.GetValue<int>(), version["classes"]!.AsArray().Sum(item => item!["photos"]!.GetValue<int>()));

            foreach (var format in formats)
                await CommandRun.ExpectAsync(0, Settings, "dataset", "export", id[..10], format, FileOf("server", format));
            await CommandRun.ExpectAsync(0, Settings, "dataset", "export", "1", "csv", FileOf("server", "tune"), "--split", "tune");
            var listed = await CommandRun.ExpectAsync(0, Settings, "dataset", "list");
            Assert.StartsWith($"1\t{id}\t", Assert.Single(listed.Lines), StringComparison.Ordinal);
            await AssertApiAsync(admin, id);
        }

        // Without a server, the files are the same to the byte.
        foreach (var format in formats)
        {
            await CommandRun.ExpectAsync(0, Settings, "dataset", "export", id, format, FileOf("here", format));
            Assert.Equal(await HashAsync(FileOf("server", format)), await HashAsync(FileOf("here", format)));
        }

        var shown = await CommandRun.ExpectAsync(0, Settings, "dataset", "show", "latest", "--json");
        Assert.Equal(id, JsonNode.Parse(shown.Output)!["version"]!["id"]!.GetValue<string>());
        Assert.Contains($"Id: {id}", (await CommandRun.ExpectAsync(0, Settings, "dataset", "show", "1")).Output, StringComparison.Ordinal);
        Assert.Equal(id, (await CommandRun.ExpectAsync(0, Settings, "dataset", "build", "--tune", "0.1", "--train", "0.6")).Output.Trim());
        var unknown = await CommandRun.ExpectAsync(1, Settings, "dataset", "export", "abcdef", "csv", FileOf("here", "none"));
        Assert.Contains("abcdef was not found", unknown.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder, "*.part"));

        AssertFolders(FileOf("server", "folders"), items);
        AssertImageFolder(FileOf("server", "imagefolder"), items);
        await AssertWebDatasetAsync(FileOf("server", "webdataset"), items);
        await AssertCroissantAsync(items);
        var lines = await File.ReadAllLinesAsync(FileOf("server", "csv"), Cancel);
        Assert.Equal(items.Count + 1, lines.Length);
        Assert.Equal(
            items.Count(item => item["split"]!.GetValue<string>() == "Tune") + 1,
            (await File.ReadAllLinesAsync(FileOf("server", "tune"), Cancel)).Length
        );
        await AssertPythonReadsAsync(items);
    }

    /// <summary>Right after a training there are no photos to compare on, and the command does not wait for them.</summary>
    [Fact]
    public async Task The_pipeline_command_ends_and_says_what_the_run_waits_for()
    {
        CommandResult run;
        await using (var server = new HostedServer(Settings))
        {
            using var http = new HttpClient { BaseAddress = await server.ListeningAsync() };
            await LabelAsync(AppClient.Administrator(http));
            run = await CommandRun.ExpectAsync(0, Settings, "pipeline", "run");
        }

        Assert.Equal(2, run.Lines.Count);
        Assert.StartsWith("Model 2.1 waits for photos to be compared on.", run.Lines[1], StringComparison.Ordinal);
        Assert.Equal(run.Output, (await CommandRun.ExpectAsync(0, Settings, "pipeline", "status")).Output);
    }

    /// <summary>Uploads and labels photos, until several windows may train and one at least is for measuring.</summary>
    private static async Task LabelAsync(AppClient admin)
    {
        using (
            var all = await admin.SendAsync(
                HttpMethod.Patch,
                "api/v1/loops/lowconfidence",
                JsonContent.Create(new { dailyLimit = 0, settings = new { threshold = 1, perUploader = 0 } })
            )
        )
            all.EnsureSuccessStatusCode();
        var (training, measuring) = (0, 0);
        while (training < 3 || measuring < 1)
        {
            for (var i = 0; i < Batch; i++)
                await admin.UploadAsync(Photos.NewKept());
            await admin.RunJobAsync("random-sampling");
            var windows = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/windows", Cancel))!["items"]!.AsArray();
            measuring = windows.Count(window => window!["forMeasuring"]!.GetValue<bool>());
            training = windows.Count - measuring;
        }

        await admin.RunJobAsync("select-candidates");
        for (var i = 0; ; i++)
        {
            using var asked = await admin.SendAsync(HttpMethod.Post, "api/v1/loops/lowconfidence/tasks/next");
            if (asked.StatusCode != HttpStatusCode.OK)
                break;
            var task = (await asked.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
            object body = i % 5 == 4 ? new { answer = "None" } : new { @class = i % 2 == 0 ? "Noodles/Pasta" : "Egg" };
            using var labelled = await admin.SendAsync(HttpMethod.Post, $"api/v1/tasks/{task["id"]}/label", JsonContent.Create(body));
            Assert.Equal(HttpStatusCode.Created, labelled.StatusCode);
        }
    }

    private static async Task AssertApiAsync(AppClient admin, string id)
    {
        var version = (await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/datasets/versions/{id}", Cancel))!["version"]!;
        Assert.True(version["leftOut"]!["MeasuringWindow"]!.GetValue<int>() > 0);
        Assert.True(version["leftOut"]!["NoneOfThese"]!.GetValue<int>() > 0);
        var manifest = JsonNode.Parse(await admin.Http.GetStringAsync($"api/v1/datasets/versions/{id}/manifest", Cancel))!;
        Assert.Equal(id, manifest["id"]!.GetValue<string>());
        var diff = (await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/datasets/versions/{id}/diff/1", Cancel))!;
        Assert.Equal((0, version["photos"]!.GetValue<int>()), (diff["added"]!.GetValue<int>(), diff["unchanged"]!.GetValue<int>()));
        foreach (
            var (path, status) in new[]
            {
                ("versions/none", HttpStatusCode.NotFound),
                ("versions/1/export/parquet", HttpStatusCode.BadRequest),
                ("versions/1/items?limit=0", HttpStatusCode.BadRequest),
                ("versions/1/items?cursor=ffffffffffffffffffffffffffffffff", HttpStatusCode.BadRequest),
                ("versions?cursor=x", HttpStatusCode.BadRequest),
            }
        )
        {
            using var answer = await admin.SendAsync(HttpMethod.Get, $"api/v1/datasets/{path}");
            Assert.Equal(status, answer.StatusCode);
        }

        foreach (object body in new object[] { new { trainShare = 2 }, new { loops = Array.Empty<string>() }, new { shuffle = true } })
        {
            using var answer = await admin.SendAsync(HttpMethod.Post, "api/v1/datasets", JsonContent.Create(body));
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        var photo = (await ItemsAsync(admin, id))[0]["predictionId"]!.GetValue<string>();
        using (
            var excluded = await admin.SendAsync(
                HttpMethod.Put,
                $"api/v1/datasets/exclusions/{photo}",
                JsonContent.Create(new { note = "blurred" })
            )
        )
            Assert.Equal(HttpStatusCode.OK, excluded.StatusCode);
        Assert.Single((await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/datasets/exclusions", Cancel))!["items"]!.AsArray());
        using (var included = await admin.SendAsync(HttpMethod.Delete, $"api/v1/datasets/exclusions/{photo}"))
            Assert.Equal(HttpStatusCode.NoContent, included.StatusCode);
    }

    private static void AssertFolders(string file, List<JsonObject> items)
    {
        using var zip = ZipFile.OpenRead(file);
        var expected = items.ToDictionary(
            item => $"{(ClassOf(item) == "Egg" ? "Egg" : "Noodles_Pasta")}/{item["predictionId"]}.jpg",
            item => item["storedSha256"]!.GetValue<string>()
        );
        var photos = zip.Entries.Where(entry => entry.FullName.Contains('/')).ToList();
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), photos.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        Assert.All(photos, entry => Assert.Equal(expected[entry.FullName], HashOf(entry)));
        Assert.Equal(["classes.json", "index.csv"], zip.Entries.Select(entry => entry.FullName).Where(name => !name.Contains('/')).Order());
        Assert.All(zip.Entries, entry => Assert.Equal(1980, entry.LastWriteTime.Year));
    }

    /// <summary>
    /// The rules of Hugging Face's folder-based builder: splits are folders with these names; with metadata, no label comes from a folder;
    /// each row names a file relative to the metadata; all metadata have the same columns.
    /// </summary>
    private static void AssertImageFolder(string file, List<JsonObject> items)
    {
        using var zip = ZipFile.OpenRead(file);
        var byFile = items.ToDictionary(item => item["predictionId"]!.GetValue<string>());
        var seen = 0;
        var columns = new HashSet<string>(StringComparer.Ordinal);
        foreach (var metadata in zip.Entries.Where(entry => entry.Name == "metadata.jsonl"))
        {
            var split = metadata.FullName.Split('/')[0];
            var rows = TextOf(metadata)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonNode.Parse(line)!.AsObject())
                .ToList();
            Assert.Equal(
                zip.Entries.Where(entry => entry.FullName.StartsWith($"{split}/", StringComparison.Ordinal) && entry != metadata)
                    .Select(entry => entry.FullName)
                    .Order(StringComparer.Ordinal),
                rows.Select(row => $"{split}/{row["file_name"]}").Order(StringComparer.Ordinal)
            );
            foreach (var row in rows)
            {
                columns.Add(string.Join(',', row.Select(member => member.Key)));
                var item = byFile[row["prediction_id"]!.GetValue<string>()];
                Assert.Equal((ClassOf(item), split), (row["label"]!.GetValue<string>(), FolderOf(item)));
                seen++;
            }
        }

        Assert.Equal(items.Count, seen);
        Assert.Single(columns);
        Assert.All(zip.Entries.Where(entry => entry.FullName.Contains('/')), entry =>
            Assert.Contains(entry.FullName.Split('/')[0], new[] { "train", "validation", "test" })
        );
    }

    private static async Task AssertWebDatasetAsync(string file, List<JsonObject> items)
    {
        await using var content = File.OpenRead(file);
        await using var tar = new TarReader(content);
        // Consecutive members with the same text before the first dot are a sample.
        var samples = new List<(string Key, Dictionary<string, byte[]> Parts)>();
        while (await tar.GetNextEntryAsync(copyData: true, Cancel) is { } entry)
        {
            var (key, part) = (entry.Name.Split('.', 2)[0], entry.Name.Split('.', 2)[1]);
            if (samples.Count == 0 || samples[^1].Key != key)
                samples.Add((key, []));
            using var bytes = new MemoryStream();
            await entry.DataStream!.CopyToAsync(bytes, Cancel);
            samples[^1].Parts.Add(part, bytes.ToArray());
            Assert.Equal(DateTimeOffset.UnixEpoch, entry.ModificationTime);
        }

        Assert.Equal(items.Select(item => item["predictionId"]!.GetValue<string>()), samples.Select(sample => sample.Key));
        foreach (var (item, (_, parts)) in items.Zip(samples))
        {
            Assert.Equal(["cls", "jpg", "json"], parts.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(item["storedSha256"]!.GetValue<string>(), Convert.ToHexStringLower(SHA256.HashData(parts["jpg"])));
            var row = JsonNode.Parse(parts["json"])!;
            Assert.Equal(ClassOf(item), row["label"]!.GetValue<string>());
            Assert.Equal(row["label_index"]!.GetValue<int>().ToString(), Encoding.UTF8.GetString(parts["cls"]));
        }
    }

    private async Task AssertCroissantAsync(List<JsonObject> items)
    {
        var croissant = JsonNode.Parse(await File.ReadAllTextAsync(FileOf("server", "croissant"), Cancel))!;
        Assert.Equal("http://mlcommons.org/croissant/1.1", croissant["conformsTo"]!.GetValue<string>());
        var files = croissant["distribution"]!.AsArray().ToDictionary(file => file!["@id"]!.GetValue<string>(), file => file!);
        Assert.Equal(await HashAsync(FileOf("server", "csv")), files["labels"]["sha256"]!.GetValue<string>());
        Assert.Equal(await HashAsync(FileOf("server", "imagefolder")), files["archive"]["sha256"]!.GetValue<string>());
        Assert.Equal($"{new FileInfo(FileOf("server", "imagefolder")).Length} B", files["archive"]["contentSize"]!.GetValue<string>());
        // Every id that is referred to is one of the document, and every column is one of the CSV.
        var header = (await File.ReadAllLinesAsync(FileOf("server", "csv"), Cancel))[0].Split(',');
        var sets = croissant["recordSet"]!.AsArray();
        var ids = files
            .Keys.Concat(sets.SelectMany(set => set!["field"]!.AsArray().Select(field => field!["@id"]!.GetValue<string>())))
            .ToList();
        foreach (var field in sets.SelectMany(set => set!["field"]!.AsArray()))
        {
            foreach (var place in new[] { field!["source"], field["references"] }.OfType<JsonNode>())
            {
                foreach (var target in new[] { place["fileObject"], place["fileSet"], place["field"] }.OfType<JsonNode>())
                    Assert.Contains(target["@id"]!.GetValue<string>(), ids);
                if (place["extract"]?["column"] is { } column)
                    Assert.Contains(column.GetValue<string>(), header);
            }
        }

        Assert.NotEmpty(items);
    }

    /// <summary>What Python's own library reads from the exports, where the machine has it.</summary>
    private async Task AssertPythonReadsAsync(List<JsonObject> items)
    {
        const string Script = """
            import csv, io, json, sys, tarfile, zipfile
            from collections import Counter
            folder = sys.argv[1]
            rows = list(csv.DictReader(open(folder + '/server-csv', newline='', encoding='utf-8')))
            archive = zipfile.ZipFile(folder + '/server-folders')
            index = list(csv.DictReader(io.StringIO(archive.read('index.csv').decode('utf-8'))))
            names = {c['folder']: c['name'] for c in json.loads(archive.read('classes.json'))}
            inside = Counter(names[n.split('/')[0]] for n in archive.namelist() if '/' in n)
            tar = tarfile.open(folder + '/server-webdataset')
            classes = Counter(json.load(tar.extractfile(m))['label'] for m in tar if m.name.endswith('.json'))
            assert archive.testzip() is None
            assert Counter(r['label'] for r in rows) == Counter(r['label'] for r in index) == inside == classes
            print(json.dumps(dict(inside)))
            """;
        if (await PythonAsync("-c", Script, Folder) is not { } read)
            return;
        var counts = JsonNode.Parse(read)!.AsObject();
        Assert.Equal(
            items.CountBy(ClassOf).ToDictionary(pair => pair.Key, pair => pair.Value),
            counts.ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<int>())
        );

        // The script of the documentation computes the id.
        var document = await File.ReadAllTextAsync(Repository.PathOf("docs/datasets.md"), Cancel);
        var script = document.Split("```python\n")[1].Split("```")[0];
        var stored = Path.Combine(Folder, "data", "objects", "datasets");
        var manifest = Assert.Single(Directory.GetFiles(stored, "manifest.json", SearchOption.AllDirectories));
        Assert.Equal("True", (await PythonAsync("-c", script, manifest))!.Trim());
    }

    /// <returns>What the script wrote; null where the machine has no Python.</returns>
    private static async Task<string?> PythonAsync(params string[] arguments)
    {
        Process process;
        try
        {
            process = Process.Start(
                new ProcessStartInfo("python3", arguments)
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }

        using (process)
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
            await process.WaitForExitAsync(Cancel);
            Assert.True(process.ExitCode == 0, await errors);
            return await output;
        }
    }

    private static async Task<List<JsonObject>> ItemsAsync(AppClient admin, string id)
    {
        var items = new List<JsonObject>();
        string? cursor = null;
        do
        {
            var page = (
                await admin.Http.GetFromJsonAsync<JsonObject>(
                    $"api/v1/datasets/versions/{id}/items?limit=5{(cursor is null ? "" : $"&cursor={cursor}")}",
                    Cancel
                )
            )!;
            items.AddRange(page["items"]!.AsArray().Select(item => item!.AsObject()));
            cursor = page["next"]?.GetValue<string>();
        } while (cursor is not null);
        return items;
    }

    private string FileOf(string place, string format) => Path.Combine(Folder, $"{place}-{format}");

    private static string ClassOf(JsonObject item) => item["class"]!.GetValue<string>();

    private static string FolderOf(JsonObject item) =>
        item["split"]!.GetValue<string>() switch
        {
            "Train" => "train",
            "Tune" => "validation",
            _ => "test",
        };

    private static string TextOf(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open());
        return reader.ReadToEnd();
    }

    private static string HashOf(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    private static async Task<string> HashAsync(string file) =>
        Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file, Cancel)));
}
