using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Feedback;

/// <summary>The whole loop as a program sees it: photos are selected, handed out, labelled and collected.</summary>
public abstract class LoopTests(AppFixture app) : BehaviourTests(app)
{
    [Fact]
    public async Task The_loops_of_the_strategies_are_there_with_their_defaults()
    {
        var loops = (await App.Administrator().Http.GetFromJsonAsync<JsonObject>("api/v1/loops", Cancel))!["loops"]!.AsArray();
        string[] expected =
        [
            "randomsampled cleanproduction blind Review",
            "lowconfidence lowconfidence Review",
            "userfeedback userfeedback Review",
            "userfeedback2 userfeedback2 None",
        ];
        Assert.Superset(
            expected.ToHashSet(),
            loops
                .Select(loop => $"{loop!["name"]} {loop["bucket"]} {(loop["blind"]!.GetValue<bool>() ? "blind " : "")}{loop["surface"]}")
                .ToHashSet()
        );
    }

    [Fact]
    public async Task A_flagged_photo_is_asked_once_labelled_and_collected()
    {
        var admin = App.Administrator();
        var visitor = await App.VisitorAsync();
        var photo = await visitor.UploadAsync();
        using (var flagged = await visitor.FlagAsync(photo.Id))
            Assert.Equal(HttpStatusCode.NoContent, flagged.StatusCode);
        await RunAsync(admin, "select-candidates");

        var task = await NextOfAsync(admin, "userfeedback", photo.Id);
        Assert.Equal(photo.Class, task["model"]!["class"]!.GetValue<string>());
        var other = task["classes"]!.AsArray().Select(name => name!.GetValue<string>()).First(name => name != photo.Class);
        var label = await LabelAsync(admin, task, other);
        Assert.False(label["agreed"]!.GetValue<bool>());
        Assert.Equal(label.ToJsonString(), (await LabelAsync(admin, task, other)).ToJsonString());

        await RunAsync(admin, "process-annotations");
        Assert.Equal([Collected("userfeedback", task, other, photo.Id)], await CopiesOfAsync(photo.Id));

        // Another class moves the copy; taking it back removes it.
        await LabelAsync(admin, task, photo.Class);
        await RunAsync(admin, "process-annotations");
        Assert.Equal([Collected("userfeedback", task, photo.Class, photo.Id)], await CopiesOfAsync(photo.Id));
        var latest = await LabelAsync(admin, task, photo.Class);
        using (var undone = await admin.SendAsync(HttpMethod.Delete, $"api/v1/labels/{latest["id"]}"))
            Assert.Equal(HttpStatusCode.OK, undone.StatusCode);
        await RunAsync(admin, "process-annotations");
        Assert.Empty(await CopiesOfAsync(photo.Id));
    }

