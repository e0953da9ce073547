namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>Compares what the product says to the outside with what it said when somebody last looked at it.</summary>
internal static class Snapshot
{
    /// <summary>Set to 1 to accept what the tests find; then read the difference in git.</summary>
    private const string AcceptVariable = "GOURMETGRAM_ACCEPT_SNAPSHOTS";

    /// <summary>Whether what is found becomes what is expected.</summary>
    public static bool IsAccepting { get; } = Environment.GetEnvironmentVariable(AcceptVariable) == "1";

    /// <param name="name">File in <c>tests/Integration/Snapshots</c>.</param>
    /// <param name="found">What the product says now.</param>
    /// <param name="meaning">What a difference means, for whoever sees the test fail.</param>
    public static void Matches(string name, string found, string meaning) =>
        MatchesFile(Repository.PathOf("tests", "Integration", "Snapshots", name), found, meaning);

    /// <summary>The same for a file that is not a snapshot only (a generated part of the documentation).</summary>
    public static void MatchesFile(string path, string found, string meaning)
    {
        if (IsAccepting)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, found);
        }

        var expected = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(
            expected == found,
            $"{Path.GetFileName(path)} differs. {meaning} If that is meant, run with {AcceptVariable}=1 and commit the file. "
                + $"{Difference(expected, found)}"
        );
    }

    /// <summary>The first lines that differ; a whole document would hide everything else in a log.</summary>
    private static string Difference(string expected, string found)
    {
        var (old, now) = (expected.Split('\n'), found.Split('\n'));
        var first = old.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        var last = old.Reverse()
            .Zip(now.Reverse())
            .Take(Math.Min(old.Length, now.Length) - first)
            .TakeWhile(pair => pair.First == pair.Second)
            .Count();
        return $"From line {first + 1} on, expected:\n{Part(old)}\nFound:\n{Part(now)}";

        string Part(string[] lines) => string.Join('\n', lines[first..^last].Take(40));
    }
}
