using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Files in the folder <c>scratch</c> of the data directory.</summary>
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
            // This process alone has the data directory, so what is here was left by one that was killed.
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