    [Fact]
    public async Task A_dataset_is_downloaded_as_class_folders_with_hashes_or_as_csv_and_tells_where_the_model_was_wrong()
    {
        var admin = App.Administrator();
        var visitor = await App.VisitorAsync();
        var photos = new List<(PredictionJson Photo, string Said)>();
        for (var i = 0; i < 3; i++)
        {
            var photo = await visitor.UploadAsync();
            (await visitor.FlagAsync(photo.Id)).Dispose();
            photos.Add((photo, i == 0 ? photo.Class : photo.Probabilities.First(p => p.Class != photo.Class).Class));
            await RunAsync(admin, "select-candidates");
            await LabelAsync(admin, await NextOfAsync(admin, "userfeedback", photo.Id), photos[i].Said);
        }

        await RunAsync(admin, "process-annotations");

        using var answer = await admin.Http.GetAsync(
            new Uri("api/v1/datasets/userfeedback/download", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead,
            Cancel
        );
        Assert.Equal(
            (HttpStatusCode.OK, "application/zip", null),
            (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentLength)
        );
        var download = await answer.Content.ReadAsByteArrayAsync(Cancel);
        using var zip = new ZipArchive(new MemoryStream(download), ZipArchiveMode.Read);
        Assert.Equal(zip.Entries.Select(entry => entry.FullName), ZipStream.Read(download).Select(file => file.Name));
        JsonArray manifest;
        await using (var list = await zip.GetEntry("manifest.json")!.OpenAsync(Cancel))
            manifest = (await JsonNode.ParseAsync(list, cancellationToken: Cancel))!.AsArray();
        // Photos without a class are listed last, and not in the zip; another test may have left some.
        Assert.All(manifest.SkipWhile(row => row!["file"] is not null), row => Assert.Null(row!["file"]));
        manifest = [.. manifest.Where(row => row!["file"] is not null).Select(row => row!.DeepClone())];
        Assert.Equal(
            zip.Entries.Select(entry => entry.FullName).Where(name => name != "manifest.json").Order(),
            manifest.Select(row => row!["file"]!.GetValue<string>()).Order()
        );
        foreach (var row in manifest)
        {
            await using var content = await zip.GetEntry(row!["file"]!.GetValue<string>())!.OpenAsync(Cancel);
            Assert.Equal(row["sha256"]!.GetValue<string>(), Convert.ToHexStringLower(await SHA256.HashDataAsync(content, Cancel)));
        }

        var classes = (await admin.Http.GetFromJsonAsync<string[]>("api/v1/classes", Cancel))!;
        var csv = (await admin.Http.GetStringAsync(new Uri("api/v1/datasets/userfeedback/labels.csv", UriKind.Relative), Cancel)).Split(
            "\r\n"
        );
        Assert.Equal("file,class,predicted,probability,prediction_id,sha256,bytes,collected_at,answer", csv[0]);
        Assert.Equal(manifest.Count, csv.Count(line => line.EndsWith(",Class", StringComparison.Ordinal)));
        var dataset = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/datasets/userfeedback", Cancel))!;
        Assert.Equal(manifest.Count, dataset["photos"]!.GetValue<int>());
        Assert.Equal(
            manifest.Count(row => row!["class"]!.GetValue<string>() != row["predicted"]!.GetValue<string>()),
            dataset["wrong"]!.GetValue<int>()
        );
        var wrong = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/datasets/userfeedback/photos?wrong=true&limit=100", Cancel))![
            "items"
        ]!
            .AsArray()
            .Select(item => item!["predictionId"]!.GetValue<Guid>())
            .ToList();
        foreach (var (photo, said) in photos)
        {
            var (row, column) = (Array.IndexOf(classes, said), Array.IndexOf(classes, photo.Class));
            var file = $"class_{row:00}/{photo.Id}.jpg";
            var entry = manifest.Single(item => item!["file"]!.GetValue<string>() == file)!;
            Assert.Equal((said, photo.Class), (entry["class"]!.GetValue<string>(), entry["predicted"]!.GetValue<string>()));
            Assert.StartsWith(
                $"{file},\"{said}\",\"{photo.Class}\",",
                csv.Single(line => line.Contains(photo.Id.ToString(), StringComparison.Ordinal)),
                StringComparison.Ordinal
            );
            Assert.Equal(said != photo.Class, wrong.Contains(photo.Id));
            Assert.Equal(
                manifest.Count(item => item!["class"]!.GetValue<string>() == said && item["predicted"]!.GetValue<string>() == photo.Class),
                dataset["confusion"]![row]![column]!.GetValue<int>()
            );
        }
    }

