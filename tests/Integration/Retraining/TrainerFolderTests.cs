using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Training;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Retraining;

/// <summary>A trainer program that misbehaves gives a sentence, and nothing of it is left.</summary>
public sealed class TrainerFolderTests : IDisposable
{
    /// <summary>Starts an inner process that outlives the shell and holds a pipe, and the shell's output, open.</summary>
    private const string Start = "mkfifo {job}/held {job}/go; (sleep 1000 3> {job}/held) & echo started";

    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-trainer-").FullName;
    private readonly Lines lines = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public TrainerFolderTests() => Directory.CreateDirectory(Path.Combine(folder, "output"));

    public void Dispose()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_the_program_prints_is_its_progress_and_its_log()
    {
        const string script = """
            echo '{"step": 1, "of": 4, "message": "half an epoch", "metrics": {"loss": 0.5}}'
            echo 'plain words'; echo '{"not": "progress"}'; echo '{"step": "x"}'; echo '{broken'
            echo '{"step": 4, "of": 4}'
            echo '{"name": "own", "version": "taken"}' > {job}/output/manifest.json
            """;
        var result = await RunAsync(script);
        Assert.Equal(Path.Combine(folder, "output"), result);
        Assert.Equal(
            [
                new(1, 4, "half an epoch loss 0.5"),
                new(1, 4, "plain words"),
                new(1, 4, """{"not": "progress"}"""),
                new(1, 4, """{"step": "x"}"""),
                new(1, 4, "{broken"),
                new(4, 4, "Step 4"),
            ],
            lines.All
        );
        Assert.Equal(
            """{"name":"own","version":"2-program.1"}""",
            await File.ReadAllTextAsync(Path.Combine(result, "manifest.json"), Cancel)
        );
    }

    [Theory]
    [InlineData("echo 'no GPU' >&2; exit 3", "ended with exit code 3. Its last line was: no GPU")]
    [InlineData("exit 1", "ended with exit code 1. It printed nothing.")]
    [InlineData("echo done", "ended without output/manifest.json")]
    [InlineData("echo '[1]' > {job}/output/manifest.json", "output/manifest.json is not a JSON object")]
    [InlineData("ln -s /etc/hostname {job}/output/manifest.json", "output/manifest.json is a symbolic link")]
    [InlineData("head -c 3000000 /dev/zero > {job}/large; exec sleep 1000", "wrote more than 1 MB and was ended")]
    [InlineData("head -c 3000000 /dev/zero | tr '\\0' y; exit 2", "ended with exit code 2. Its last line was: yyyy")]
    public async Task A_program_that_fails_says_how(string script, string words)
    {
        var refused = await Assert.ThrowsAsync<TrainingRefusedException>(() => RunAsync(script));
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        Assert.InRange(refused.Message.Length, 1, 700);
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended_with_all_that_it_started()
    {
        var time = new FakeTimeProvider();
        var running = RunAsync($"{Start}; sleep 1000", time);
        await using var held = await OpenHeldAsync();
        time.Advance(TimeSpan.FromMinutes(1));
        var refused = await Assert.ThrowsAsync<TrainingRefusedException>(() => running);
        Assert.Contains("did not end within its 1 min", refused.Message, StringComparison.Ordinal);
        await AssertReleasedAsync(held);
    }

    [Fact]
    public async Task What_a_program_leaves_running_is_ended_with_it()
    {
        var running = RunAsync($"{Start}; cat {{job}}/go; echo '{{}}' > {{job}}/output/manifest.json");
        await using var held = await OpenHeldAsync();
        await File.WriteAllTextAsync(Path.Combine(folder, "go"), "go", Cancel);
        await running;
        await AssertReleasedAsync(held);
    }

    [Fact]
    public async Task A_person_ends_the_program()
    {
        using var stop = new CancellationTokenSource();
        var running = RunAsync($"{Start}; sleep 1000", cancellationToken: stop.Token);
        await using var held = await OpenHeldAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await AssertReleasedAsync(held);
    }

    [Fact]
    public async Task The_program_gets_no_settings_of_the_server()
    {
        // No setting: servers that other tests start at the same time inherit it.
        Environment.SetEnvironmentVariable("TRAINER_FOLDER_TEST", "a secret of the server");
        try
        {
            await RunAsync("env > {job}/seen; echo '{}' > {job}/output/manifest.json");
            Assert.DoesNotContain("secret", await File.ReadAllTextAsync(Path.Combine(folder, "seen"), Cancel), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("TRAINER_FOLDER_TEST", null);
        }
    }

    [Fact]
    public async Task What_a_killed_server_left_running_is_ended_before_the_next_training()
    {
        var group = ProcessGroup.Start("sleep 1000", folder);
        ProcessGroup.KillLeftover(folder);
        await group.Process.WaitForExitAsync(Cancel);
        group.Dispose();
    }

    private async Task<string> RunAsync(string script, TimeProvider? time = null, CancellationToken? cancellationToken = null)
    {
        var options = new TrainerOptions
        {
            Command = script,
            Minutes = 1,
            Megabytes = 1,
        };
        var training = new TrainerFolder(folder, "2-program.1", options, time ?? TimeProvider.System)
        {
            Photos = 1,
            NewestPrediction = null,
        };
        return await training.RunAsync(lines, cancellationToken ?? Cancel);
    }

    /// <summary>Opens the pipe as soon as the inner process holds it.</summary>
    private async Task<FileStream> OpenHeldAsync()
    {
        await lines.First;
        return await Task.Run(() => File.OpenRead(Path.Combine(folder, "held")), Cancel);
    }

    /// <summary>Waits until no process holds the pipe.</summary>
    private static async Task AssertReleasedAsync(FileStream held) => Assert.Equal(0, await held.ReadAsync(new byte[1], Cancel));

    private sealed class Lines : IProgress<TrainingProgress>
    {
        private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock gate = new();
        private readonly List<TrainingProgress> all = [];

        public Task First => first.Task;

        public IReadOnlyList<TrainingProgress> All
        {
            get
            {
                lock (gate)
                    return [.. all];
            }
        }

        public void Report(TrainingProgress value)
        {
            lock (gate)
                all.Add(value);
            first.TrySetResult();
        }
    }
}
