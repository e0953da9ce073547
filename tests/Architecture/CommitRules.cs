using System.Reflection;
using Mono.Cecil;

namespace GourmetGram.Tests.Architecture;

/// <summary>Who may commit: the unit of work, and those named here, each with its reason.</summary>
public sealed class CommitRules
{
    /// <summary>Methods of Entity Framework and ADO.NET that write to a database.</summary>
    private static readonly HashSet<string> Writing = new(StringComparer.Ordinal)
    {
        "SaveChanges",
        "SaveChangesAsync",
        "ExecuteUpdate",
        "ExecuteUpdateAsync",
        "ExecuteDelete",
        "ExecuteDeleteAsync",
        "ExecuteSql",
        "ExecuteSqlAsync",
        "ExecuteSqlRaw",
        "ExecuteSqlRawAsync",
        "ExecuteSqlInterpolated",
        "ExecuteSqlInterpolatedAsync",
        "BeginTransaction",
        "BeginTransactionAsync",
        "Migrate",
        "MigrateAsync",
        "ExecuteNonQuery",
        "ExecuteNonQueryAsync",
    };

    private static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
        ["UnitOfWork"] = "it commits the steps of use cases",
        ["JobStore"] = "a run's row says how far the run is while the run's own steps are still to come",
        ["JobService"] = "schedules and cancellations are rows of the scheduler, which no use case changes",
        ["ExclusiveWork"] = "a lease is taken before the work and given back after it, whatever became of the work",
        ["MediaKeyRing"] = "it outlives every scope, and its keys must be stored before the first link is signed",
        ["Accounts"] = "ASP.NET Core Identity saves each of its changes; those that belong together are one transaction",
        ["DatabaseMigrator"] = "it makes the tables",
        ["FormerMigrations"] = "it brings the tables of a database from before the first release up to date",
        ["WindowMembers"] =
            "it stamps thousands of rows with one statement instead of loading them; done twice, the second time changes nothing",
        ["TableSpool"] = "it removes photos without loading them, after the step that no longer needs them",
        ["DatabaseHealth"] = "it writes nothing, to see whether writing works",
        ["SqliteConnectionSetup"] = "it sets up connections",
    };

    [Fact]
    public void Only_the_unit_of_work_and_a_few_others_commit() => Rule.HasNoOffence(Offences(Product.TypesOf(Product.Assemblies)));

    [Fact]
    public void Whoever_may_commit_does()
    {
        var committing = Product
            .TypesOf(Product.Assemblies)
            .Where(type => Calls(type).Any())
            .Select(type => type.Name)
            .ToHashSet(StringComparer.Ordinal);
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), committing.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Whoever_else_commits_is_caught() =>
        Rule.Catches(
            Offences(Product.Samples("Infrastructure")),
            $"{typeof(Samples.Infrastructure.ChangesRowsDirectly).FullName} calls ExecuteDelete",
            $"{typeof(Samples.Infrastructure.SavesInAsyncLambda).FullName} calls SaveChangesAsync",
            $"{typeof(Samples.Infrastructure.SavesInMethod).FullName} calls SaveChangesAsync"
        );

    [Fact]
    public void No_port_of_the_application_but_the_unit_of_work_commits()
    {
        var ports = Product
            .TypesOf(Product.Application)
            .Where(type => type.IsInterface && type.GetMethods().Any(method => Writing.Contains(method.Name)));
        Assert.Empty(ports);
    }

    private static IEnumerable<string> Offences(IEnumerable<Type> types) =>
        from type in types
        where !Allowed.ContainsKey(type.Name)
        from call in Calls(type)
        select $"{type.FullName} calls {call}: change the entities within a step, which IUnitOfWork commits";

    /// <summary>The writing methods that a type calls, also in what the compiler made of its lambdas and asynchronous methods.</summary>
    private static IEnumerable<string> Calls(Type type) =>
        Definitions.Value.TryGetValue((type.Assembly, type.FullName!.Replace('+', '/')), out var definition)
            ? Generated(definition)
                .Prepend(definition)
                .SelectMany(made => made.Methods)
                .Where(method => method.HasBody)
                .SelectMany(method => method.Body.Instructions)
                .Select(instruction => instruction.Operand)
                .OfType<MethodReference>()
                .Where(IsWriting)
                .Select(method => method.Name)
                .Distinct(StringComparer.Ordinal)
            : [];

    /// <summary>Our own methods of such names end up in one of theirs.</summary>
    private static bool IsWriting(MethodReference method) =>
        Writing.Contains(method.Name) && !method.DeclaringType.FullName.StartsWith("GourmetGram.", StringComparison.Ordinal);

    private static IEnumerable<TypeDefinition> Generated(TypeDefinition type) =>
        type
            .NestedTypes.Where(nested => nested.Name.Contains('<', StringComparison.Ordinal))
            .SelectMany(nested => Generated(nested).Prepend(nested));

    private static readonly Lazy<Dictionary<(Assembly, string), TypeDefinition>> Definitions = new(() =>
        Product
            .Assemblies.Append(typeof(CommitRules).Assembly)
            .SelectMany(assembly => ModuleDefinition.ReadModule(assembly.Location).GetTypes().Select(type => (assembly, type)))
            .ToDictionary(pair => (pair.assembly, pair.type.FullName), pair => pair.type)
    );
}