    [Fact]
    public async Task Photos_without_a_class_are_labels_that_are_listed_and_not_copied()
    {
        var admin = App.Administrator();
        var visitor = await App.VisitorAsync();
        var (none, unusable) = (await visitor.UploadAsync(), await visitor.UploadAsync());
        (await visitor.FlagAsync(none.Id)).Dispose();
        await RunAsync(admin, "select-candidates");
        var before = await CountsAsync(admin, "userfeedback");
        var task = await NextOfAsync(admin, "userfeedback", none.Id);
        var label = await AnswerAsync(admin, task, "None");
        Assert.Equal(("None", null, none.Class), (Text(label["answer"]), label["class"], Text(label["model"])));
        Assert.False(label["agreed"]!.GetValue<bool>());
        Assert.Equal(label.ToJsonString(), (await AnswerAsync(admin, task, "None")).ToJsonString());
        (await visitor.FlagAsync(unusable.Id)).Dispose();
        await RunAsync(admin, "select-candidates");
        var other = await NextOfAsync(admin, "userfeedback", unusable.Id);
        label = await AnswerAsync(admin, other, "Unusable");
        Assert.Equal(("Unusable", null, null), (label["answer"]!.GetValue<string>(), label["class"], label["agreed"]));
        var after = await CountsAsync(admin, "userfeedback");
        string[] names = ["labelled", "none", "unusable", "agreed"];
        Assert.Equal([1, 1, 1, 0], names.Select(name => after[name] - before[name]));

        await RunAsync(admin, "process-annotations");
        Assert.Empty(await CopiesOfAsync(none.Id));
        Assert.Empty(await CopiesOfAsync(unusable.Id));
        foreach (var (photo, answer) in new[] { (none, "None"), (unusable, "Unusable") })
        {
            var all = await ListedAsync(admin, "userfeedback", answer);
            var listed = Assert.Single(all, item => item["predictionId"]!.GetValue<Guid>() == photo.Id);
            Assert.Equal(
                (answer, null, null, photo.Class),
                (Text(listed["answer"]), listed["class"], listed["file"], Text(listed["predicted"]))
            );
            var csv = await admin.Http.GetStringAsync(new Uri("api/v1/datasets/userfeedback/labels.csv", UriKind.Relative), Cancel);
            var line = Assert.Single(csv.Split("\r\n"), line => line.Contains(photo.Id.ToString(), StringComparison.Ordinal));
            Assert.StartsWith($",,\"{photo.Class}\",", line, StringComparison.Ordinal);
            Assert.EndsWith($",{answer}", line, StringComparison.Ordinal);
            var row = Assert.Single(await ManifestAsync(admin, "userfeedback"), row => row["prediction_id"]?.GetValue<Guid>() == photo.Id);
            Assert.Equal((answer, null, null), (Text(row["answer"]), row["file"], row["class"]));
        }

        // A class instead is copied and not listed any more; none of the classes instead of it removes the copy.
        await LabelAsync(admin, other, unusable.Class);
        await RunAsync(admin, "process-annotations");
        Assert.Equal([Collected("userfeedback", other, unusable.Class, unusable.Id)], await CopiesOfAsync(unusable.Id));
        Assert.DoesNotContain(unusable.Id, await ListedIdsAsync("Unusable"));
        var latest = await AnswerAsync(admin, other, "None");
        await RunAsync(admin, "process-annotations");
        Assert.Empty(await CopiesOfAsync(unusable.Id));
        using (var undone = await admin.SendAsync(HttpMethod.Delete, $"api/v1/labels/{latest["id"]}"))
            Assert.Equal(HttpStatusCode.OK, undone.StatusCode);
        Assert.DoesNotContain(unusable.Id, await ListedIdsAsync("None"));

        using (var erased = await visitor.EraseAsync(none.Id))
            Assert.Equal(HttpStatusCode.OK, erased.StatusCode);
        Assert.DoesNotContain(none.Id, await ListedIdsAsync("None"));

        async Task<List<Guid>> ListedIdsAsync(string answer) =>
            [.. (await ListedAsync(admin, "userfeedback", answer)).Select(item => item["predictionId"]!.GetValue<Guid>())];
    }

