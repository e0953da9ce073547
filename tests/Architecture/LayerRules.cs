using System.IO.MemoryMappedFiles;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace GourmetGram.Tests.Architecture;

/// <summary>WebApi and WebUi → Application → Domain; Infrastructure → Application. Application and Domain know no technology.</summary>
public sealed class LayerRules
{
    /// <summary>Types that open files by path. Streams are fine: somebody else opened them.</summary>
    private static readonly string[] FileAccess =
    [
        .. new[]
        {
            typeof(File),
            typeof(FileInfo),
            typeof(FileStream),
            typeof(Directory),
            typeof(DirectoryInfo),
            typeof(FileSystemInfo),
            typeof(Path),
            typeof(DriveInfo),
            typeof(FileSystemWatcher),
            typeof(RandomAccess),
            typeof(MemoryMappedFile),
        }.Select(type => type.FullName!),
    ];

    /// <summary>What a layer's project file may name.</summary>
    /// <param name="Projects">Projects it references; what these reference comes with them.</param>
    /// <param name="Packages">Packages it references; null where technology is free to choose.</param>
    private sealed record Allowed(string[] Projects, string[]? Packages);

    private static readonly Dictionary<string, Allowed> Layers = new(StringComparer.Ordinal)
    {
        ["Domain"] = new([], ["MathNet.Numerics", "System.Numerics.Tensors"]),
        ["Application"] = new(
            ["Domain"],
            [
                "Ardalis.Specification",
                "FluentValidation",
                "FluentValidation.DependencyInjectionExtensions",
                "MediatR",
                "Microsoft.Extensions.DependencyInjection.Abstractions",
                "Microsoft.Extensions.Logging.Abstractions",
                "Microsoft.Extensions.Options",
            ]
        ),
        ["Infrastructure"] = new(["Application"], null),
        ["WebUi"] = new(["Application"], null),
        ["WebApi"] = new(["Application", "Infrastructure", "WebUi"], null),
    };

