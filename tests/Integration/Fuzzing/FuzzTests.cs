using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Data.Sqlite;

namespace GourmetGram.Tests.Integration.Fuzzing;

/// <summary>
/// A server in a process of its own gets requests that are wrong in every way we could think of. It must answer all of them, log no error,
/// leave nothing behind, and work as before. <c>GOURMETGRAM_TEST_FUZZ_SEED</c> chooses another seed, <c>GOURMETGRAM_TEST_FUZZ_INDEX</c>
/// sends one input of it alone.
/// </summary>
public sealed partial class FuzzTests : IDisposable
{
    /// <summary>Pools, caches and the heap have then grown to what this traffic takes.</summary>
    private const int WarmUp = 1000;
    private const int Block = 200;
    private const int AtOnce = 4;
    private const int ShownFailures = 20;
    private static readonly int Seed = Setting("GOURMETGRAM_TEST_FUZZ_SEED") ?? 20260919;
    private static readonly int Inputs = Environment.GetEnvironmentVariable("GOURMETGRAM_TEST_LONG") == "1" ? 20_000 : 2_000;

    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-fuzz-").FullName;
    private readonly ConcurrentQueue<(FuzzInput Input, string Why)> failures = [];
    private readonly ConcurrentDictionary<(FuzzKind Kind, int Status), int> seen = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(folder, "data");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Whatever_is_sent_is_answered_and_harms_nothing()
    {
        string[] empty = [.. new[] { "home", "tmp", "cwd" }.Select(name => Directory.CreateDirectory(Path.Combine(folder, name)).FullName)];
        await using var server = ServerProcess.Start(
            ServerProcess.Built,
            new Dictionary<string, string>
            {
                ["GourmetGram__DataDirectory"] = Data,
                ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
                ["Limits__QueueMilliseconds"] = "60000",
                ["HOME"] = empty[0],
                ["TMPDIR"] = empty[1],
                // The runtime's own sockets for debuggers would lie in TMPDIR.
                ["DOTNET_EnableDiagnostics"] = "0",
            },
            workingDirectory: empty[2]
        );
        var address = await server.ListeningAsync();
        var program = new AppClient(new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = address });
        var before = await program.UploadAsync(Photos.Golden("drawing-egg.jpg"));

        if (Setting("GOURMETGRAM_TEST_FUZZ_INDEX") is { } one)
            await RunAsync(address, one, 1);
        else
            await RunAsync(address, 0, WarmUp);
        var level = Usage.Of(server.Id);
        if (Setting("GOURMETGRAM_TEST_FUZZ_INDEX") is null)
            await RunAsync(address, WarmUp, Inputs - WarmUp);

        // It answers as before.
        var after = await program.UploadAsync(Photos.Golden("drawing-egg.jpg"));
        Assert.Equal((before.Class, before.Probability), (after.Class, after.Probability));
        Assert.StartsWith("Vegetable", after.Class, StringComparison.Ordinal);
        await AssertReturnsToAsync(level, server.Id, program);

        server.Terminate();
        Assert.Equal(0, await server.ExitAsync());
        TestContext.Current.TestOutputHelper?.WriteLine(Summary());
        var errors = ErrorLine().Matches(server.Output).Select(line => line.Value).ToList();
        Assert.True(failures.IsEmpty && errors.Count == 0, Report(errors));

