using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>Other users of the machine read nothing of what the server stores.</summary>
public sealed class PrivateFilesTests : ServerTests
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    [Fact]
    public async Task All_files_are_their_user_s_alone_also_in_a_folder_that_others_may_read_and_the_log_says_that_they_may()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        var data = Path.Combine(Folder, "data");
        Directory.CreateDirectory(data);
        File.SetUnixFileMode(
            data,
            UnixFileMode.UserRead
                | UnixFileMode.UserWrite
                | UnixFileMode.UserExecute
                | UnixFileMode.GroupRead
                | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead
                | UnixFileMode.OtherExecute
        );
        await using (var server = Start())
        {
            var client = new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() });
            var photo = await client.UploadAsync();
            using var thumbnail = await client.ThumbnailAsync(photo.Id, 160);
            Assert.Contains(
                $"chmod -R go= {data}",
                await server.LineAsync("Other users of this machine can read"),
                StringComparison.Ordinal
            );
            var names = Directory.EnumerateFileSystemEntries(data, "*", SearchOption.AllDirectories).ToList();
            foreach (var expected in new[] { "gourmetgram.db", "gourmetgram.db-wal", "objects", "lock", "server.json" })
                Assert.Contains(Path.Combine(data, expected), names);
            Assert.DoesNotContain(names, name => (File.GetUnixFileMode(name) & Others) != UnixFileMode.None);
        }

        File.SetUnixFileMode(data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var closed = Start();
        await closed.LineAsync("first-administrator?token=");
        Assert.DoesNotContain("Other users of this machine", closed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_in_another_folder_that_others_may_read_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        var elsewhere = Path.Combine(Folder, "elsewhere");
        Directory.CreateDirectory(elsewhere);
        File.SetUnixFileMode(
            elsewhere,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute
        );
        var database = Path.Combine(elsewhere, "x.db");
        await File.WriteAllBytesAsync(database, [], Cancel);
        File.SetUnixFileMode(database, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await using var server = Start(("Database__ConnectionString", $"Data Source={database}"));
        Assert.Contains(database, await server.LineAsync("Other users of this machine can read"), StringComparison.Ordinal);
    }
}
