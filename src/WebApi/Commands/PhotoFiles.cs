namespace GourmetGram.WebApi.Commands;

/// <summary>A photo file, or the reason why a path names none.</summary>
/// <param name="Path">The path as given on the command line, or as found below a given folder.</param>
/// <param name="Fault">What is wrong with the path; null when the path is usable.</param>
internal sealed record PhotoFile(string Path, string? Fault = null);

/// <summary>Finds photos in files and folders.</summary>
internal static class PhotoFiles
{
    /// <summary>File name extensions of the photo formats that the product can read.</summary>
    public static readonly IReadOnlyList<string> Extensions =
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".jif",
        ".jfi",
        ".pjpeg",
        ".pjp",
        ".mpo",
        ".png",
        ".apng",
        ".webp",
    ];

    /// <summary>
    /// File name extensions of other photo formats from phones and cameras. Such files are tried too, so that the user learns why each one
    /// cannot be read.
    /// </summary>
    private static readonly string[] OtherExtensions =
    [
        ".heic",
        ".heif",
        ".hif",
        ".avif",
        ".jxl",
        ".dng",
        ".cr2",
        ".cr3",
        ".crw",
        ".nef",
        ".nrw",
        ".arw",
        ".orf",
        ".rw2",
        ".raf",
        ".pef",
        ".srw",
    ];

    private const string MisreadName = "The name is not UTF-8, so the file cannot be opened. Rename it.";

    private static readonly HashSet<string> AllExtensions = new([.. Extensions, .. OtherExtensions], StringComparer.OrdinalIgnoreCase);

    private static readonly EnumerationOptions VisibleEntries = new()
    {
        IgnoreInaccessible = false,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
    };

    /// <summary>Returns each given file, whatever its name, and all photos below each given folder, sorted by path.</summary>
    public static IReadOnlyList<PhotoFile> Find(IEnumerable<string> paths) => [.. paths.SelectMany(FindIn)];

    private static IEnumerable<PhotoFile> FindIn(string path)
    {
        if (File.Exists(path))
            return [new PhotoFile(path)];
        if (!Directory.Exists(path))
            return [new PhotoFile(path, IsMisread(path) ? MisreadName : "No file or folder has this name.")];

        var found = new List<PhotoFile>();
        var visited = new HashSet<string>(StringComparer.Ordinal);
        // Real folders are visited before linked ones, so that a photo is reported under its own path rather than under a link.
        var linked = new Queue<string>([path]);
        while (linked.TryDequeue(out var link))
        {
            var folders = new Stack<string>([link]);
            while (folders.TryPop(out var folder))
            {
                try
                {
                    // Each folder is entered only once, because links may form a cycle.
                    if (!visited.Add(RealPath(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))))
                        continue;
                    var entries = new DirectoryInfo(folder).GetFileSystemInfos("*", VisibleEntries);
                    foreach (var entry in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
                    {
                        var place = Path.Combine(folder, entry.Name);
                        if (entry is DirectoryInfo && entry.LinkTarget is null)
                            folders.Push(place);
                        else if (entry is DirectoryInfo)
                            linked.Enqueue(place);
                        else if (AllExtensions.Contains(entry.Extension))
                            found.Add(new PhotoFile(place, IsMisread(place) ? MisreadName : null));
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    found.Add(
                        new PhotoFile(
                            folder,
                            IsMisread(folder) ? MisreadName : $"The folder cannot be read, so its photos were skipped: {e.Message}"
                        )
                    );
                }
            }
        }

        return found.OrderBy(photo => photo.Path, StringComparer.Ordinal);
    }

    /// <summary>
    /// Returns whether a path contains replacement characters for bytes that are not UTF-8, so that it no longer names a file.
    /// </summary>
    private static bool IsMisread(string path) => path.Contains('\uFFFD', StringComparison.Ordinal) && !Path.Exists(path);

    /// <summary>Returns the path of a folder with all links resolved.</summary>
    private static string RealPath(string folder)
    {
        if (Path.GetDirectoryName(folder) is not { } parent)
            return folder;
        var path = Path.Combine(RealPath(parent), Path.GetFileName(folder));
        return new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { } target ? RealPath(target.FullName) : path;
    }
}
