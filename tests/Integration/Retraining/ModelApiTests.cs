using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Retraining;

/// <summary>
/// A model folder is uploaded as a zip, tried, registered, served and rolled back; files that are no models change nothing.
/// </summary>
public sealed class ModelApiTests(SqliteApp app) : IClassFixture<SqliteApp>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_from_elsewhere_is_imported_and_answers_after_a_note()
    {
        var admin = app.Administrator();
        var imported = await ReadAsync(await ImportAsync(admin, Zip("7")));
        Assert.Equal(("7", "Imported", false), ((string?)imported["version"], (string?)imported["origin"], (bool)imported["serving"]!));
        Assert.Equal(0.9, (double)imported["report"]!["accuracy"]!);
        await admin.AuditedAsync("Imported a model");
        Assert.Equal(HttpStatusCode.Conflict, (await ImportAsync(admin, Zip("7"))).StatusCode);

        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(admin, "models/7/promote", new JsonObject())).StatusCode);
        await ReadAsync(await PostAsync(admin, "models/7/promote", new JsonObject { ["override"] = "the same network again" }));
        await admin.AuditedAsync("Promoted a model that the gate had not let pass");
        Assert.Equal("7", (await admin.UploadAsync()).Model.Version);
        await ReadAsync(await PostAsync(admin, "models/rollback", new JsonObject()));
        await admin.AuditedAsync("Returned to the model before");
        Assert.Equal("2", (await admin.UploadAsync()).Model.Version);
    }

    /// <summary>The int8 file is another network, which is loaded beside the one that serves.</summary>
    [Fact]
    public async Task A_model_with_another_network_answers_in_shadow_and_changes_no_answer()
    {
        var admin = app.Administrator();
        await ReadAsync(await ImportAsync(admin, Zip("8", "int8")));
        var before = await admin.UploadAsync();
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(admin, "models/2/shadow", [])).StatusCode);
        var started = await ReadAsync(await PostAsync(admin, "models/8/shadow", []));
        Assert.Equal(("8", "2", 0), ((string?)started["challenger"], (string?)started["champion"], (int)started["photos"]!));
        await admin.AuditedAsync("Let a model answer in shadow");

        var answers = new List<PredictionJson>();
        for (var i = 0; i < 3; i++)
            answers.Add(await admin.UploadAsync());
        foreach (var answer in answers)
        {
            Assert.Equal(before.Model, answer.Model);
            Assert.Equal(before.Probabilities, answer.Probabilities);
        }

        var shadow = new JsonObject();
        await Waiting.UntilAsync(async () =>
            (int)(shadow = await ReadAsync(await admin.SendAsync(HttpMethod.Get, "api/v1/models/8/shadow")))["photos"]! == answers.Count
        );
        Assert.InRange((double)shadow["p95Milliseconds"]!, 0.1, 60_000);
        Assert.InRange((double)shadow["agreement"]!, 0, 1);

        var stopped = await ReadAsync(await admin.SendAsync(HttpMethod.Delete, "api/v1/models/shadow"));
        Assert.Equal(("Stopped", 3), ((string?)stopped["end"], (int)stopped["photos"]!));
        await admin.AuditedAsync("Switched the model in shadow off");
        await admin.UploadAsync();
        Assert.Equal(HttpStatusCode.Conflict, (await admin.SendAsync(HttpMethod.Delete, "api/v1/models/shadow")).StatusCode);
        Assert.Equal(3, (int)(await ReadAsync(await admin.SendAsync(HttpMethod.Get, "api/v1/models/shadow")))["photos"]!);
    }

    [Fact]
    public async Task The_file_of_the_model_is_downloaded_as_it_is()
    {
        var response = await app.Administrator().SendAsync(HttpMethod.Get, "api/v1/models/2/onnx");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var expected = SHA256.HashData(await File.ReadAllBytesAsync(Repository.PathOf("models", "food11", "model.onnx"), Cancel));
        Assert.Equal(expected, SHA256.HashData(await response.Content.ReadAsByteArrayAsync(Cancel)));
    }

    /// <summary>What mlflow/onnx/__init__.py reads: the data file, the providers, the loader, and the signature as a JSON text.</summary>
    [Fact]
    public async Task The_folder_for_mlflow_has_the_file_of_the_model_and_describes_it()
    {
        using var response = await app.Administrator().SendAsync(HttpMethod.Get, "api/v1/models/2/mlflow");
        Assert.Equal("food11-2-float.mlflow.zip", response.Content.Headers.ContentDisposition?.FileName);
        using var zip = new ZipArchive(new MemoryStream(await response.Content.ReadAsByteArrayAsync(Cancel)));
        Assert.Equal(
            ["MLmodel", "model.onnx", "requirements.txt", "python_env.yaml", "conda.yaml", "README.md"],
            zip.Entries.Select(entry => entry.FullName)
        );
        await using (var model = await zip.GetEntry("model.onnx")!.OpenAsync(Cancel))
        {
            var expected = SHA256.HashData(await File.ReadAllBytesAsync(Repository.PathOf("models", "food11", "model.onnx"), Cancel));
            Assert.Equal(expected, await SHA256.HashDataAsync(model, Cancel));
        }

        using var reader = new StreamReader(await zip.GetEntry("MLmodel")!.OpenAsync(Cancel));
        var lines = (await reader.ReadToEndAsync(Cancel)).Split('\n');
        foreach (
            var line in new[]
            {
                "flavors:",
                "  onnx:",
                "    data: model.onnx",
                "    - CPUExecutionProvider",
                "  python_function:",
                "    loader_module: mlflow.onnx",
                "  version: \"2\"",
                "  temperature: 1.145",
            }
        )
            Assert.Contains(line, lines);
        var inputs = (string)
            JsonNode.Parse(lines.Single(line => line.StartsWith("  inputs: ", StringComparison.Ordinal))["  inputs: ".Length..])!;
        var tensor = JsonNode.Parse(inputs)!.AsArray().Single()!;
        Assert.Equal("tensor", (string?)tensor["type"]);
        Assert.Equal("float32", (string?)tensor["tensor-spec"]!["dtype"]);
        Assert.Equal([-1, 3, 224, 224], tensor["tensor-spec"]!["shape"]!.AsArray().Select(size => (int)size!));
        var names = lines.Single(line => line.StartsWith("  classes: ", StringComparison.Ordinal))["  classes: ".Length..];
        Assert.Equal(11, JsonNode.Parse(names)!.AsArray().Count);
    }

    [Fact]
    public async Task The_card_says_what_the_model_is_how_well_it_does_and_what_it_is_not_for()
    {
        var admin = app.Administrator();
        using var response = await admin.SendAsync(HttpMethod.Get, "api/v1/models/2/card");
        Assert.Equal("text/markdown", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("food11-2.md", response.Content.Headers.ContentDisposition?.FileName);
        var card = await response.Content.ReadAsStringAsync(Cancel);

        Assert.StartsWith("# food11 2\n", card, StringComparison.Ordinal);
        foreach (var title in new[] { "What it is", "What it was trained on", "How well it does", "What it is for", "Limits", "Licence" })
            Assert.Contains($"\n## {title}\n", card, StringComparison.Ordinal);
        Assert.Contains("| Validation by its authors | 1508 | 83.1 % | 81.1 % to 84.9 % |", card, StringComparison.Ordinal);
        Assert.Contains("Noodles/Pasta", card, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.SendAsync(HttpMethod.Get, "api/v1/models/99/card")).StatusCode);
    }

    [Fact]
    public async Task Zips_that_are_no_models_are_refused_in_words_and_change_nothing()
    {
        var admin = app.Administrator();
        await RefusesAsync("not a zip"u8.ToArray(), "not a zip file");
        await RefusesAsync(ZipOf(("readme.txt", "hello", 0)), "manifest");
        await RefusesAsync(ZipOf(("../evil.txt", "hello", 0)), "leads out of its folder");
        await RefusesAsync(ZipOf(("manifest.json", "/etc/passwd", unchecked((int)0xA1FF0000))), "is a link");

        async Task RefusesAsync(byte[] zip, string words)
        {
            var response = await ImportAsync(admin, zip);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
            var problem = await response.Content.ReadFromJsonAsync<JsonObject>(Cancel);
            Assert.Contains(words, (string?)problem!["detail"], StringComparison.Ordinal);
        }
    }

    private static Task<HttpResponseMessage> ImportAsync(AppClient client, byte[] zip)
    {
        var content = new ByteArrayContent(zip);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return client.SendAsync(HttpMethod.Post, "api/v1/models", content);
    }

    private static Task<HttpResponseMessage> PostAsync(AppClient client, string path, JsonObject body) =>
        client.SendAsync(HttpMethod.Post, $"api/v1/{path}", JsonContent.Create(body));

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancel));
        return (await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
    }

    /// <summary>The model of the product, under another version and in a folder of its own.</summary>
    private static byte[] Zip(string version, string variant = "float")
    {
        var folder = Repository.PathOf("models", "food11");
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json")))!.AsObject();
        manifest["version"] = version;
        manifest["default"] = variant;
        manifest.Remove("reference");
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                var name = Path.GetRelativePath(folder, file);
                if (name is not ("manifest.json" or "reference.safetensors" or "README.md"))
                    archive.CreateEntryFromFile(file, $"model/{name}");
            }

            Write(archive, "model/manifest.json", manifest.ToJsonString(), 0);
            Write(archive, "model/metrics.json", """{"accuracy":0.9}""", 0);
        }

        return zip.ToArray();
    }

    private static byte[] ZipOf(params (string Name, string Content, int Attributes)[] entries)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content, attributes) in entries)
                Write(archive, name, content, attributes);
        }

        return zip.ToArray();
    }

    private static void Write(ZipArchive archive, string name, string content, int attributes)
    {
        var entry = archive.CreateEntry(name);
        entry.ExternalAttributes = attributes;
        using var stream = entry.Open();
        stream.Write(System.Text.Encoding.UTF8.GetBytes(content));
    }
}
