namespace GourmetGram.WebApi.Commands;

/// <summary>A photo on the disk, or why there is none.</summary>
/// <param name="Path">As it was given, or found below a folder that was given.</param>
/// <param name="Fault">What is wrong with the path; null when nothing is.</param>
internal sealed record PhotoFile(string Path, string? Fault = null);

/// <summary>Finds photos in files and folders.</summary>
internal static class PhotoFiles
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".webp"];

    // Links are not followed: one that leads upwards would have no end.
    private static readonly EnumerationOptions Recursively = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = false,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
    };

    /// <summary>A file is taken whatever its name; of a folder, all that are named as photos, sorted by path.</summary>
    public static IReadOnlyList<PhotoFile> Find(IEnumerable<string> paths) => [.. paths.SelectMany(FindIn)];

    private static IEnumerable<PhotoFile> FindIn(string path)
    {
        if (File.Exists(path))
            return [new PhotoFile(path)];
        if (!Directory.Exists(path))
            return [new PhotoFile(path, "There is no file or folder of this name.")];
        try
        {
            return Directory
                .EnumerateFiles(path, "*", Recursively)
                .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal)
                .Select(file => new PhotoFile(file))
                .ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [new PhotoFile(path, $"The folder cannot be read, so none of it was classified: {e.Message}")];
        }
    }
}
