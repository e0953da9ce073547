using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Finds files that other users of the machine can read, in an installation that was created by hand or before files were private.
/// </summary>
public sealed class OpenFolders
{
    private readonly DataDirectory directory;
    private readonly DatabaseLocation database;

    internal OpenFolders(DataDirectory directory, DatabaseLocation database)
    {
        this.directory = directory;
        this.database = database;
    }

    /// <summary>
    /// Returns the absolute paths of the data directory and of a SQLite file if others can read them. Nothing inside a closed folder can be
    /// reached, whatever its own permissions.
    /// </summary>
    public IReadOnlyList<string> Find()
    {
        var open = new List<string>();
        if (PrivateFiles.IsOpenToOthers(directory.FullPath))
            open.Add(directory.FullPath);
        if (database.FilePath is { } file && PrivateFiles.IsOpenToOthers(file) && PrivateFiles.IsOpenToOthers(Path.GetDirectoryName(file)!))
            open.Add(file);
        return open;
    }
}
