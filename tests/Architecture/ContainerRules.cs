using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace GourmetGram.Tests.Architecture;

/// <summary>The container files follow the projects, and hold no secret.</summary>
public sealed partial class ContainerRules
{
    [Fact]
    public void The_Dockerfile_copies_every_project_it_restores()
    {
        var needed = NeededToRestore("src/WebApi/WebApi.csproj").Distinct(StringComparer.Ordinal).ToList();
        Assert.Contains("src/Domain/Domain.csproj", needed, StringComparer.Ordinal);
        Rule.HasNoOffence(CopyOffences(Read("docker/Dockerfile"), needed));
    }

    [Fact]
    public void A_project_that_the_Dockerfile_forgets_is_caught()
    {
        const string Dockerfile = """
            COPY global.json ./
            COPY src/A/A.csproj src/A/packages.lock.json src/A/
            COPY src/B/B.csproj src/A/
            # COPY src/C/C.csproj src/C/
            RUN dotnet restore src/A/A.csproj
            COPY src/D/D.csproj src/D/
            """;
        string[] needed =
        [
            "global.json",
            "src/A/A.csproj",
            "src/A/packages.lock.json",
            "src/B/B.csproj",
            "src/C/C.csproj",
            "src/D/D.csproj",
        ];
        Rule.Catches(CopyOffences(Dockerfile, needed), "src/B/B.csproj", "src/C/C.csproj", "src/D/D.csproj");
    }

    [Fact]
    public void Compose_files_hold_no_secret()
    {
        var files = Directory.GetFiles(Path.Combine(Product.Root, "docker"), "compose*.yaml").Select(Path.GetFileName).ToList();
        Assert.Contains("compose.postgres.yaml", files, StringComparer.Ordinal);
        Rule.HasNoOffence(files.SelectMany(file => SecretOffences(file!, Read($"docker/{file}"))));
    }

    [Fact]
    public void Compose_files_stand_alone_and_publish_to_this_machine_only()
    {
        var files = Directory.GetFiles(Path.Combine(Product.Root, "docker"), "compose*.yaml").Select(Path.GetFileName);
        Rule.HasNoOffence(files.SelectMany(file => ReachOffences(file!, Read($"docker/{file}"))));
        const string Compose = """
            name: gourmetgram
            extends:
              - "8080:8080"
              - "127.0.0.1:8080:8080"
              - "0.0.0.0:8081:8080"
            """;
        Rule.Catches(ReachOffences("c.yaml", Compose), "c.yaml:1", "c.yaml:2", "c.yaml:3", "c.yaml:5");
    }

    [Fact]
    public void A_secret_in_a_compose_file_is_caught()
    {
        const string Compose = """
            POSTGRES_PASSWORD: hunter2
            - GourmetGram__BootstrapAdminKey=hunter2
            POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-hunter2}
            Database__ConnectionString: Host=db;Password=hunter2
            POSTGRES_PASSWORD: "${POSTGRES_PASSWORD:?choose one}"
            Database__ConnectionString: Host=db;Password=${POSTGRES_PASSWORD:?choose one}
            # Password: what this comment says is none
            ENABLE_TOKEN: "true"
            """;
        Rule.Catches(SecretOffences("c.yaml", Compose), "c.yaml:1", "c.yaml:2", "c.yaml:3", "c.yaml:4");
    }

    /// <summary>
    /// What restoring a project reads: the project, its lock file, the same of those it references, and what they all import.
    /// </summary>
    /// <returns>Paths relative to the root.</returns>
    private static IEnumerable<string> NeededToRestore(string project)
    {
        string[] shared = ["global.json", "Directory.Build.props", "Directory.Packages.props", "src/Directory.Build.props"];
        var folder = Path.GetDirectoryName(project)!;
        var references = XDocument
            .Load(Path.Combine(Product.Root, project))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFullPath(Path.Combine(Product.Root, folder, reference.Attribute("Include")!.Value)))
            .Select(reference => Path.GetRelativePath(Product.Root, reference));
        return [.. shared, project, Path.Combine(folder, "packages.lock.json"), .. references.SelectMany(NeededToRestore)];
    }

    /// <summary>What older composers do not read, and ports that Docker would open past the host's firewall.</summary>
    private static IEnumerable<string> ReachOffences(string file, string compose)
    {
        foreach (var (index, line) in compose.Split('\n').Index())
        {
            if (line.StartsWith("name:", StringComparison.Ordinal) || line.TrimStart().StartsWith("extends:", StringComparison.Ordinal))
                yield return $"{file}:{index + 1} is read by Docker Compose 2 only: {line.Trim()}";
            if (PublishedPort().IsMatch(line) && !line.Contains("127.0.0.1:", StringComparison.Ordinal))
                yield return $"{file}:{index + 1} publishes to all addresses: {line.Trim()}";
        }
    }

    [GeneratedRegex("""^\s*- "?([0-9.]+:)?\d+:\d+"?\s*$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PublishedPort();

    private static IEnumerable<string> CopyOffences(string dockerfile, IEnumerable<string> needed)
    {
        var copied = new List<string>();
        foreach (var words in dockerfile.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (words is ["RUN", "dotnet", "restore", ..])
                break;
            if (words is ["COPY", .. var sources, var target])
                copied.AddRange(sources.Where(source => Path.GetDirectoryName(source) == target.TrimEnd('/').TrimStart('.')));
        }

        return needed
            .Except(copied, StringComparer.Ordinal)
            .Select(file => $"{file} is not copied to its own folder before 'RUN dotnet restore'");
    }

    /// <summary>A value after a name like that of a secret must be a variable that has no default.</summary>
    private static IEnumerable<string> SecretOffences(string file, string text)
    {
        var secret = new Regex(
            @"(password|secret|token|key)\w*""?\s*[:=](?!\?|\s*""?(\$\{\w+:\?|(true|false)""?\s*$))",
            RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1)
        );
        return from line in text.Split('\n').Index()
            where !line.Item.TrimStart().StartsWith('#') && secret.IsMatch(line.Item)
            select $"{file}:{line.Index + 1} gives a secret a value: take it from the environment, ${{NAME:?what to do}}";
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Product.Root, path));
}