    public static TheoryData<string> LayerNames => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(LayerNames))]
    public void A_layer_s_project_file_names_only_what_the_layer_may_know(string layer)
    {
        var project = XDocument.Load(Path.Combine(Product.Root, "src", layer, $"{layer}.csproj"));
        Rule.HasNoOffence(ProjectOffences(project, Layers[layer]));
    }

    [Fact]
    public void A_project_file_with_a_forbidden_reference_is_caught()
    {
        var project = XDocument.Parse(
            """
            <Project>
              <ItemGroup>
                <ProjectReference Include="../Domain/Domain.csproj" />
                <ProjectReference Include="..\Infrastructure\Infrastructure.csproj" />
                <PackageReference Include="MediatR" />
                <PackageReference Include="Minio" />
                <FrameworkReference Include="Microsoft.AspNetCore.App" />
              </ItemGroup>
            </Project>
            """
        );
        Rule.Catches(
            ProjectOffences(project, Layers["Application"]),
            "FrameworkReference Microsoft.AspNetCore.App",
            "PackageReference Minio",
            "ProjectReference Infrastructure"
        );
    }

    [Theory]
    [MemberData(nameof(LayerNames))]
    public void A_layer_s_assembly_references_only_what_the_layer_may_know(string layer) =>
        Rule.HasNoOffence(AssemblyOffences(AssemblyOf(layer), Layers[layer]));

    [Fact]
    public void An_assembly_with_a_forbidden_reference_is_caught()
    {
        // These tests know the Domain, the Application and two packages that Application does not.
        var offences = AssemblyOffences(typeof(LayerRules).Assembly, Layers["Application"]).ToList();
        Assert.Contains("GourmetGram.Tests.Architecture references GourmetGram.Application", offences, StringComparer.Ordinal);
        Assert.Contains("GourmetGram.Tests.Architecture references NetArchTest.Rules", offences, StringComparer.Ordinal);
        Assert.DoesNotContain("GourmetGram.Tests.Architecture references GourmetGram.Domain", offences, StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(LayerNames))]
    public void A_layer_s_types_stand_in_the_layer_s_namespace(string layer) =>
        Rule.HasNoOffence(NamespaceOffences(Product.TypesOf(AssemblyOf(layer)), $"GourmetGram.{layer}"));

    [Fact]
    public void A_type_outside_of_its_layer_s_namespace_is_caught()
    {
        var types = Product.Samples("Domain");
        Assert.NotEmpty(types);
        Assert.Equal(types.Count, NamespaceOffences(types, typeof(LayerRules).Namespace + ".Samples.Dom").Count());
    }

    [Fact]
    public void The_host_s_executable_is_called_gourmetgram() => Assert.Equal("gourmetgram", AssemblyOf("WebApi").GetName().Name);

    [Fact]
    public void Application_and_Domain_open_no_files()
    {
        var types = Product.TypesOf(Product.Application, Product.Domain);
        Assert.NotEmpty(types);
        Rule.HasNoOffence(FileOffences(types));
    }

    [Fact]
    public void A_type_that_opens_files_is_caught() =>
        Rule.Catches(
            FileOffences(Product.Samples("Application")),
            $"{typeof(Samples.Application.ReadsFileInHandler.Handler).FullName} uses System.IO.File",
            $"{typeof(Samples.Application.ReadsFileInLambda).FullName} uses System.IO.FileStream"
        );

    private static Assembly AssemblyOf(string layer) =>
        Product.Assemblies.Single(assembly => assembly.GetName().Name == (layer == "WebApi" ? "gourmetgram" : $"GourmetGram.{layer}"));

    private static IEnumerable<string> ProjectOffences(XDocument project, Allowed allowed)
    {
        foreach (
            var reference in project.Descendants().Where(element => element.Name.LocalName.EndsWith("Reference", StringComparison.Ordinal))
        )
        {
            var kind = reference.Name.LocalName;
            var name = reference.Attribute("Include")!.Value;
            if (kind == "ProjectReference")
                name = Path.GetFileNameWithoutExtension(name.Replace('\\', '/'));
            var permitted = kind == "ProjectReference" ? allowed.Projects : allowed.Packages;
            if (permitted is not null && !permitted.Contains(name, StringComparer.Ordinal))
                yield return $"{kind} {name} is not among: {string.Join(", ", permitted)}";
        }
    }

    private static IEnumerable<string> AssemblyOffences(Assembly assembly, Allowed allowed)
    {
        var layers = Reachable(allowed).Select(layer => $"GourmetGram.{layer}").ToHashSet(StringComparer.Ordinal);
        foreach (var name in assembly.GetReferencedAssemblies().Select(reference => reference.Name!))
        {
            var isOurs = name.StartsWith("GourmetGram", StringComparison.OrdinalIgnoreCase);
            var isAllowed = isOurs
                ? layers.Contains(name)
                : IsRuntime(name) || allowed.Packages is null || allowed.Packages.Contains(name, StringComparer.Ordinal);
            if (!isAllowed)
                yield return $"{assembly.GetName().Name} references {name}";
        }
    }

    private static IEnumerable<string> NamespaceOffences(IEnumerable<Type> types, string root) =>
        from type in types
        where !Product.IsIn(type, root) && type is not { Namespace: null, Name: "Program" }
        select $"{type.FullName} is not in {root}";

    private static IEnumerable<string> FileOffences(IReadOnlyCollection<Type> types) =>
        // A search for all names takes as long as one for a single name, which only a report needs.
        !types.ThatDependOn(FileAccess).Any()
            ? []
            : from name in FileAccess
            from type in types.ThatDependOn(name)
            select $"{type.FullName} uses {name}: take a port or a Stream";

    /// <summary>The layers a project may name, and those that come with them.</summary>
    private static IEnumerable<string> Reachable(Allowed allowed) =>
        allowed.Projects.SelectMany(layer => Reachable(Layers[layer]).Append(layer));

    /// <summary>Whether an assembly is part of .NET itself: not of a package, not of ASP.NET Core.</summary>
    private static bool IsRuntime(string name) => File.Exists(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), $"{name}.dll"));
}