    [Theory]
    [InlineData("""{ "answer": "None", "class": "Soup" }""")]
    [InlineData("""{ "answer": "Unusable", "class": "Soup" }""")]
    [InlineData("""{ "answer": "Class" }""")]
    [InlineData("""{ "answer": "Perhaps" }""")]
    [InlineData("""{ "answer": 7 }""")]
    [InlineData("{}")]
    public async Task An_answer_that_makes_no_sense_is_refused(string answer)
    {
        using var content = new StringContent(answer, System.Text.Encoding.UTF8, "application/json");
        using var refused = await App.Administrator().SendAsync(HttpMethod.Post, $"api/v1/tasks/{Guid.Empty}/label", content);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task A_skip_decides_nothing_and_is_no_answer()
    {
        var admin = App.Administrator();
        var visitor = await App.VisitorAsync();
        var photo = await visitor.UploadAsync();
        (await visitor.FlagAsync(photo.Id)).Dispose();
        await RunAsync(admin, "select-candidates");
        var task = await NextOfAsync(admin, "userfeedback", photo.Id);
        using (var skipped = await admin.SendAsync(HttpMethod.Post, $"api/v1/tasks/{task["id"]}/skip"))
        {
            var label = (await skipped.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
            Assert.Equal((null, null, null, null), (label["answer"], label["class"], label["model"], label["agreed"]));
        }

        await LabelAsync(admin, task, photo.Class);
        await RunAsync(admin, "process-annotations");
        Assert.Single(await CopiesOfAsync(photo.Id));
    }

    [Fact]
    public async Task A_correction_is_exported_and_collected_and_goes_when_it_is_taken_back()
    {
        var admin = App.Administrator();
        var visitor = await App.VisitorAsync();
        var photo = await visitor.UploadAsync();
        var other = photo.Probabilities.First(p => p.Class != photo.Class).Class;
        (await visitor.CorrectAsync(photo.Id, other)).Dispose();
        await RunAsync(admin, "select-candidates");
        await RunAsync(admin, "process-annotations");
        var copy = Assert.Single(await CopiesOfAsync(photo.Id));
        Assert.StartsWith("userfeedback2/class_", copy, StringComparison.Ordinal);
        (await visitor.UncorrectAsync(photo.Id)).Dispose();
        await RunAsync(admin, "process-annotations");
        Assert.Empty(await CopiesOfAsync(photo.Id));
    }

    [Fact]
    public async Task A_random_draw_is_blind_recorded_and_can_be_repeated()
    {
        var admin = App.Administrator();
        var photo = await admin.UploadAsync();
        await RunAsync(admin, "random-sampling");
        var windows = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/windows?limit=1", Cancel))!["items"]!.AsArray();
        var window = Assert.Single(windows)!;
        var population = window["population"]!.GetValue<int>();
        var draw = Assert.Single(window["draws"]!.AsArray())!;
        Assert.True(population >= 1);
        Assert.Equal(Math.Min(5, population), draw["taken"]!.GetValue<int>());
        Assert.Equal((double)draw["taken"]!.GetValue<int>() / population, draw["probability"]!.GetValue<double>());

        var ledger = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/loops/randomsampled/selections?limit=100", Cancel))![
            "items"
        ]!.AsArray();
        var drawn = ledger
            .Where(line => line!["windowId"]!.GetValue<string>() == window["id"]!.GetValue<string>())
            .Select(line => line!["predictionId"]!.GetValue<string>())
            .Order()
            .ToList();
        var replay = (await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/windows/{window["id"]}/replay", Cancel))!["draws"]!.AsArray();
        Assert.Equal(drawn, Assert.Single(replay)!["drawn"]!.AsArray().Select(id => id!.GetValue<string>()).Order());

        var task = await NextAsync(admin, "randomsampled");
        Assert.NotNull(task);
        Assert.False(task.ContainsKey("model"));
        Assert.DoesNotContain("class_", task.ToJsonString(), StringComparison.Ordinal);
        Assert.NotNull(photo);
    }

    [Fact]
    public async Task A_setting_that_makes_no_sense_is_refused_with_words_and_a_good_one_is_in_the_history()
    {
        var admin = App.Administrator();
        using (var refused = await PatchAsync(admin, "lowconfidence", new { settings = new { threshold = 1.7 } }))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains(
                "1.7 is too high. Enter a number from 0 to 1.",
                await refused.Content.ReadAsStringAsync(Cancel),
                StringComparison.Ordinal
            );
        }

        using (var changed = await PatchAsync(admin, "lowconfidence", new { dailyLimit = 40 }))
        {
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            var answer = (await changed.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
            Assert.Equal(40, answer["loop"]!["dailyLimit"]!.GetValue<int>());
            Assert.Equal(("dailyLimit", "200", "40"), (Text(answer, "setting"), Text(answer, "from"), Text(answer, "to")));
        }

        using var back = await PatchAsync(admin, "lowconfidence", new { dailyLimit = 200 });
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);

        static string? Text(JsonObject answer, string field) => answer["history"]![0]![field]?.GetValue<string>();
    }

    [Fact]
    public async Task A_flood_of_flags_is_held_back_until_an_administrator_decides()
    {
        var admin = App.Administrator();
        var visitor = await App.VisitorAsync();
        var photos = new List<PredictionJson>();
        for (var i = 0; i < 32; i++)
        {
            photos.Add(await visitor.UploadAsync());
            (await visitor.FlagAsync(photos[^1].Id)).Dispose();
        }

        await RunAsync(admin, "select-candidates");
        var mine = photos.Select(photo => photo.Id.ToString()).ToHashSet();
        var held = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/held-back", Cancel))!["items"]!
            .AsArray()
            .Where(item => mine.Contains(item!["predictionId"]!.GetValue<string>()))
            .ToList();
        Assert.Equal(photos[30..].Select(photo => photo.Id.ToString()), held.Select(item => item!["predictionId"]!.GetValue<string>()));
        Assert.All(held, item => Assert.Equal("More than 30 flags from one visitor within an hour.", item!["reason"]!.GetValue<string>()));
        Assert.DoesNotContain(photos[31].Id.ToString(), await SelectedAsync(admin, "userfeedback"));

        using (
            var released = await admin.SendAsync(
                HttpMethod.Post,
                "api/v1/held-back/release",
                JsonContent.Create(new { ids = new[] { held[1]!["id"]!.GetValue<Guid>() } })
            )
        )
            Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        await admin.AuditedAsync("Released feedback held for review");
        using (
            var discarded = await admin.SendAsync(
                HttpMethod.Post,
                "api/v1/held-back/discard",
                JsonContent.Create(new { ids = new[] { held[0]!["id"]!.GetValue<Guid>() } })
            )
        )
            Assert.Equal(HttpStatusCode.OK, discarded.StatusCode);
        await admin.AuditedAsync("Discarded feedback held for review");
        await RunAsync(admin, "select-candidates");
        var selected = await SelectedAsync(admin, "userfeedback");
        Assert.Contains(photos[31].Id.ToString(), selected);
        Assert.DoesNotContain(photos[30].Id.ToString(), selected);
    }

    [Fact]
    public async Task An_erased_photo_leaves_ledger_tasks_and_datasets()
    {
        var admin = App.Administrator();
        var visitor = await App.VisitorAsync();
        var photo = await visitor.UploadAsync();
        (await visitor.FlagAsync(photo.Id)).Dispose();
        await RunAsync(admin, "select-candidates");
        var task = await NextOfAsync(admin, "userfeedback", photo.Id);
        await LabelAsync(admin, task, photo.Class);
        await RunAsync(admin, "process-annotations");
        Assert.Single(await CopiesOfAsync(photo.Id));
        using (var erased = await visitor.EraseAsync(photo.Id))
            Assert.Equal(HttpStatusCode.OK, erased.StatusCode);
        Assert.DoesNotContain(await App.StoredObjectsAsync(), name => name.Contains(photo.Id.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain(photo.Id.ToString(), await SelectedAsync(admin, "userfeedback"));
    }

    private static async Task RunAsync(AppClient admin, string job)
    {
        var run = await admin.RunJobAsync(job);
        Assert.True(run["state"]!.GetValue<string>() == "Completed", run.ToJsonString());
    }

    private static async Task<JsonObject?> NextAsync(AppClient admin, string loop)
    {
        using var answer = await admin.SendAsync(HttpMethod.Post, $"api/v1/loops/{loop}/tasks/next");
        return answer.StatusCode == HttpStatusCode.NoContent ? null : await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel);
    }

    /// <summary>Skips what other tests left until the task of this photo comes.</summary>
    private static async Task<JsonObject> NextOfAsync(AppClient admin, string loop, Guid predictionId)
    {
        while (await NextAsync(admin, loop) is { } task)
        {
            if (task["predictionId"]!.GetValue<Guid>() == predictionId)
                return task;
            (await admin.SendAsync(HttpMethod.Post, $"api/v1/tasks/{task["id"]}/skip")).Dispose();
        }

        throw new InvalidOperationException($"{loop} has no task for {predictionId}.");
    }

    private static async Task<JsonObject> LabelAsync(AppClient admin, JsonObject task, string label)
    {
        using var answer = await admin.SendAsync(
            HttpMethod.Post,
            $"api/v1/tasks/{task["id"]}/label",
            JsonContent.Create(new { @class = label })
        );
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
    }

    private static string? Text(JsonNode? value) => value?.GetValue<string>();

    private static async Task<JsonObject> AnswerAsync(AppClient admin, JsonObject task, string answer)
    {
        using var given = await admin.SendAsync(HttpMethod.Post, $"api/v1/tasks/{task["id"]}/label", JsonContent.Create(new { answer }));
        Assert.True(given.StatusCode == HttpStatusCode.Created, await given.Content.ReadAsStringAsync(Cancel));
        return (await given.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
    }

    private static async Task<Dictionary<string, long>> CountsAsync(AppClient admin, string loop) =>
        (await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/loops/{loop}", Cancel))!["loop"]!["counts"]!
            .AsObject()
            .Where(pair => pair.Value?.GetValueKind() == System.Text.Json.JsonValueKind.Number)
            .ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<long>(), StringComparer.Ordinal);

    /// <summary>All pages of the photos with an answer, two rows at a time.</summary>
    private static async Task<List<JsonObject>> ListedAsync(AppClient admin, string bucket, string answer)
    {
        var all = new List<JsonObject>();
        for (string? cursor = null; ; )
        {
            var from = cursor is null ? "" : $"&cursor={cursor}";
            var page = (
                await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/datasets/{bucket}/photos?answer={answer}&limit=2{from}", Cancel)
            )!;
            all.AddRange(page["items"]!.AsArray().Select(item => item!.AsObject()));
            if ((cursor = page["next"]?.GetValue<string>()) is null)
                return all;
        }
    }

    private static async Task<List<JsonObject>> ManifestAsync(AppClient admin, string bucket)
    {
        var bytes = await admin.Http.GetByteArrayAsync($"api/v1/datasets/{bucket}/download", Cancel);
        using var zip = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
        await using var list = await zip.GetEntry("manifest.json")!.OpenAsync(Cancel);
        return [.. (await JsonNode.ParseAsync(list, cancellationToken: Cancel))!.AsArray().Select(row => row!.AsObject())];
    }

    private static Task<HttpResponseMessage> PatchAsync(AppClient admin, string loop, object change) =>
        admin.SendAsync(HttpMethod.Patch, $"api/v1/loops/{loop}", JsonContent.Create(change));

    private static async Task<List<string>> SelectedAsync(AppClient admin, string loop) =>
        [
            .. (await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/loops/{loop}/selections?limit=100", Cancel))!["items"]!
                .AsArray()
                .Select(line => line!["predictionId"]!.GetValue<string>()),
        ];

    private async Task<List<string>> CopiesOfAsync(Guid id) =>
        [
            .. (await App.StoredObjectsAsync()).Where(name =>
                name.Contains(id.ToString(), StringComparison.Ordinal)
                && !name.StartsWith("production/", StringComparison.Ordinal)
                && !name.StartsWith("thumbnails/", StringComparison.Ordinal)
            ),
        ];

    private static string Collected(string bucket, JsonObject task, string label, Guid id)
    {
        var index = task["classes"]!.AsArray().Select(name => name!.GetValue<string>()).ToList().IndexOf(label);
        return $"{bucket}/class_{index:00}/{id}.jpg";
    }
}

public sealed class SqliteLoopTests(SqliteApp app) : LoopTests(app);

public sealed class PostgreSqlLoopTests(PostgreSqlApp app) : LoopTests(app);
