using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Creates temporary files in the folder <c>scratch</c> of the data directory.</summary>
internal sealed class ScratchFolder : IScratch
{
    private readonly string folder;

    /// <exception cref="DataDirectoryException">The folder cannot be written.</exception>
    public ScratchFolder(DataDirectory data)
    {
        ArgumentNullException.ThrowIfNull(data);
        folder = Path.Combine(data.FullPath, "scratch");
        try
        {
            Directory.CreateDirectory(folder);
            // Only this process uses the data directory, so any file here was left by a process that was killed.
            foreach (var leftover in Directory.EnumerateFiles(folder))
                File.Delete(leftover);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataDirectoryException($"The folder {folder} cannot be written: {e.Message}", e);
        }
    }

    public Stream Create()
    {
        try
        {
            return new FileStream(
                Path.Combine(folder, Path.GetRandomFileName()),
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.ReadWrite,
                    Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
                }
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The folder {folder} cannot be written: {e.Message}", e);
        }
    }
}