        // Nothing stands outside of the data directory, and in it only what belongs there.
        Assert.Equal(
            [.. empty.Append(Data).Order(StringComparer.Ordinal)],
            Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal)
        );
        Assert.All(empty, path => Assert.Empty(Directory.EnumerateFileSystemEntries(path)));
        var files = Directory
            .EnumerateFiles(Data, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Data, path))
            .ToList();
        Assert.DoesNotContain(files, path => !KnownFile().IsMatch(path));
        Assert.Equal(
            PredictionIds(),
            files
                .Where(path => path.StartsWith("objects/production/class_", StringComparison.Ordinal))
                .Select(path => Path.GetFileNameWithoutExtension(path))
                .ToHashSet()
        );
    }

    // ---- sending ----

    private async Task RunAsync(Uri address, int first, int count)
    {
        for (var block = first; block < first + count; block += Block)
        {
            // Inputs erase what they find: each block starts with predictions of its own.
            var inputs = new FuzzInputs(Seed, await TargetAsync(address));
            await Parallel.ForEachAsync(
                Enumerable.Range(block, Math.Min(Block, first + count - block)),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel },
                async (index, _) => await SendAsync(address, inputs.Make(index))
            );
        }
    }

    private async Task SendAsync(Uri address, FuzzInput input)
    {
        try
        {
            var answer = await RawHttp.SendAsync(address, input.Bytes, input.Ending, Cancel);
            seen.AddOrUpdate((input.Kind, answer.Status), 1, (_, count) => count + 1);
            if (Objection(input, answer) is { } why)
                Fail(input, $"{why}\n{answer.Head}\n{answer.Body[..Math.Min(answer.Body.Length, 500)]}");

            // What is kept of a broken photo must be good enough for a thumbnail.
            if (input.Kind == FuzzKind.Image && answer.Status == 201 && IdField().Match(answer.Body) is { Success: true } id)
            {
                var path = $"/api/v1/predictions/{id.Groups[1].Value}/image?size=160";
                var get =
                    $"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\nAuthorization: Bearer "
                    + $"{AppFixture.AdminKey}\r\n\r\n";
                var thumbnail = await RawHttp.SendAsync(address, System.Text.Encoding.ASCII.GetBytes(get), Ending.Wait, Cancel);
                if (thumbnail.Status != 200)
                    Fail(input, $"Its thumbnail was answered {thumbnail.Status}: {thumbnail.Body}");
            }
        }
        catch (Exception e) when (e is TimeoutException or System.Net.Sockets.SocketException)
        {
            Fail(input, e.Message);
        }
    }

    /// <summary>
    /// What is wrong with an answer; null when nothing is. Kestrel itself answers 501 or 505 where it cannot speak what was asked for, and
    /// all that it answers itself has no body.
    /// </summary>
    private static string? Objection(FuzzInput input, RawAnswer answer)
    {
        if (answer.Status == 0)
            return input.Ending != Ending.Wait || input.Bytes.Length > 64 * 1024 ? null : "It was not answered.";
        if (answer.Status >= 500 && answer.Status is not (503 or 507) && !(answer.Status is 501 or 505 && answer.Body.Length == 0))
            return $"It was answered {answer.Status}.";
        if (answer.Body.Contains("\"status\":500", StringComparison.Ordinal))
            return "A part of it was answered 500.";
        var isApi = input.Line.Split(' ') is [_, var path, ..] && path.StartsWith("/api/v1/", StringComparison.OrdinalIgnoreCase);
        return isApi && answer.Status >= 400 && answer.Body.Length > 0 && answer.MediaType != "application/problem+json"
            ? $"{answer.Status} is no problem but {answer.MediaType}."
            : null;
    }

    private void Fail(FuzzInput input, string why) => failures.Enqueue((input, why));

    private static async Task<FuzzTarget> TargetAsync(Uri address)
    {
        var jar = new System.Net.CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = jar }) { BaseAddress = address };
        var page = await browser.GetStringAsync(address, Cancel);
        var own = await new AppClient(browser).UploadAsync(Photos.Golden("tiny.png"));
        using var program = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = address };
        var open = await new AppClient(program).UploadAsync(Photos.Golden("tiny.png"));
        return new FuzzTarget(
            address.Authority,
            open.Id,
            own.Id,
            jar.GetCookieHeader(address),
            TokenField().Match(page).Groups[1].Value,
            AppFixture.AdminKey
        );
    }

    // ---- what is left ----

    /// <param name="Mebibytes">Resident memory.</param>
    /// <param name="Descriptors">Open files and sockets, without the libraries that are loaded as they are needed.</param>
    /// <param name="Threads">Threads.</param>
    private sealed record Usage(int Mebibytes, int Descriptors, int Threads)
    {
        public static Usage Of(int process)
        {
            var isLibrary = (string? path) => path?.EndsWith(".dll", StringComparison.Ordinal) != false;
            var kibibytes = File.ReadLines($"/proc/{process}/status")
                .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
            return new Usage(
                int.Parse(kibibytes, CultureInfo.InvariantCulture) / 1024,
                Directory.GetFileSystemEntries($"/proc/{process}/fd").Count(fd => !isLibrary(new FileInfo(fd).LinkTarget)),
                Directory.GetDirectories($"/proc/{process}/task").Length
            );
        }

        public bool IsWithin(Usage level) =>
            Mebibytes <= level.Mebibytes + 200 && Descriptors <= level.Descriptors + 30 && Threads <= level.Threads + 30;
    }

    /// <summary>Uploads drive the server's garbage collector, which otherwise keeps what nobody needs.</summary>
    private static async Task AssertReturnsToAsync(Usage level, int process, AppClient program)
    {
        var watch = Stopwatch.StartNew();
        var now = Usage.Of(process);
        TestContext.Current.TestOutputHelper?.WriteLine($"{level} after the warm-up, {now} at the end");
        for (; !now.IsWithin(level) && watch.Elapsed < TimeSpan.FromMinutes(2); now = Usage.Of(process))
            await program.UploadAsync(Photos.Golden("landscape.jpg"));
        Assert.True(now.IsWithin(level), $"{level} after the warm-up, {now} at the end.");
    }

    private HashSet<string> PredictionIds()
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = Path.Combine(Data, "gourmetgram.db"),
                Mode = SqliteOpenMode.ReadOnly,
                Pooling = false,
            }.ConnectionString
        );
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """SELECT lower("Id") FROM "Predictions" """;
        using var rows = command.ExecuteReader();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        while (rows.Read())
            ids.Add(rows.GetString(0));
        return ids;
    }

    // ---- reports ----

    private string Summary() =>
        string.Join(
            '\n',
            seen.GroupBy(pair => pair.Key.Kind)
                .OrderBy(group => group.Key)
                .Select(group =>
                    $"{group.Key}: "
                    + $"{string.Join(", ", group.OrderBy(pair => pair.Key.Status).Select(pair => $"{pair.Value} × {pair.Key.Status}"))}"
                )
        );

    /// <summary>The failures; the whole requests go to files, because the process that could be asked again is gone.</summary>
    private string Report(List<string> errors)
    {
        var kept = Directory.CreateTempSubdirectory("gourmetgram-fuzz-failed-").FullName;
        foreach (var (input, _) in failures)
            File.WriteAllBytes(Path.Combine(kept, $"{Seed}-{input.Index}.http"), input.Bytes);
        return $"{failures.Count} failures with seed {Seed}, {errors.Count} errors logged; requests in "
            + $"{kept}\n{string.Join('\n', errors.Take(ShownFailures))}\n"
            + string.Join(
                '\n',
                failures
                    .OrderBy(f => f.Input.Index)
                    .Take(ShownFailures)
                    .Select(f =>
                        $"{f.Input}\n{Convert.ToBase64String(f.Input.Bytes.AsSpan(0, Math.Min(f.Input.Bytes.Length, 300)))}\n{f.Why}\n"
                    )
            );
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;

    [GeneratedRegex("""^\S+ (fail|crit): .*$""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ErrorLine();

    [GeneratedRegex(
        """^(gourmetgram\.db(-wal|-shm)?|lock|server\.json|objects/production/\.gourmetgram/installation\.json|objects/\.details/production/\.gourmetgram/installation\.json\.json|objects/production/class_\d\d/[0-9a-f-]{36}\.(jpg|png|webp)|objects/\.details/production/class_\d\d/[0-9a-f-]{36}\.(jpg|png|webp)\.json|objects/tracking/(production|written-by-gourmetgram)\.json|objects/thumbnails/(160|480|1280)/[0-9a-f-]{36}\.jpg)$"""
    )]
    private static partial Regex KnownFile();

    [GeneratedRegex("\"id\":\"([0-9a-f-]{36})\"")]
    private static partial Regex IdField();

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField();
}
