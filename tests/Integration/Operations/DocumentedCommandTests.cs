using System.Diagnostics;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>Each command in README and docs is run as it is written; what stands there for a value gets one.</summary>
public sealed class DocumentedCommandTests : ServerTests
{
    /// <summary>Blocks that other tests run, by how they begin, and the reason.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["dotnet run --project src/WebApi"] = $"{nameof(DotnetRunTests)} runs it",
        ["dotnet publish src/WebApi"] = $"{nameof(PublishedApp)} runs it",
        ["./test.sh"] = "it runs this test",
        ["export POSTGRES_PASSWORD="] = "it needs a container engine, which tests may not rely on",
        ["ObjectStore__Provider=S3"] = $"{nameof(S3Server)} gives servers these settings",
        ["pip install"] = "it loads packages from outside, which tests may not",
        ["curl -X PATCH -H"] = $"it needs Label Studio; {nameof(LabelStudio.ServerWithLabelStudioTests)} sends it",
        ["gourmetgram import lab"] = $"{nameof(ImportCommandTests)} runs it, on a store as the lab left it",
    };

    public static TheoryData<string, string> Blocks
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (document, block) in All())
            {
                if (!Elsewhere.Keys.Any(start => block.StartsWith(start, StringComparison.Ordinal)))
                    data.Add(document, block);
            }

            return data;
        }
    }

    [Fact]
    public void Each_block_that_others_run_is_still_there() =>
        Assert.All(Elsewhere, other => Assert.Contains(All(), block => block.Text.StartsWith(other.Key, StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task Commands_work_as_they_are_written(string document, string block)
    {
        Assert.NotEmpty(document);
        foreach (var photo in new[] { "lunch.jpg", "dinner.jpg", "photos/breakfast.jpg" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Folder, photo))!);
            await File.WriteAllBytesAsync(Path.Combine(Folder, photo), Photos.New(), Cancel);
        }

        await using var server = block.Contains("http://localhost:5000", StringComparison.Ordinal)
            ? Host(("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey))
            : null;
        if (server is not null)
        {
            var address = await server.ListeningAsync();
            using var http = new HttpClient { BaseAddress = address };
            var photo = await new AppClient(http).UploadAsync();
            block = block
                .Replace("http://localhost:5000", address.ToString().TrimEnd('/'), StringComparison.Ordinal)
                .Replace("019b0c6e-…", $"{photo.Id}", StringComparison.Ordinal);
        }

        block = block
            .Replace("[store-images]", "store-images", StringComparison.Ordinal)
            .Replace(" [ID…]", "", StringComparison.Ordinal)
            .Replace("purge ID…", "purge --all", StringComparison.Ordinal)
            .Replace("revoke ID", "revoke $(gourmetgram media-keys list | head -n 1 | cut -f 1)", StringComparison.Ordinal);
        Assert.DoesNotContain("…", block, StringComparison.Ordinal);
        await RunAsync(block);
    }

    private async Task RunAsync(string script)
    {
        // A request that the server refuses is a failed command too.
        var start = new ProcessStartInfo(
            "bash",
            ["-euo", "pipefail", "-c", $"curl() {{ command curl --fail-with-body -sS \"$@\"; }}\n{script}"]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(ServerProcess.Built)}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data");
        start.Environment["KEY"] = AppFixture.AdminKey;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        Assert.True(process.ExitCode == 0, $"{script}\n{await output}\n{await errors}");
    }

    private static List<(string Document, string Text)> All()
    {
        const string start = "```sh\n";
        var found = new List<(string, string)>();
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md").Prepend(Repository.PathOf("README.md")))
        {
            var text = File.ReadAllText(file);
            for (
                var at = text.IndexOf(start, StringComparison.Ordinal);
                at >= 0;
                at = text.IndexOf(start, at + 1, StringComparison.Ordinal)
            )
            {
                var from = at + start.Length;
                found.Add((Path.GetFileName(file), text[from..text.IndexOf("```", from, StringComparison.Ordinal)].TrimStart()));
            }
        }

        return found;
    }
}
