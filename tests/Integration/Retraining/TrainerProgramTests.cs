using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Retraining;

/// <summary>The Python program of the docs trains a model on a dataset version, and one that fails changes nothing.</summary>
public sealed class TrainerProgramTests : ServerTests
{
    private Dictionary<string, string> Settings =>
        new(StringComparer.Ordinal)
        {
            ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"),
            ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
            ["Jobs__Scheduled"] = "false",
        };

    [Fact]
    public async Task The_program_of_the_docs_makes_a_model_that_is_registered_and_does_not_serve()
    {
        var id = await BuildDatasetAsync();
        var none = await CommandRun.ExpectAsync(1, Settings, "train", "--dataset", id, "--program");
        Assert.Contains("No trainer program is configured. Set Trainer:Command", none.Errors, StringComparison.Ordinal);

        var kept = Path.Combine(Folder, "seen");
        var program = Repository.PathOf("docs", "examples", "train.py");
        var settings = Settings;
        settings["Trainer__Command"] = $"cp -r {{job}} {kept} && python3 {program} {{job}}";
        var trained = await CommandRun.ExpectAsync(0, settings, "train", "--dataset", id, "--program", "--json");
        var training = JsonNode.Parse(trained.Output)!;
        var model = training["model"]!;
        Assert.Equal(
            ("Program", "Succeeded", "2-program.1", "Imported", id, false),
            (
                (string?)training["trainer"],
                (string?)training["state"],
                (string?)model["version"],
                (string?)model["origin"],
                (string?)model["dataset"],
                (bool)model["serving"]!
            )
        );
        await AssertJobAsync(kept, id, (int)model["report"]!["photos"]!);
        Assert.Contains("the model is written", (string?)training["log"]!.AsArray()[^1], StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Folder, "data", "training")));

        settings["Trainer__Command"] = "echo 'no such file: weights.pt' >&2; exit 7";
        var failed = await CommandRun.ExpectAsync(1, settings, "train", "--dataset", id, "--program");
        Assert.Contains("exit code 7. Its last line was: no such file: weights.pt", failed.Output, StringComparison.Ordinal);
        var models = await CommandRun.ExpectAsync(0, settings, "model", "list", "--json");
        Assert.Equal(["2-program.1", "2"], JsonNode.Parse(models.Output)!.AsArray().Select(item => (string?)item!["version"]));

        var promoted = await CommandRun.ExpectAsync(0, settings, "model", "promote", "2-program.1", "--override", "the same network");
        Assert.Contains("2-program.1", promoted.Output, StringComparison.Ordinal);
    }

    /// <summary>The job describes the photos, and those for testing are nowhere in it.</summary>
    private async Task AssertJobAsync(string folder, string id, int photos)
    {
        var job = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "job.json"), Cancel))!;
        Assert.Equal((1, id, "2"), ((int)job["contract"]!, (string?)job["dataset"]!["id"], (string?)job["base"]!["version"]));
        Assert.Equal(11, job["classes"]!.AsArray().Count);
        var shown = await CommandRun.ExpectAsync(0, Settings, "dataset", "export", id, "csv", Path.Combine(Folder, "all.csv"));
        var rows = (await File.ReadAllLinesAsync(Path.Combine(Folder, "all.csv"), Cancel)).Skip(1).ToList();
        var forTest = rows.Where(row => row.Contains(",test,", StringComparison.Ordinal)).Select(row => row.Split(',')[0]).ToList();
        Assert.NotEmpty(forTest);
        Assert.Equal(rows.Count - forTest.Count, photos);
        var files = Directory
            .EnumerateFiles(Path.Combine(folder, "dataset"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Path.Combine(folder, "dataset"), file))
            .ToList();
        Assert.Equal(photos + 1, files.Count);
        Assert.Empty(files.Intersect(forTest, StringComparer.Ordinal));
    }

    /// <summary>Imports the golden pictures with labels, and builds a version whose id is returned.</summary>
    private async Task<string> BuildDatasetAsync()
    {
        string[] classes = ["Bread", "Egg", "Soup"];
        var golden = Repository.PathOf("models", "food11", "golden");
        foreach (var (number, file) in Directory.EnumerateFiles(golden, "*.jpg").Order(StringComparer.Ordinal).Index())
        {
            var target = Directory.CreateDirectory(Path.Combine(Folder, "photos", classes[number % classes.Length]));
            File.Copy(file, Path.Combine(target.FullName, Path.GetFileName(file)));
        }

        await CommandRun.ExpectAsync(0, Settings, "dataset", "import", Path.Combine(Folder, "photos"), "--name", "golden");
        var built = await CommandRun.ExpectAsync(0, Settings, "dataset", "build", "--train", "0.5", "--tune", "0.2");
        return built.Output.Trim();
    }
}
