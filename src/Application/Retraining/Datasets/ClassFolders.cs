namespace GourmetGram.Application.Retraining;

/// <summary>Names of the folders of classes in exports.</summary>
public static class ClassFolders
{
    /// <summary>
    /// Returns a folder name for each class: its letters, digits, dots and hyphens, and an underscore for anything else. Names that would
    /// be equal, also in file systems that ignore case, get the index of the class as a suffix.
    /// </summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        var names = classes.Select(Readable).ToList();
        var repeated = names
            .GroupBy(name => name, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. names.Select((name, index) => repeated.Contains(name) ? $"{name}_{index:00}" : name)];
    }

    private static string Readable(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '.' ? c : '_')).Trim('.');
        return safe.Length == 0 ? "_" : safe;
    }
}
