using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Unit.TestModels;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>
/// A team's own model: other classes, another size, with and without embedding. Nothing in the product may know the bundled one.
/// </summary>
public sealed class OtherModelTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-model-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_model_of_three_classes_serves_api_lab_and_page(bool embedding)
    {
        var model = new TestModel { Labels = ["Cat", "Dog", "Bird/Bat"], HasEmbedding = embedding }.WriteTo(Path.Combine(folder, "model"));
        await using var server = ServerProcess.Start(
            ServerProcess.Built,
            new Dictionary<string, string>
            {
                ["GourmetGram__DataDirectory"] = Path.Combine(folder, "data"),
                ["GourmetGram__PublicUrl"] = "https://animals.example.org/app/",
                ["Model__Directory"] = model,
            }
        );
        var client = new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() });
        var prediction = await client.UploadAsync();
        Assert.Equal(["Cat", "Dog", "Bird/Bat"], prediction.Probabilities.Select(p => p.Class));
        Assert.Equal(new Uri($"https://animals.example.org/app/api/v1/predictions/{prediction.Id}/image"), prediction.Image);
        using var corrected = await client.CorrectAsync(prediction.Id, "Bird/Bat");
        Assert.Equal("Bird/Bat", (await client.GetAsync(prediction.Id)).Correction);
        Assert.Equal(
            ["Cat", "Dog", "Bird/Bat"],
            (await client.Http.GetFromJsonAsync<string[]>("api/classes", TestContext.Current.CancellationToken))!
        );

        using var page = await client.SendAsync(HttpMethod.Get, $"?p={prediction.Id}", null, ("Accept", "text/html"));
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("value=\"Bird/Bat\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Noodles", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_version_of_a_model_goes_on_where_the_last_one_was()
    {
        var settings = new Dictionary<string, string>
        {
            ["GourmetGram__DataDirectory"] = Path.Combine(folder, "data"),
            ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
            ["Model__Directory"] = new TestModel { Version = "1" }.WriteTo(Path.Combine(folder, "model")),
        };
        PredictionJson old;
        await using (var server = ServerProcess.Start(ServerProcess.Built, settings))
        {
            old = await AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() }).UploadAsync();
            server.Terminate();
            Assert.Equal(0, await server.ExitAsync());
        }

        new TestModel { Version = "2", Temperature = 1.5 }.WriteTo(settings["Model__Directory"]);
        await using var next = ServerProcess.Start(ServerProcess.Built, settings);
        var client = AppClient.Administrator(new HttpClient { BaseAddress = await next.ListeningAsync() });
        var recent = await client.UploadAsync();
        Assert.Equal(["2", "1"], (await client.ListAsync()).Items.Select(item => item.Model.Version));
        Assert.Equal((old.Class, old.Probability), ((await client.GetAsync(old.Id)).Class, (await client.GetAsync(old.Id)).Probability));
        Assert.NotEqual(old.Probability, recent.Probability);
        using var corrected = await client.CorrectAsync(old.Id, "Blue");
        Assert.Equal("Blue", (await client.GetAsync(old.Id)).Correction);
    }

    /// <summary>
    /// In the manifest é and й are two characters each, as the names of folders are on macOS; people and programs send them as one, or as
    /// two.
    /// </summary>
    [Fact]
    public async Task Class_names_in_any_script_and_spelling_work_from_the_photo_to_the_dataset()
    {
        string[] written = ["Cafe\u0301", "寿司", "Кириллический и\u0306огурт", "العربية", "हिन्दी", "🍣 👩🏽‍🍳"];
        string[] names = ["Caf\u00E9", "寿司", "Кириллический \u0439огурт", "العربية", "हिन्दी", "🍣 👩🏽‍🍳"];
        await using var server = ServerProcess.Start(
            ServerProcess.Built,
            new Dictionary<string, string>
            {
                ["GourmetGram__DataDirectory"] = Path.Combine(folder, "data"),
                ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
                ["Jobs__Scheduled"] = "false",
                ["Model__Directory"] = new TestModel { Labels = written }.WriteTo(Path.Combine(folder, "model")),
            }
        );
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        Assert.Equal(names, await admin.Http.GetFromJsonAsync<string[]>("api/v1/classes", Cancel));
        var photos = new List<PredictionJson>();
        for (var i = 0; i < names.Length; i++)
        {
            var photo = await admin.UploadAsync();
            photos.Add(photo);
            using (await admin.CorrectAsync(photo.Id, written[i]))
                Assert.Equal(names[i], (await admin.GetAsync(photo.Id)).Correction);
            using var lab = await admin.SendAsync(
                HttpMethod.Post,
                "feedback",
                JsonContent.Create(new { prediction_id = photo.Id, corrected_class = written[i] })
            );
            Assert.Equal(HttpStatusCode.OK, lab.StatusCode);
            using var form = new FormUrlEncodedContent([KeyValuePair.Create("corrected_class", names[i])]);
            using var second = await admin.SendAsync(HttpMethod.Post, $"correct-label/class_00/{photo.Id}.jpg", form);
            Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
            (await admin.FlagAsync(photo.Id)).Dispose();
        }

        using (var page = await admin.SendAsync(HttpMethod.Get, $"?p={photos[0].Id}", null, ("Accept", "text/html")))
        {
            var html = WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync(Cancel));
            Assert.All(names, name => Assert.Contains($"value=\"{name}\"", html, StringComparison.Ordinal));
        }

        using (
            var page = await admin.SendAsync(
                HttpMethod.Get,
                $"photos?class={Uri.EscapeDataString(written[0])}",
                null,
                ("Accept", "text/html")
            )
        )
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("Completed", (await admin.RunJobAsync("select-candidates"))["state"]!.GetValue<string>());
        foreach (var photo in photos)
        {
            using var answer = await admin.SendAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next");
            var task = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
            Assert.Equal(names, task["classes"]!.AsArray().Select(name => name!.GetValue<string>()));
            var index = photos.FindIndex(one => one.Id == task["predictionId"]!.GetValue<Guid>());
            using var label = await admin.SendAsync(
                HttpMethod.Post,
                $"api/v1/tasks/{task["id"]}/label",
                JsonContent.Create(new { @class = written[index] })
            );
            Assert.Equal(names[index], (await label.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["class"]!.GetValue<string>());
        }

        Assert.Equal("Completed", (await admin.RunJobAsync("process-annotations"))["state"]!.GetValue<string>());
        await using var zip = new ZipArchive(await admin.Http.GetStreamAsync("api/v1/datasets/userfeedback/download", Cancel));
        await using var list = await zip.GetEntry("manifest.json")!.OpenAsync(Cancel);
        var manifest = (await JsonNode.ParseAsync(list, cancellationToken: Cancel))!.AsArray();
        var csv = await admin.Http.GetStringAsync("api/v1/datasets/userfeedback/labels.csv", Cancel);
        for (var i = 0; i < names.Length; i++)
        {
            var file = $"class_{i:00}/{photos[i].Id}.jpg";
            Assert.Equal(names[i], Assert.Single(manifest, row => row!["file"]!.GetValue<string>() == file)!["class"]!.GetValue<string>());
            Assert.Contains($"{file},\"{names[i]}\",", csv, StringComparison.Ordinal);
            var found = await admin.Http.GetFromJsonAsync<JsonObject>(
                $"api/v1/datasets/userfeedback/photos?class={Uri.EscapeDataString(written[i])}&limit=10",
                Cancel
            );
            Assert.Equal(photos[i].Id, Assert.Single(found!["items"]!.AsArray())!["predictionId"]!.GetValue<Guid>());
        }
    }
}
