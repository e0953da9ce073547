using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using GourmetGram.Application.Classification;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Tests.Architecture;

/// <summary>What the rules look at: the assemblies of the product, its modules and its repository.</summary>
internal static class Product
{
    public static readonly Assembly Domain = typeof(Prediction).Assembly;

    public static readonly Assembly Application = typeof(Classify).Assembly;

    // By name: no public type of these is certain to stay where it is.
    public static readonly Assembly Infrastructure = Assembly.Load("GourmetGram.Infrastructure");

    public static readonly Assembly WebUi = Assembly.Load("GourmetGram.WebUi");

    public static readonly Assembly WebApi = Assembly.Load("gourmetgram");

    public static readonly IReadOnlyList<Assembly> Assemblies = [Domain, Application, Infrastructure, WebUi, WebApi];

    /// <summary>In the order in which data flows through them. A module knows itself and what stands before it.</summary>
    public static readonly ImmutableArray<string> Modules =
    [
        "Access",
        "Classification",
        "Feedback",
        "Labeling",
        "Monitoring",
        "Retraining",
    ];

    /// <summary>The folder with the solution file, found upwards from where the tests run.</summary>
    public static readonly string Root = FindRoot();

    /// <summary>The types people wrote, nested ones included; not those that the compiler or a source generator made.</summary>
    public static List<Type> TypesOf(params IEnumerable<Assembly> assemblies) =>
        [.. assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => !IsGenerated(type))];

    /// <summary>The types of the sample of offenders: namespaces under this one's <c>Samples</c> mimic those of the product.</summary>
    public static List<Type> Samples(string ofNamespace) =>
        [.. TypesOf(typeof(Product).Assembly).Where(type => IsIn(type, $"{typeof(Product).Namespace}.Samples.{ofNamespace}"))];

    /// <summary>Whether a type stands in a namespace or below it. <c>A.Bc</c> is not below <c>A.B</c>.</summary>
    public static bool IsIn(Type type, string? ofNamespace) =>
        type.Namespace == ofNamespace || (type.Namespace ?? "").StartsWith($"{ofNamespace}.", StringComparison.Ordinal);

    /// <summary>Files of the repository in a folder and below it, without what builds and runs leave there.</summary>
    /// <returns>Absolute paths.</returns>
    public static IEnumerable<string> FilesIn(string folder)
    {
        string[] made = ["bin", "obj", "node_modules", "data", "artifacts", "TestResults", ".git", ".vs", ".idea"];
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => !made.Contains(Path.GetFileName(file))))
            yield return file;
        foreach (var below in Directory.EnumerateDirectories(folder).Where(below => !made.Contains(Path.GetFileName(below))))
        {
            foreach (var file in FilesIn(below))
                yield return file;
        }
    }

    private static bool IsGenerated(Type type) =>
        type.Name.Contains('<', StringComparison.Ordinal)
        || type.IsDefined(typeof(CompilerGeneratedAttribute))
        // Source generators embed attributes of their own.
        || (type.Namespace ?? "").StartsWith("Microsoft.", StringComparison.Ordinal)
        || (type.DeclaringType is { } outer && IsGenerated(outer));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "GourmetGram.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException(
            $"GourmetGram.sln stands in no folder above {AppContext.BaseDirectory}: run the tests from a checkout."
        );
    }
}
