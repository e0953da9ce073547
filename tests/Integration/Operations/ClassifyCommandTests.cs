using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary><c>gourmetgram classify</c>, with and without a running server.</summary>
public sealed class ClassifyCommandTests : IDisposable
{
    private const string AdminKey = "an-administrators-key-for-the-tests-only";

    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-classify-").FullName;

    public ClassifyCommandTests()
    {
        Directory.CreateDirectory(Path.Combine(Photos, "deeper"));
        File.Copy(Repository.PathOf("samples", "soup.jpg"), Path.Combine(Photos, "b.jpg"));
        File.Copy(Repository.PathOf("samples", "egg.jpg"), Path.Combine(Photos, "deeper", "Früh stück.JPEG"));
        File.Copy(Repository.PathOf("samples", "rice.jpg"), Path.Combine(Photos, "a.jpg"));
        File.WriteAllText(Path.Combine(Photos, "notes.txt"), "not a photo, and not named as one");
    }

    private string Photos => Path.Combine(folder, "photos");

    private string Data => Path.Combine(folder, "data");

    private string AccessFile => Path.Combine(Data, "server.json");

    private Dictionary<string, string> Environment =>
        new()
        {
            ["GourmetGram__DataDirectory"] = Data,
            ["GourmetGram__BootstrapAdminKey"] = AdminKey,
            ["Limits__QueueMilliseconds"] = "60000",
        };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Task<CommandResult> RunAsync(params string[] arguments) => CommandRun.RunAsync(Environment, arguments);

    private Task<HostedServer> StartServerAsync(params (string Name, string Value)[] settings) =>
        StartAsync(environment => new HostedServer(environment), settings);

    private Task<ServerProcess> StartProcessAsync(params (string Name, string Value)[] settings) =>
        StartAsync(environment => ServerProcess.Start(ServerProcess.Built, environment), settings);

    private async Task<TServer> StartAsync<TServer>(Func<Dictionary<string, string>, TServer> start, (string Name, string Value)[] settings)
        where TServer : IServer
    {
        var environment = Environment;
        foreach (var (name, value) in settings)
            environment[name] = value;
        var server = start(environment);
        await server.LineAsync("Application started");
        return server;
    }

    private static AppClient ClientWith(Uri address, string key)
    {
        var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return new AppClient(http);
    }

    private async Task<string> TokenAsync() => (string)JsonNode.Parse(await File.ReadAllTextAsync(AccessFile, Cancel))!["token"]!;

