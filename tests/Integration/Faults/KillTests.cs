using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>
/// A server that is killed at random moments, again and again on the same data, while several clients upload, flag, correct, take back and
/// erase. Each start needs no hand, and each time all that was answered is there, and nothing else.
/// </summary>
public abstract class KillTests : IDisposable
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("GOURMETGRAM_TEST_LONG") == "1";
    private static readonly int Kills = IsLong ? 100 : 5;
    private static readonly int KillsAtStart = IsLong ? 40 : 3;
    private const int Clients = 4;
    private const string Kept = "kept.jpg";

    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-kill-").FullName;

    // The clock is the source of the seed; which one it was is in the message of each failure.
    private readonly int seed = (int)(TimeProvider.System.GetTimestamp() & 0xFFFFFF);
    private readonly Dictionary<string, string> settings;

    protected KillTests()
    {
        Data = Path.Combine(folder, "data");
        settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["GourmetGram__DataDirectory"] = Data,
            ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
            ["Limits__QueueMilliseconds"] = "60000",
            ["Limits__StoreSeconds"] = "60",
        };
    }

    private string Data { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Settings of an empty database.</summary>
    protected abstract Task<IReadOnlyDictionary<string, string>> DatabaseAsync();

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_was_answered_is_there_once_and_whole_after_each_kill()
    {
        foreach (var (name, value) in await DatabaseAsync())
            settings[name] = value;
        var random = new Random(seed);
        for (var kill = 0; kill < KillsAtStart; kill++)
            await KillWhileStartingAsync(TimeSpan.FromMilliseconds(random.Next(1500)));

        var users = Enumerable.Range(0, Clients).Select(i => new User(i, new Random(seed + i))).ToList();
        for (var kill = 0; kill < Kills; kill++)
        {
            settings["GourmetGram__Durability"] = random.Next(2) == 0 ? "Power" : "Process";
            await using var server = ServerProcess.Start(ServerProcess.Built, settings);
            var client = Client(await server.ListeningAsync());
            await CheckAsync(server, client, users, checkAll: false, $"seed {seed}, kill {kill}");
            // Never erased: a store of which the database names nothing is not swept.
            if (kill == 0)
                await client.UploadAsync(fileName: Kept);
            await UseAndKillAsync(server, users, random);
        }

        await using var last = ServerProcess.Start(ServerProcess.Built, settings);
        await CheckAsync(last, Client(await last.ListeningAsync()), users, checkAll: true, $"seed {seed}, at the end");
    }

    /// <summary>
    /// Kills a server some time after it has taken the data directory: while it loads the model, makes the database, migrates, begins to
    /// listen.
    /// </summary>
    private async Task KillWhileStartingAsync(TimeSpan moment)
    {
        await using var server = ServerProcess.Start(ServerProcess.Built, settings);
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var exit = server.ExitAsync();
        while (!exit.IsCompleted && !Directory.Exists(Data))
            await clock.WaitForNextTickAsync(Cancel);
        using var timer = new CancellationTokenSource(moment);
        await using var kill = timer.Token.Register(server.Kill);
        await exit;
        Assert.DoesNotContain("cannot start", server.Output, StringComparison.Ordinal);
    }

    /// <summary>Lets all users work until so many answers have come, and kills the server a moment later.</summary>
    private static async Task UseAndKillAsync(ServerProcess server, List<User> users, Random random)
    {
        using var timer = new CancellationTokenSource();
        await using var kill = timer.Token.Register(server.Kill);
        var left = random.Next(60);
        var moment = TimeSpan.FromMilliseconds(random.Next(30));
        var address = await server.ListeningAsync();
        await Task.WhenAll(
            users
                .Select(user =>
                    Task.Run(
                        async () =>
                        {
                            var client = Client(address);
                            using var http = client.Http;
                            while (await user.TryActAsync(client))
                            {
                                if (Interlocked.Decrement(ref left) == 0)
                                    timer.CancelAfter(moment);
                            }
                        },
                        Cancel
                    )
                )
                .Append(
                    Task.Run(
                        () =>
                        {
                            if (left == 0)
                                timer.CancelAfter(moment);
                        },
                        Cancel
                    )
                )
        );
        await server.ExitAsync();
    }

    private async Task CheckAsync(ServerProcess server, AppClient client, List<User> users, bool checkAll, string when)
    {
        await server.LineAsync("Cleaned up");
        try
        {
            foreach (var user in users)
                await user.RetryAsync(client);
            var found = new List<PredictionJson>();
            for (var cursor = ""; cursor is not null; )
            {
                var page = await client.ListAsync($"?limit=100{cursor}");
                found.AddRange(page.Items);
                cursor = page.Next is null ? null : $"&cursor={Uri.EscapeDataString(page.Next)}";
            }

            var byName = found.ToLookup(prediction => prediction.FileName!);
            foreach (var user in users)
                await user.CheckAsync(client, byName, checkAll);
            Assert.Equal(
                [],
                found.Select(p => p.FileName!).Except(users.SelectMany(user => user.Sent).Append(Kept), StringComparer.Ordinal)
            );
            await CheckFilesAsync(found);
            if (server.Output.Contains("fail:", StringComparison.Ordinal))
                Assert.Fail("An error was logged.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{when}: {e.Message}\n{server.Output}", e);
        }
    }

    /// <summary>The store has each photo once, and no more than that; nothing half-written is anywhere.</summary>
    private async Task CheckFilesAsync(List<PredictionJson> found)
    {
        var ids = found.Select(p => p.Id).Order().ToList();
        Assert.Equal(ids, Ids("production").Order());
        Assert.Empty(Ids("thumbnails").Except(ids));
        // What a job writes at this moment (tags, say) goes from there; what a kill had left would stay.
        await Waiting.UntilAsync(() => Task.FromResult(!Directory.EnumerateFiles(Path.Combine(Data, "objects", ".incoming")).Any()));
        Assert.DoesNotContain(Directory.EnumerateFiles(Data).Select(path => Path.GetFileName(path)), name =>
            name.StartsWith(".probe", StringComparison.Ordinal)
            || name.EndsWith(".new", StringComparison.Ordinal)
            || name.EndsWith(".unfinished", StringComparison.Ordinal)
        );
    }

    private IEnumerable<Guid> Ids(string bucket) =>
        Directory.Exists(Path.Combine(Data, "objects", bucket))
            ? Directory
                .EnumerateFiles(Path.Combine(Data, "objects", bucket), "*.jpg", SearchOption.AllDirectories)
                .Select(path => Guid.Parse(Path.GetFileNameWithoutExtension(path)))
            : [];

    private static AppClient Client(Uri address) => AppClient.Administrator(new HttpClient { BaseAddress = address });

    /// <summary>
    /// What a user knows of a photo. Where a request was cut off, both what was before and what was asked for may be true, until the next
    /// look.
    /// </summary>
    private sealed class Photo(string name, byte[] bytes, string? key)
    {
        public string Name { get; } = name;

        public byte[] Bytes { get; } = bytes;

        public string? Key { get; } = key;

        /// <summary>Null while no answer has come.</summary>
        public Guid? Id { get; set; }

        public bool IsChecked { get; set; }

        public bool[] Erased { get; set; } = [false];

        public bool[] Flagged { get; set; } = [false];

        public string?[] Correction { get; set; } = [null];
    }

    /// <summary>One client, who does one thing after another and remembers what was answered.</summary>
    private sealed class User(int number, Random random)
    {
        private readonly List<Photo> photos = [];
        private string[] classes = [];
        private int count;

        /// <summary>File names of all that was ever sent.</summary>
        public IEnumerable<string> Sent => photos.Select(photo => photo.Name);

        /// <summary>Does something.</summary>
        /// <returns>False when the server is gone.</returns>
        public async Task<bool> TryActAsync(AppClient client)
        {
            try
            {
                if (classes.Length == 0)
                    classes = (await client.Http.GetFromJsonAsync<string[]>("api/v1/classes", Cancel))!;
                await ActAsync(client);
                return true;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                return false;
            }
        }

        /// <summary>Repeats each upload that was cut off, if it had a key: it is there once, whether it had been kept or not.</summary>
        public async Task RetryAsync(AppClient client)
        {
            foreach (var photo in photos.Where(photo => photo.Id is null && photo.Key is not null))
                photo.Id = (await client.UploadAsync(photo.Bytes, photo.Name, photo.Key)).Id;
        }

        public async Task CheckAsync(AppClient client, ILookup<string, PredictionJson> found, bool checkAll)
        {
            foreach (var photo in photos)
            {
                var predictions = found[photo.Name].ToList();
                if (photo.Id is null)
                {
                    // It was cut off, and nobody can repeat it: kept or not, and known from now on.
                    Assert.InRange(predictions.Count, 0, 1);
                    photo.Id = predictions.FirstOrDefault()?.Id;
                    if (photo.Id is null)
                        photo.Erased = [true];
                }

                Assert.Contains(predictions.Count == 0, photo.Erased);
                photo.Erased = [predictions.Count == 0];
                if (predictions.Count == 0)
                {
                    if (photo.Id is { } gone && !photo.IsChecked)
                    {
                        using var answer = await client.SendAsync(HttpMethod.Get, $"api/v1/predictions/{gone}/image");
                        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
                        photo.IsChecked = true;
                    }

                    continue;
                }

                var prediction = Assert.Single(predictions);
                Assert.Equal(photo.Id, prediction.Id);
                Assert.Contains(prediction.Flagged, photo.Flagged);
                Assert.Contains(prediction.Correction, photo.Correction);
                (photo.Flagged, photo.Correction) = ([prediction.Flagged], [prediction.Correction]);
                if (!photo.IsChecked || checkAll)
                    await CheckImageAsync(client, photo, prediction);
            }
        }

        private static async Task CheckImageAsync(AppClient client, Photo photo, PredictionJson prediction)
        {
            using var image = await client.Http.GetAsync(prediction.Image, Cancel);
            var bytes = await image.Content.ReadAsByteArrayAsync(Cancel);
            Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"", image.Headers.ETag?.Tag);
            Assert.True(photo.Bytes.AsSpan().SequenceEqual(bytes), $"{photo.Name} has other bytes than were sent.");
            photo.IsChecked = true;
        }

        private async Task ActAsync(AppClient client)
        {
            var mine = photos.Where(photo => photo is { Id: not null, Erased: [false] }).ToList();
            var dice = random.Next(100);
            if (mine.Count == 0 || dice < 45)
            {
                await UploadAsync(client);
                return;
            }

            var photo = mine[random.Next(mine.Count)];
            var id = photo.Id!.Value;
            switch (dice)
            {
                case < 60:
                    photo.Flagged = [.. photo.Flagged, true];
                    await ExpectAsync(client.FlagAsync(id));
                    photo.Flagged = [true];
                    break;
                case < 68:
                    photo.Flagged = [.. photo.Flagged, false];
                    await ExpectAsync(client.UnflagAsync(id));
                    photo.Flagged = [false];
                    break;
                case < 82:
                    var label = classes[random.Next(classes.Length)];
                    photo.Correction = [.. photo.Correction, label];
                    await ExpectAsync(client.CorrectAsync(id, label));
                    photo.Correction = [label];
                    break;
                case < 88:
                    photo.Correction = [.. photo.Correction, null];
                    await ExpectAsync(client.UncorrectAsync(id));
                    photo.Correction = [null];
                    break;
                case < 93:
                    await ExpectAsync(client.ThumbnailAsync(id, 160));
                    break;
                default:
                    photo.Erased = [false, true];
                    photo.IsChecked = false;
                    await ExpectAsync(client.EraseAsync(id));
                    photo.Erased = [true];
                    break;
            }
        }

        private async Task UploadAsync(AppClient client)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"user{number}-{count++}.jpg");
            var photo = new Photo(name, Photos.NewKept(), random.Next(2) == 0 ? $"key-of-{name}" : null);
            photos.Add(photo);
            if (photo.Key is null || random.Next(3) > 0)
            {
                await SendAsync(client, photo);
                return;
            }

            // An impatient client: the same twice at once.
            await Task.WhenAll(SendAsync(client, photo), SendAsync(client, photo));
        }

        private static async Task SendAsync(AppClient client, Photo photo)
        {
            using var response = await client.TryUploadAsync(photo.Bytes, photo.Name, photo.Key);
            var text = await response.Content.ReadAsStringAsync(Cancel);
            Assert.True(response.IsSuccessStatusCode, text);
            var id = (await response.Content.ReadFromJsonAsync<PredictionJson>(Cancel))!.Id;
            Assert.Equal(id, photo.Id ?? id);
            photo.Id = id;
        }

        /// <summary>An answer counts once all of it was read.</summary>
        private static async Task ExpectAsync(Task<HttpResponseMessage> request)
        {
            using var response = await request;
            var text = await response.Content.ReadAsByteArrayAsync(Cancel);
            Assert.True(
                response.IsSuccessStatusCode,
                $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri}: {response.StatusCode}, {text.Length} bytes"
            );
        }
    }
}

public sealed class SqliteKillTests : KillTests
{
    protected override Task<IReadOnlyDictionary<string, string>> DatabaseAsync() =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>(StringComparer.Ordinal));
}

public sealed class PostgreSqlKillTests : KillTests
{
    protected override async Task<IReadOnlyDictionary<string, string>> DatabaseAsync() =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Database__Provider"] = nameof(DatabaseProvider.PostgreSql),
            ["Database__ConnectionString"] = await MigratedDatabase.TakeAsync(),
        };
}
