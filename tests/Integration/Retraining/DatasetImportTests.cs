using System.Text.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Retraining;

/// <summary>Labelled photos of other tools become a source of dataset versions.</summary>
public sealed class DatasetImportTests : ServerTests
{
    private Dictionary<string, string> Settings =>
        new(StringComparer.Ordinal)
        {
            ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"),
            ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
            ["Jobs__Scheduled"] = "false",
        };

    [Fact]
    public async Task Folders_lists_and_exports_of_Label_Studio_are_imported()
    {
        var photos = Path.Combine(Folder, "photos");
        Directory.CreateDirectory(photos);
        foreach (var name in new[] { "a", "b", "c", "d", "e", "f" })
            await File.WriteAllBytesAsync(Path.Combine(photos, $"{name}.jpg"), Photos.NewKept(), Cancel);

        // Class folders, also below folders of splits; the names are the class, ours, and the lab's.
        foreach (var (file, folder) in new[] { ("a", "Egg"), ("b", "train/Noodles_Pasta"), ("c", "test/class_09"), ("d", "Pizza") })
        {
            var target = Directory.CreateDirectory(Path.Combine(Folder, "folders", folder));
            File.Copy(Path.Combine(photos, $"{file}.jpg"), Path.Combine(target.FullName, $"{file}.jpg"));
        }

        var imported = await ImportAsync(1, Path.Combine(Folder, "folders"), "--name", "folders");
        Assert.Equal(["skipped", "taken", "taken", "taken"], imported.Select(line => line[0]).Order(StringComparer.Ordinal));
        Assert.Contains("'Pizza' is not a class of the model", imported.Single(line => line[0] == "skipped")[3], StringComparison.Ordinal);
        Assert.Equal(3, (await ImportAsync(1, Path.Combine(Folder, "folders"), "--name", "folders")).Count(line => line[0] == "known"));

        var list = Path.Combine(Folder, "labels.csv");
        await File.WriteAllTextAsync(
            list,
            "id,file,label\r\n1,d.jpg,\"Noodles/Pasta\"\r\n2,../labels.csv,Egg\r\n3,none.jpg,Egg\r\n",
            Cancel
        );
        var listed = await ImportAsync(1, list, "--name", "list", "--photos", photos);
        Assert.Equal(["taken", "skipped", "skipped"], listed.Select(line => line[0]));

        var tasks = Path.Combine(Folder, "project.json");
        await File.WriteAllTextAsync(
            tasks,
            JsonSerializer.Serialize(
                new object[]
                {
                    Task(
                        "/data/local-files/?d=e.jpg",
                        ("Egg", false, "2026-01-01"),
                        ("Soup", false, "2026-01-02"),
                        ("Egg", true, "2026-01-03")
                    ),
                    Task("s3://bucket/folder/f.jpg", ("Egg", false, "2026-01-01")),
                    Task("s3://bucket/folder/a.jpg"),
                    new
                    {
                        id = 9,
                        image = "/data/upload/1/a.jpg",
                        choice = "Egg",
                    },
                }
            ),
            Cancel
        );
        var project = await ImportAsync(0, tasks, "--name", "ls", "--photos", photos);
        Assert.Equal(["taken", "taken", "labelled"], project.Select(line => line[0]));

        var built = await CommandRun.ExpectAsync(0, Settings, "dataset", "build", "--json");
        var version = JsonNode.Parse(built.Output)!;
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["import:folders"] = 3,
                ["import:list"] = 1,
                ["import:ls"] = 3,
            },
            version["sources"]!.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<int>())
        );
        Assert.Equal(6, version["photos"]!.GetValue<int>());
        var classes = version["classes"]!
            .AsArray()
            .ToDictionary(item => item!["class"]!.GetValue<string>(), item => item!["photos"]!.GetValue<int>());
        // One photo of class 9, and one of Label Studio.
        Assert.Equal((2, 2, 2), (classes["Egg"], classes["Noodles/Pasta"], classes["Soup"]));
        var one = await CommandRun.ExpectAsync(0, Settings, "dataset", "build", "--json", "--loop", "import:list");
        Assert.Equal(1, JsonNode.Parse(one.Output)!["photos"]!.GetValue<int>());
        var refused = await CommandRun.ExpectAsync(1, Settings, "dataset", "import", photos, "--name", "Not good");
        Assert.Contains("'name' must have", refused.Errors, StringComparison.Ordinal);

        static object Task(string image, params (string Choice, bool Cancelled, string At)[] annotations) =>
            new
            {
                id = 1,
                data = new { image },
                annotations = annotations.Select(annotation => new
                {
                    was_cancelled = annotation.Cancelled,
                    updated_at = annotation.At,
                    result = new[]
                    {
                        new
                        {
                            from_name = "label",
                            type = "choices",
                            value = new { choices = new[] { annotation.Choice } },
                        },
                    },
                }),
            };
    }

    private async Task<List<string[]>> ImportAsync(int exitCode, params string[] arguments)
    {
        var result = await CommandRun.ExpectAsync(exitCode, Settings, ["dataset", "import", .. arguments]);
        return [.. result.Lines.Select(line => line.TrimEnd('\r').Split('\t'))];
    }
}