    [Fact]
    public async Task A_folder_is_classified_alike_without_and_with_a_server_and_all_is_kept()
    {
        var alone = await RunAsync("classify", Photos);
        Assert.Equal((0, ""), (alone.ExitCode, alone.Errors));
        string[] paths = [Path.Combine(Photos, "a.jpg"), Path.Combine(Photos, "b.jpg"), Path.Combine(Photos, "deeper", "Früh stück.JPEG")];
        Assert.Equal(paths, alone.Lines.Select(line => line.Split('\t')[0]));

        await using var server = await StartServerAsync();
        var served = await RunAsync("classify", Photos);
        Assert.Equal((0, ""), (served.ExitCode, served.Errors));
        Assert.Equal(alone.Output, served.Output);

        // Both runs are one caller's: the token's.
        var kept = await ClientWith(await server.ListeningAsync(), await TokenAsync()).ListAsync();
        Assert.Equal(
            ["a.jpg", "a.jpg", "b.jpg", "b.jpg", "Früh stück.JPEG", "Früh stück.JPEG"],
            kept.Items.Select(p => p.FileName).Order(StringComparer.OrdinalIgnoreCase)
        );
        foreach (var line in served.Lines.Select(line => line.Split('\t')))
        {
            var prediction = kept.Items.First(p => p.FileName == Path.GetFileName(line[0]));
            Assert.Equal((prediction.Class, prediction.Probability.ToString("0.0000")), (line[1], line[2]));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_cannot_be_used_is_named_with_the_reason_and_the_rest_is_classified(bool withServer)
    {
        await using var server = withServer ? await StartServerAsync(("Limits__UploadMebibytes", "1")) : null;
        var (broken, large, missing) = (
            Path.Combine(Photos, "0.png"),
            Path.Combine(Photos, "large.jpg"),
            Path.Combine(folder, "missing.jpg")
        );
        await File.WriteAllTextAsync(broken, "no picture", Cancel);
        await File.WriteAllBytesAsync(large, new byte[3 << 20], Cancel);

        var text = await RunAsync("classify", Photos, missing, "--Limits:UploadMebibytes=1");
        Assert.Equal(1, text.ExitCode);
        Assert.Equal(3, text.Lines.Count);
        Assert.Contains($"{broken}: ", text.Errors, StringComparison.Ordinal);
        Assert.Contains($"{large}: The photo is larger than 1 MiB", text.Errors, StringComparison.Ordinal);
        Assert.Contains($"{missing}: No file or folder has this name.", text.Errors, StringComparison.Ordinal);

        var json = await RunAsync("classify", "--json", Photos, missing, "--Limits:UploadMebibytes=1");
        Assert.Equal((1, ""), (json.ExitCode, json.Errors));
        var lines = json.Lines.Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        Assert.Equal(
            ["path,problem", "path,prediction", "path,prediction", "path,prediction", "path,problem", "path,problem"],
            lines.Select(line => string.Join(',', line.Select(member => member.Key)))
        );
        Assert.Equal(broken, (string)lines[0]["path"]!);
        Assert.Equal([415, 413, null], new[] { lines[0], lines[4], lines[5] }.Select(line => (int?)line["problem"]!["status"]));
        var prediction = lines[1]["prediction"]!;
        Assert.Equal("a.jpg", (string)prediction["fileName"]!);
        Assert.Equal((double)prediction["probability"]!, prediction["probabilities"]!.AsArray().Max(p => (double)p!["probability"]!));
        Assert.EndsWith($"/api/v1/predictions/{(string)prediction["id"]!}/image", (string)prediction["image"]!, StringComparison.Ordinal);
        Assert.EndsWith("Z", (string)prediction["createdAt"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_photo_may_have_any_name(bool withServer)
    {
        string[] names =
        [
            "say \"hi\".jpg",
            "two\nlines.jpg",
            "back\rto the start.jpg",
            "tab\t.jpg",
            @"at the end\",
            @"C:\lunch.jpg",
            "100%22.jpg",
            "a; filename=b.jpg",
            "寿司 é.jpg",
            "=?x?=.jpg",
            "--.jpg",
        ];
        foreach (var name in names)
            File.Copy(Repository.PathOf("samples", "soup.jpg"), Path.Combine(folder, name));
        await using var server = withServer ? await StartServerAsync() : null;

        var json = await RunAsync(["classify", "--json", .. names.Select(name => Path.Combine(folder, name))]);
        Assert.Equal((0, ""), (json.ExitCode, json.Errors));
        var lines = json.Lines.Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(names.Select(name => Path.Combine(folder, name)), lines.Select(line => (string)line["path"]!));
        // Stored without control characters.
        Assert.Equal(
            names.Select(name => string.Concat(name.Where(c => !char.IsControl(c)))),
            lines.Select(line => (string)line["prediction"]!["fileName"]!)
        );

        var text = await RunAsync(["classify", .. names.Select(name => Path.Combine(folder, name))]);
        Assert.Equal((0, ""), (text.ExitCode, text.Errors));
        Assert.Equal(names.Length, text.Lines.Count);
        Assert.Equal(
            names.Select(name =>
                Path.Combine(
                    folder,
                    name.Replace("\n", @"\n", StringComparison.Ordinal)
                        .Replace("\r", @"\r", StringComparison.Ordinal)
                        .Replace("\t", @"\t", StringComparison.Ordinal)
                )
            ),
            text.Lines.Select(line => line.Split('\t')[0])
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tags_are_given_to_all_photos(bool withServer)
    {
        await using var server = withServer ? await StartServerAsync() : null;
        var run = await RunAsync("classify", "--json", Photos, "--tag", "kiosk=1", "--tag=site=Süd & \"West\"");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(3, run.Lines.Count);
        Assert.All(run.Lines, line =>
        {
            var tags = JsonNode.Parse(line)!["prediction"]!["tags"]!.AsObject();
            Assert.Equal([("kiosk", "1"), ("site", "Süd & \"West\"")], tags.Select(tag => (tag.Key, (string)tag.Value!)));
        });
    }

    [Fact]
    public async Task In_a_folder_all_that_is_named_as_a_photo_is_tried_and_links_are_followed_once()
    {
        var photos = Directory.CreateDirectory(Path.Combine(folder, "more"));
        var elsewhere = Directory.CreateDirectory(Path.Combine(folder, "elsewhere"));
        string[] named = ["a.jpg", "b.JPG", "c.jpeg", "d.jpe", "e.JFIF", "f.mpo", "g.pjpeg", "h.png", "i.webp"];
        foreach (var name in named)
            File.Copy(Repository.PathOf("samples", "soup.jpg"), Path.Combine(photos.FullName, name));
        await File.WriteAllBytesAsync(
            Path.Combine(photos.FullName, "j.HEIC"),
            [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8],
            Cancel
        );
        File.Copy(Repository.PathOf("samples", "egg.jpg"), Path.Combine(elsewhere.FullName, "k.jpg"));
        File.WriteAllText(Path.Combine(photos.FullName, "notes.txt"), "not named as a photo");
        File.WriteAllText(Path.Combine(photos.FullName, ".hidden.jpg"), "hidden");
        File.CreateSymbolicLink(Path.Combine(photos.FullName, "l.jpg"), Path.Combine(photos.FullName, "a.jpg"));
        File.CreateSymbolicLink(Path.Combine(photos.FullName, "m.jpg"), Path.Combine(folder, "nowhere.jpg"));
        Directory.CreateSymbolicLink(Path.Combine(photos.FullName, "n"), "../elsewhere");
        Directory.CreateSymbolicLink(Path.Combine(photos.FullName, "o"), "../elsewhere");
        Directory.CreateSymbolicLink(Path.Combine(elsewhere.FullName, "back"), "../more");
        File.CreateSymbolicLink(Path.Combine(photos.FullName, "p.jpg"), "p.jpg");

        var found = await RunAsync("classify", photos.FullName);

        Assert.Equal(1, found.ExitCode);
        Assert.Equal(
            [
                .. named.Select(name => Path.Combine(photos.FullName, name)),
                Path.Combine(photos.FullName, "l.jpg"),
                Path.Combine(photos.FullName, "n", "k.jpg"),
            ],
            found.Lines.Select(line => line.Split('\t')[0])
        );
        var errors = found.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, errors.Length);
        Assert.StartsWith($"{Path.Combine(photos.FullName, "j.HEIC")}: This file is a HEIC photo", errors[0], StringComparison.Ordinal);
        Assert.StartsWith($"{Path.Combine(photos.FullName, "m.jpg")}: The file cannot be read", errors[1], StringComparison.Ordinal);
        Assert.StartsWith($"{Path.Combine(photos.FullName, "p.jpg")}: The file cannot be read", errors[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_cannot_be_read_is_the_only_one_that_fails(bool withServer)
    {
        // Opening this one works, reading its first bytes does not.
        File.CreateSymbolicLink(Path.Combine(Photos, "0.jpg"), "/proc/self/mem");
        await ShellAsync("cp \"$1/a.jpg\" \"$1/$(printf 'caf\\351.jpg')\"");
        await using var server = withServer ? await StartServerAsync() : null;

        var result = await RunAsync("classify", Photos);

        Assert.Equal((1, 3), (result.ExitCode, result.Lines.Count));
        Assert.Contains("0.jpg: ", result.Errors, StringComparison.Ordinal);
        Assert.Contains("caf\uFFFD.jpg: The name is not UTF-8", result.Errors, StringComparison.Ordinal);
        await ShellAsync("rm \"$1\"/caf*");
    }

    /// <summary>For names that .NET cannot say. The folder of the photos is <c>$1</c>.</summary>
    private async Task ShellAsync(string script)
    {
        using var shell = Process.Start("sh", ["-c", script, "sh", Photos]);
        await shell.WaitForExitAsync(Cancel);
        Assert.Equal(0, shell.ExitCode);
    }

    [Fact]
    public async Task The_token_is_for_the_server_s_user_alone_and_gone_after_the_end()
    {
        await using var server = await StartProcessAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(AccessFile));
        var address = await server.ListeningAsync();
        Assert.Equal(address.ToString(), (string)JsonNode.Parse(await File.ReadAllTextAsync(AccessFile, Cancel))!["address"]!);
        server.Terminate();
        Assert.Equal(0, await server.ExitAsync());
        Assert.False(File.Exists(AccessFile));
    }

    [Fact]
    public async Task After_a_kill_the_command_works_without_the_server_and_a_dead_token_is_refused()
    {
        string token;
        await using (await StartProcessAsync())
            token = await TokenAsync();
        Assert.True(File.Exists(AccessFile));

        var alone = await RunAsync("classify", Path.Combine(Photos, "a.jpg"));
        Assert.Equal((0, 1), (alone.ExitCode, alone.Lines.Count));
        Assert.False(File.Exists(AccessFile));

        await using var again = await StartServerAsync();
        using var refused = await ClientWith(await again.ListeningAsync(), token).SendAsync(HttpMethod.Get, "api/v1/predictions");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task The_token_is_refused_from_another_machine()
    {
        await using var server = await StartServerAsync(("GourmetGram__TrustedProxies__0", "127.0.0.1"));
        var client = ClientWith(await server.ListeningAsync(), await TokenAsync());
        using var near = await client.SendAsync(HttpMethod.Get, "api/v1/predictions");
        using var far = await client.SendAsync(HttpMethod.Get, "api/v1/predictions", null, ("X-Forwarded-For", "203.0.113.7"));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (near.StatusCode, far.StatusCode));
    }

    [Fact]
    public async Task A_server_under_a_sub_path_and_on_every_address_is_called_by_loopback()
    {
        await using var server = await StartProcessAsync(
            ("ASPNETCORE_URLS", "http://0.0.0.0:0"),
            ("GourmetGram__PublicUrl", "https://food.example.org/api")
        );
        Assert.StartsWith(
            "http://127.0.0.1:",
            (string)JsonNode.Parse(await File.ReadAllTextAsync(AccessFile, Cancel))!["address"]!,
            StringComparison.Ordinal
        );
        var served = await RunAsync("classify", "--json", Path.Combine(Photos, "a.jpg"));
        Assert.Equal((0, ""), (served.ExitCode, served.Errors));
        Assert.Contains("\"https://food.example.org/api/api/v1/predictions/", served.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("classify")]
    [InlineData("classify", "--jsno", "a.jpg")]
    [InlineData("classify", "a.jpg", "--tag", "kiosk")]
    [InlineData("classify", "a.jpg", "--tag", "kiosk=1", "--tag", "kiosk=2")]
    [InlineData("clasify", "a.jpg")]
    public async Task Wrong_usage_is_told_from_a_failure(params string[] arguments)
    {
        var wrong = await RunAsync(arguments);
        Assert.Equal(2, wrong.ExitCode);
        Assert.NotEqual("", wrong.Errors);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Help_and_version_are_answered_without_a_data_directory()
    {
        var help = await RunAsync("--help");
        Assert.Equal(0, help.ExitCode);
        Assert.Contains("classify", help.Output, StringComparison.Ordinal);
        var classify = await RunAsync("classify", "--help");
        Assert.Equal(0, classify.ExitCode);
        Assert.Contains("--json", classify.Output, StringComparison.Ordinal);
        var version = await RunAsync("--version");
        Assert.Equal(0, version.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", version.Output);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task A_bad_setting_is_named_as_it_is_by_the_server()
    {
        var refused = await RunAsync("classify", Photos, "--Limits:Megapixels=0");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Limits:Megapixels", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Errors, StringComparison.Ordinal);
    }
}
