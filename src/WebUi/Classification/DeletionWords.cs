using System.Globalization;
using System.Text.RegularExpressions;
using GourmetGram.Application.Classification;
using GourmetGram.WebUi.Shared;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.WebUi.Classification;

/// <summary>
/// Puts a deletion into words. The page after a deletion gets the report in its address, so that reloading it deletes nothing.
/// </summary>
internal static partial class DeletionWords
{
    /// <summary>Versions that are named; of more than these, only the number is given.</summary>
    private const int MostNames = 10;

    private const string Photos = "erased";
    private const string Versions = "versions";
    private const string Models = "models";

    private static readonly (string Name, Func<DeletionReport, int> Count, string Noun)[] Counts =
    [
        ("files", report => report.Files.Stored + report.Files.Spooled, "photo file"),
        ("thumbnails", report => report.Files.Thumbnails, "thumbnail"),
        ("copies", report => report.Files.DatasetCopies, "dataset copy"),
        ("feedback", report => report.Feedback, "flag or correction"),
        ("tasks", report => report.Tasks, "labelling task"),
        ("labels", report => report.Labels, "label"),
        ("remote", report => report.LabelStudioTasks, "task in Label Studio"),
    ];

    /// <summary>Adds a report to the address of the page that shows it.</summary>
    public static QueryString With(this QueryString address, DeletionReport report)
    {
        address = address.Add(Photos, Text(report.Photos));
        foreach (var (name, count, _) in Counts)
        {
            if (count(report) is > 0 and var number)
                address = address.Add(name, Text(number));
        }

        return AddNames(AddNames(address, Versions, [.. report.DatasetVersions.Select(Text)]), Models, report.Models);
    }

    /// <summary>Returns the sentences about a deletion that the address of the page holds; empty when it holds none.</summary>
    public static string[] Read(IQueryCollection address)
    {
        if (NumberIn(address, Photos) is not { } photos)
            return [];
        var counted = Counts
            .Select(part => (Number: NumberIn(address, part.Name), part.Noun))
            .Where(part => part.Number is not null)
            .Select(part => CountOf(part.Number!.Value, part.Noun))
            .ToList();
        string?[] sentences =
        [
            photos == 1 ? "The photo was deleted." : $"{Words.Number(photos)} photos were deleted.",
            counted.Count == 0 ? null : $"Deleted with {(photos == 1 ? "it" : "them")}: {string.Join(", ", counted)}.",
            NamesIn(address, Versions) is { } versions
                ? $"Removed from {versions.Of("dataset version")}. Only the hashes of rows stay."
                : null,
            NamesIn(address, Models) is { } models ? $"Used to train {models.Of("model")}. Trained models stay as they are." : null,
        ];
        return [.. sentences.OfType<string>()];
    }

    private static string CountOf(int number, string noun) =>
        (number, noun) switch
        {
            (1, _) => $"1 {noun}",
            (_, "dataset copy") => $"{Words.Number(number)} dataset copies",
            (_, "flag or correction") => $"{Words.Number(number)} flags and corrections",
            (_, "task in Label Studio") => $"{Words.Number(number)} tasks in Label Studio",
            _ => Words.Count(number, noun),
        };

    private static QueryString AddNames(QueryString address, string name, IReadOnlyList<string> names) =>
        names.Count switch
        {
            0 => address,
            > MostNames => address.Add($"{name}Count", Text(names.Count)),
            _ => address.Add(name, string.Join(',', names)),
        };

    private static Names? NamesIn(IQueryCollection address, string name)
    {
        if (NumberIn(address, $"{name}Count") is { } number)
            return new Names(number, []);
        var names = address[name].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
        return names.Length is 0 or > MostNames || !Array.TrueForAll(names, Version().IsMatch) ? null : new Names(names.Length, names);
    }

    /// <returns>Null for anything but a positive number.</returns>
    private static int? NumberIn(IQueryCollection address, string name) =>
        int.TryParse(address[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[\w.-]{1,40}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();

    private sealed record Names(int Count, string[] Known)
    {
        public string Of(string noun) =>
            Known switch
            {
                [] => Words.Count(Count, noun),
                [var one] => $"{noun} {one}",
                [.. var first, var last] => $"{noun}s {string.Join(", ", first)} and {last}",
            };
    }
}
