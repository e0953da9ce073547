using System.Text.Json;
using System.Text.RegularExpressions;

namespace GourmetGram.Tests.Architecture;

/// <summary>Rules for the text of source files.</summary>
public sealed class SourceRules
{
    private const string BesideTheRepository = ".." + "/shared";

    private const int Columns = 140;

    private static readonly string[] Labels = ReadLabels();

    /// <summary>A file of the repository.</summary>
    /// <param name="Path">Relative to the repository's root.</param>
    /// <param name="Text">The text of the file.</param>
    private sealed record Source(string Path, string Text);

    [Fact]
    public void No_code_names_a_class_of_the_model()
    {
        var sources = Read("src", ".cs", ".razor", ".js");
        Assert.NotEmpty(sources);
        Assert.NotEmpty(Labels);
        Rule.HasNoOffence(WordOffences(sources, Labels, "the classes come from the model's manifest"));
    }

    [Fact]
    public void Code_that_names_a_class_is_caught()
    {
        var label = Labels.First(name => name.Contains(' ', StringComparison.Ordinal));
        var word = Labels.First(name => !name.Contains(' ', StringComparison.Ordinal));
        Source[] sources =
        [
            new("A.cs", $"var a = \"{label}\";"),
            new("B.razor", $"<p>a\n{word}!</p>"),
            new("C.cs", $"/// <summary>For example {label}.</summary>\n    // {word}\nvar c = \"{word}s\";"),
        ];
        Rule.Catches(WordOffences(sources, Labels, "because"), $"A.cs:1 says '{label}'", $"B.razor:2 says '{word}'");
    }

    [Fact]
    public void Nothing_refers_to_what_stands_beside_the_repository()
    {
        var sources = Read(".");
        Assert.Contains(sources, source => source.Path == "GourmetGram.sln");
        Rule.HasNoOffence(ReferenceOffences(sources));
    }

    [Fact]
    public void A_reference_to_what_stands_beside_the_repository_is_caught() =>
        Rule.Catches(ReferenceOffences([new("a.md", "one\nsee ../" + BesideTheRepository + "/x"), new("b.md", "shared/x")]), "a.md:2");

    [Fact]
    public void Labels_are_read_without_answers_to_planted_photos_unless_a_query_says_otherwise() =>
        Rule.HasNoOffence(LabelOffences(Read("src", ".cs")));

    [Fact]
    public void A_query_that_reads_all_labels_by_mistake_is_caught() =>
        Rule.Catches(
            LabelOffences([
                new("src/A.cs", "var a = context\n    .Set<HumanLabel>()\n    .Count();"),
                new("src/Infrastructure/Persistence/LabelQueries.cs", "context.Set<HumanLabel>()"),
            ]),
            "src/A.cs:2"
        );

    [Fact]
    public void Lines_of_code_have_at_most_140_columns()
    {
        List<Source> sources = [.. Read("src", ".cs", ".razor", ".css", ".js"), .. Read("tests", ".cs"), .. Read("benchmarks", ".cs")];
        Rule.HasNoOffence(LengthOffences(sources.Where(source => !IsGenerated(source.Path))));
    }

    [Fact]
    public void A_line_that_is_too_long_is_caught()
    {
        var tail = new string('x', 140);
        Source[] sources =
        [
            new("A.cs", $"// {tail}"),
            new("B.cs", $"var short = 1;\nvar {tail} = 1;"),
            new("C.cs", $"var text = \"\"\"\n{tail} raw\n\"\"\";\nvar one = \"\"\"{tail}\"\"\";\n{tail}"),
            new("D.css", $"a {{ color: {tail}; }}"),
        ];
        Rule.Catches(LengthOffences(sources), "A.cs:1", "B.cs:2", "D.css:1");
    }

    private static bool IsGenerated(string path) =>
        path.Contains("/Migrations/", StringComparison.Ordinal) || path.Contains("/CompiledModels/", StringComparison.Ordinal);

    /// <summary>Finds lines that are too long. Raw string literals are exempt, because they hold data.</summary>
    private static IEnumerable<string> LengthOffences(IEnumerable<Source> sources)
    {
        foreach (var source in sources)
        {
            var inLiteral = false;
            foreach (var (index, line) in source.Text.Split('\n').Index())
            {
                var quotes = Regex.Count(line, "\"\"\"", RegexOptions.None, TimeSpan.FromSeconds(10));
                if (!inLiteral && quotes == 0 && line.Length > Columns)
                    yield return $"{source.Path}:{index + 1} has {line.Length} columns: wrap it (C#: dotnet csharpier format .)";
                inLiteral ^= quotes % 2 == 1;
            }
        }
    }

    private static IEnumerable<string> WordOffences(IEnumerable<Source> sources, IEnumerable<string> words, string reason)
    {
        var any = string.Join('|', words.Select(Regex.Escape));
        var pattern = new Regex($@"(?<![\w.])({any})(?![\w]|\.\d)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
        return from source in sources
            from line in source.Text.Split('\n').Index()
            where !line.Item.TrimStart().StartsWith("//", StringComparison.Ordinal)
            let match = pattern.Match(line.Item)
            where match.Success
            select $"{source.Path}:{line.Index + 1} says '{match.Value}': {reason}";
    }

    private static IEnumerable<string> LabelOffences(IEnumerable<Source> sources) =>
        LinesWith(
            "Set<HumanLabel>()",
            sources.Where(source => !source.Path.EndsWith("/LabelQueries.cs", StringComparison.Ordinal)),
            "reads all labels: use Labels() or LabelsWithPlanted() of LabelQueries"
        );

    private static IEnumerable<string> ReferenceOffences(IEnumerable<Source> sources) =>
        LinesWith(BesideTheRepository, sources, $"refers to {BesideTheRepository}: copy what is needed into the project");

    private static IEnumerable<string> LinesWith(string text, IEnumerable<Source> sources, string offence) =>
        from source in sources
        from line in source.Text.Split('\n').Index()
        where line.Item.Contains(text, StringComparison.Ordinal)
        select $"{source.Path}:{line.Index + 1} {offence}";

    /// <summary>The text files of a folder with one of these endings, or all of them.</summary>
    private static List<Source> Read(string folder, params string[] endings) =>
        [
            .. from file in Product.FilesIn(Path.Combine(Product.Root, folder))
            where endings.Length == 0 || endings.Contains(Path.GetExtension(file), StringComparer.Ordinal)
            let text = File.ReadAllText(file)
            where !text.Contains('\0', StringComparison.Ordinal)
            select new Source(Path.GetRelativePath(Product.Root, file), text),
        ];

    private static string[] ReadLabels()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Product.Root, "models", "food11", "manifest.json")));
        return [.. manifest.RootElement.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!)];
    }
}
