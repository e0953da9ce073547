using GourmetGram.Application.Common;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.ObjectStorage;

/// <summary><c>gourmetgram storage copy</c>, between files and a real S3 server.</summary>
public sealed class StorageCopyTests : IDisposable
{
    private static readonly ObjectAddress Tagged = new("production", "class_05/tagged.jpg");
    private static readonly ObjectAddress Plain = new("cleanproduction", "class_00/plain.png");
    private static readonly ObjectAddress Odd = new("tracking", "production.json");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gourmetgram-copy-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task An_installation_goes_to_S3_and_back_with_bytes_types_and_tags()
    {
        var settings = Settings();
        await UseAsync(settings, "FileSystem", FillAsync);

        var there = await CommandRun.RunAsync(settings, "storage", "copy", "--to", "S3");
        Assert.True(there.ExitCode == 0, there.Errors);
        Assert.Contains("3 objects copied (0 MiB), 0 already existed, 0 failed.", there.Output, StringComparison.Ordinal);
        Assert.Contains("Set ObjectStore:Provider to S3", there.Output, StringComparison.Ordinal);
        await UseAsync(settings, "S3", CheckAsync);

        // Again: an interrupted copy goes on. One object was damaged meanwhile, one was lost.
        await UseAsync(settings, "S3", async store =>
        {
            await store.PutAsync(Plain, new byte[] { 9, 9, 9 }, "image/png", Cancel);
            await store.DeleteAsync(Odd, Cancel);
        });
        var again = await CommandRun.RunAsync(settings, "storage", "copy", "--to", "S3");
        Assert.Contains("2 objects copied (0 MiB), 1 already existed, 0 failed.", again.Output, StringComparison.Ordinal);
        await UseAsync(settings, "S3", CheckAsync);

        settings["GourmetGram__DataDirectory"] = Path.Combine(folder.FullName, "another");
        Assert.Equal(0, (await CommandRun.RunAsync(settings, "storage", "copy", "--to", "FileSystem")).ExitCode);
        await UseAsync(settings, "FileSystem", CheckAsync);
    }

    [Fact]
    public async Task Without_rights_nothing_is_said_to_be_copied()
    {
        var settings = Settings();
        await UseAsync(settings, "FileSystem", FillAsync);
        settings["ObjectStore__SecretKey"] = "a-wrong-one";
        var refused = await CommandRun.RunAsync(settings, "storage", "copy", "--to", "S3");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Nothing was copied: ", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("All objects were copied", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_server_runs_nothing_is_copied()
    {
        var settings = Settings();
        settings["ObjectStore__Provider"] = "FileSystem";
        await using var server = new HostedServer(settings);
        await server.ListeningAsync();
        var refused = await CommandRun.RunAsync(settings, "storage", "copy", "--to", "S3");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Stop the server first", refused.Errors, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Settings()
    {
        var settings = S3Server.NewStore();
        settings["GourmetGram__DataDirectory"] = Path.Combine(folder.FullName, "data");
        return settings;
    }

    private static async Task UseAsync(Dictionary<string, string> settings, string provider, Func<IObjectStore, Task> use)
    {
        await using var container = ObjectStores.Build(
            new Dictionary<string, string>(settings, StringComparer.Ordinal) { ["ObjectStore__Provider"] = provider }
        );
        await use(container.GetRequiredService<IObjectStore>());
    }

    private static async Task FillAsync(IObjectStore store)
    {
        await store.PutAsync(Tagged, new byte[] { 1, 2, 3 }, "image/jpeg", Cancel);
        await store.WriteTagsAsync(
            Tagged,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["predicted_class"] = "Noodles/Pasta", ["flagged"] = "true" },
            Cancel
        );
        await store.PutAsync(Plain, new byte[] { 4, 5, 6 }, "image/png", Cancel);
        await store.PutAsync(Odd, new byte[] { 7 }, "text/x-odd", Cancel);
    }

    private static async Task CheckAsync(IObjectStore store)
    {
        Assert.Equal([1, 2, 3], await ReadAsync(store, Tagged));
        Assert.Equal(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["predicted_class"] = "Noodles/Pasta", ["flagged"] = "true" },
            new Dictionary<string, string>(await store.ReadTagsAsync(Tagged, Cancel), StringComparer.Ordinal)
        );
        Assert.Equal([4, 5, 6], await ReadAsync(store, Plain));
        Assert.Equal([7], await ReadAsync(store, Odd));
        Assert.Equal(
            ("image/jpeg", "image/png", "text/x-odd"),
            (await TypeAsync(store, Tagged), await TypeAsync(store, Plain), await TypeAsync(store, Odd))
        );
    }

    private static async Task<string?> TypeAsync(IObjectStore store, ObjectAddress address) =>
        (await store.FindAsync(address, Cancel))?.MediaType;

    private static async Task<byte[]> ReadAsync(IObjectStore store, ObjectAddress address) =>
        await (await store.OpenReadAsync(address, Cancel)).ReadAllAsync();
}
