using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.Options;

namespace GourmetGram.Tests.Unit.Hosting;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("gourmetgram-data-");

    private string Folder => Path.Combine(parent.FullName, "new", "data");

    public void Dispose() => parent.Delete(recursive: true);

    [Fact]
    public void It_is_created_for_its_user_alone()
    {
        using var data = Open(Folder);

        Assert.Equal(Folder, data.FullPath);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        Assert.Equal(Path.Combine(Folder, "lock"), Assert.Single(Directory.EnumerateFileSystemEntries(Folder)));
    }

    [Fact]
    public void It_stands_beside_the_executable_and_once_for_all_executables_of_a_checkout()
    {
        var program = Path.Combine(parent.FullName, "src", "WebApi", "bin", "Debug", "net10.0");
        Assert.Equal(Path.Combine(program, "data"), GourmetGramOptions.DefaultDataDirectory(program));
        File.WriteAllText(Path.Combine(parent.FullName, "GourmetGram.sln"), "");
        Assert.Equal(Path.Combine(parent.FullName, "data"), GourmetGramOptions.DefaultDataDirectory(program));
    }

    [Fact]
    public void A_second_process_is_told_who_has_it()
    {
        using var first = Open(Folder);

        var exception = Assert.Throws<DataDirectoryException>(() => Open(Folder));

        Assert.Equal(
            $"The data directory {Folder} is in use by another GourmetGram process (pid {Environment.ProcessId}). "
                + "Stop that process, or set GourmetGram:DataDirectory to another folder.",
            exception.Message
        );
    }

    [Fact]
    public void It_is_free_again_when_the_first_has_ended()
    {
        Open(Folder).Dispose();

        Open(Folder).Dispose();
    }

    [Fact]
    public void A_lock_file_that_nobody_holds_does_not_matter()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "lock"), "4194304 and more than a pid");

        using (Open(Folder)) { }

        Assert.Equal(Environment.ProcessId.ToString(), File.ReadAllText(Path.Combine(Folder, "lock")));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_refused_with_the_reason()
    {
        var file = Path.Combine(parent.FullName, "file");
        File.WriteAllText(file, "in the way");
        var folder = Path.Combine(file, "data");

        var exception = Assert.Throws<DataDirectoryException>(() => Open(folder));

        Assert.StartsWith($"The data directory {folder} cannot be written: ", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            $"Make it writable for the user '{Environment.UserName}', or set GourmetGram:DataDirectory to another folder.",
            exception.Message,
            StringComparison.Ordinal
        );
    }

    private static DataDirectory Open(string folder) => new(Options.Create(new GourmetGramOptions { DataDirectory = folder }));
}
