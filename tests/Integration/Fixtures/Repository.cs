namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>Folder of <c>GourmetGram.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "GourmetGram.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No GourmetGram.sln above {AppContext.BaseDirectory}.");
    }
}
