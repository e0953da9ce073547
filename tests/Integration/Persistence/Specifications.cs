using System.Reflection;
using Ardalis.Specification;
using GourmetGram.Application.Access;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>
/// The application's specifications, found by name: they are internal to it, and a new one is found without a change here.
/// </summary>
internal static class Specifications
{
    private static readonly Dictionary<string, Type> Types = typeof(Classify)
        .Assembly.GetTypes()
        .Where(type => !type.IsAbstract && EntityOf(type) is not null)
        .ToDictionary(type => type.Name, StringComparer.Ordinal);

    public static IEnumerable<string> Names => Types.Keys;

    public static Specification<T> Create<T>(string name, params object?[] arguments)
        where T : class => (Specification<T>)Types[name].GetConstructors().Single().Invoke(arguments);

    /// <summary>Runs a specification through the repository, with a value for each argument of its constructor.</summary>
    public static Task RunWithSampleArgumentsAsync(string name, IServiceProvider scope)
    {
        var run = typeof(Specifications).GetMethod(nameof(RunAsync), BindingFlags.NonPublic | BindingFlags.Static)!;
        return (Task)run.MakeGenericMethod(EntityOf(Types[name])!).Invoke(null, [name, scope])!;
    }

    private static async Task RunAsync<T>(string name, IServiceProvider scope)
        where T : class
    {
        var arguments = Types[name]
            .GetConstructors()
            .Single()
            .GetParameters()
            .Select(parameter => Sample(parameter.ParameterType))
            .ToArray();
        Assert.NotNull(
            await scope.GetRequiredService<IRepository<T>>().ListAsync(Create<T>(name, arguments), TestContext.Current.CancellationToken)
        );
    }

    private static Type? EntityOf(Type type) =>
        type.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(Specification<>)
            ? parent.GetGenericArguments()[0]
            : null;

    private static object Sample(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(Actor))
            return Some.Visitor;
        if (type == typeof(Guid))
            return Guid.CreateVersion7(Some.Time);
        if (type == typeof(string))
            return "text";
        if (type == typeof(bool))
            return true;
        if (type == typeof(int))
            return 3;
        if (type == typeof(ModelDescription))
            return Some.LoadedModel;
        if (type == typeof(DateTimeOffset))
            return Some.Time;
        if (type == typeof(DateOnly))
            return DateOnly.FromDateTime(Some.Time.UtcDateTime);
        if (type.IsAssignableFrom(typeof(Guid[])))
            return new[] { Guid.CreateVersion7(Some.Time), Guid.CreateVersion7(Some.Time) };
        if (type.IsAssignableFrom(typeof(int[])))
            return new[] { 0, 2 };
        if (type.IsAssignableFrom(typeof(Actor[])))
            return new[] { Some.Visitor };
        if (type == typeof(long))
            return 3L;
        if (type == typeof(AuditFilter))
        {
            var day = DateOnly.FromDateTime(Some.Time.UtcDateTime);
            return new AuditFilter("Ada", AuditArea.Loops, day, day, "loop");
        }
        if (type.IsAssignableFrom(typeof(string[])))
            return new[] { "one", "two" };
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(0)!;
        throw new NotSupportedException($"A specification takes a {type}: say here what a sample of it is.");
    }
}
