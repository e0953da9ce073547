using System.Reflection;
using System.Text.RegularExpressions;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Scaffolding;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>
/// Entity Framework takes the compiled model as it is, so nothing else would notice a model that is older than the configurations.
/// </summary>
public sealed class CompiledModelTests() : PersistenceTests(DatabaseProvider.Sqlite)
{
    private static readonly string Committed = Repository.PathOf("src", "Infrastructure", "Persistence", "CompiledModels", "Sqlite");

    [Fact]
    public async Task It_is_what_the_configurations_compile_to()
    {
        var compiled = await Host.InScopeAsync(scope => Task.FromResult(Compile(scope.GetRequiredService<GourmetGramDbContext>())));

        const string remedy = "Compile the model again: dotnet ef dbcontext optimize … (CONTRIBUTING.md)";
        var expected = Directory.EnumerateFiles(Committed).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.True(expected.SequenceEqual(compiled.Keys.Order(StringComparer.Ordinal)), remedy);
        foreach (var (name, text) in compiled)
        {
            var committed = await File.ReadAllTextAsync(Path.Combine(Committed, name), TestContext.Current.CancellationToken);
            Assert.True(WithoutId(text) == WithoutId(committed), $"{name} differs. {remedy}");
        }

        // Each compilation gives the model another id.
        static string WithoutId(string text) => Regex.Replace(text, """new Guid\("[^"]*"\)""", "id");
    }

    private static Dictionary<string, string> Compile(GourmetGramDbContext context)
    {
        var services = new ServiceCollection().AddEntityFrameworkDesignTimeServices().AddDbContextDesignTimeServices(context);
        // The provider names its services, as `dotnet ef` reads them.
        var engine = typeof(SqliteDbContextOptionsBuilderExtensions).Assembly;
        var name = engine.GetCustomAttribute<DesignTimeProviderServicesAttribute>()!.TypeName;
        ((IDesignTimeServices)Activator.CreateInstance(engine.GetType(name)!)!).ConfigureDesignTimeServices(services);
        using var provider = services.BuildServiceProvider();
        var folder = Directory.CreateTempSubdirectory("gourmetgram-model-");
        try
        {
            var files = provider
                .GetRequiredService<ICompiledModelScaffolder>()
                .ScaffoldModel(
                    context.GetService<IDesignTimeModel>().Model,
                    folder.FullName,
                    new CompiledModelCodeGenerationOptions
                    {
                        ContextType = typeof(SqliteDbContext),
                        ModelNamespace = "GourmetGram.Infrastructure.Persistence.CompiledModels.Sqlite",
                        UseNullableReferenceTypes = true,
                        Language = "C#",
                    }
                );
            return files.ToDictionary(file => Path.GetFileName(file), File.ReadAllText, StringComparer.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
