using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace GourmetGram.Tests.Architecture;

/// <summary>
/// The shape of the domain: entities are made by named factories and changed by named transitions, everything else never changes.
/// An entity is a class that is no record and has an <c>Id</c> or a property that can be set.
/// </summary>
public sealed class DomainRules
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    // A private nested type holds the state of one computation. Nobody else ever sees it.
    private static readonly IReadOnlyList<Type> All = [.. Product.TypesOf(Product.Domain).Where(type => !type.IsNestedPrivate)];

    [Fact]
    public void Entities_are_made_and_changed_by_named_methods()
    {
        Assert.Contains(All, IsEntity);
        Rule.HasNoOffence(All.Where(IsEntity).SelectMany(EntityOffences));
    }

    [Fact]
    public void Entities_that_anybody_can_make_or_change_are_caught() =>
        Rule.Catches(
            Product.Samples("Domain").Where(IsEntity).SelectMany(EntityOffences),
            "OpenEntity can be made without a factory",
            "OpenEntity.Name can be set by anybody",
            "OpenEntity.Note can be set by anybody",
            "WithoutId.Count can be set by anybody"
        );

    [Fact]
    public void What_is_no_entity_never_changes()
    {
        Assert.Contains(All, IsValue);
        Rule.HasNoOffence(All.Where(IsValue).SelectMany(ValueOffences));
    }

    [Fact]
    public void Values_that_can_change_are_caught() =>
        Rule.Catches(
            Product.Samples("Domain").Where(IsValue).SelectMany(ValueOffences),
            "ChangingField can change in 'count'",
            "ChangingRecord can change in '<Name>k__BackingField'",
            "RecordOfArray can change inside '<Values>k__BackingField'",
            "RecordOfList can change inside '<Values>k__BackingField'"
        );

    [Fact]
    public void The_domain_has_no_static_state()
    {
        Assert.NotEmpty(All);
        Rule.HasNoOffence(StaticOffences(All));
    }

    [Fact]
    public void Static_state_is_caught() =>
        Rule.Catches(
            StaticOffences(Product.Samples("Domain")),
            "StaticState.<Last>k__BackingField",
            "StaticState.Known",
            "StaticState.count"
        );

    [Fact]
    public void Public_types_of_Domain_and_Application_say_what_they_are()
    {
        foreach (var assembly in new[] { Product.Domain, Product.Application })
        {
            // A nested type is a part of its outer type, and the extensions that register a layer are documented one by one.
            var types = Product.TypesOf(assembly).Where(type => type.IsPublic && type.Namespace != assembly.GetName().Name).ToList();
            Assert.NotEmpty(types);
            Rule.HasNoOffence(DocumentationOffences(types));
        }
    }

    [Fact]
    public void A_public_type_without_a_doc_comment_is_caught() =>
        Rule.Catches(
            DocumentationOffences([typeof(Samples.Domain.AtTheRoot), typeof(Samples.Domain.Classification.OpenEntity)]),
            typeof(Samples.Domain.AtTheRoot).FullName!
        );

    private static bool IsEntity(Type type) =>
        type is { IsClass: true }
        && !IsStatic(type)
        && !IsRecord(type)
        && !typeof(Exception).IsAssignableFrom(type)
        && type.GetProperties(Instance).Any(property => property.Name == "Id" || property.CanWrite);

    private static bool IsValue(Type type) =>
        (type.IsClass || (type is { IsValueType: true, IsEnum: false }))
        && !IsStatic(type)
        && !IsEntity(type)
        && !typeof(Exception).IsAssignableFrom(type)
        && !typeof(Delegate).IsAssignableFrom(type);

    private static IEnumerable<string> EntityOffences(Type entity)
    {
        if (!entity.IsAbstract && entity.GetConstructor(Type.EmptyTypes) is not null)
            yield return $"{entity.Name} can be made without a factory: make its parameterless constructor private";
        foreach (var property in entity.GetProperties(Instance).Where(property => property.SetMethod is { IsPublic: true }))
            yield return $"{entity.Name}.{property.Name} can be set by anybody: 'private init', or 'private set' with a named transition";
    }

    private static IEnumerable<string> ValueOffences(Type value)
    {
        foreach (var field in value.GetFields(Instance))
        {
            if (!field.IsInitOnly)
                yield return $"{value.Name} can change in '{field.Name}'";
            else if (IsMutableCollection(field.FieldType))
                yield return $"{value.Name} can change inside '{field.Name}': take an immutable collection";
        }
    }

    private static IEnumerable<string> StaticOffences(IEnumerable<Type> types) =>
        from type in types
        where !type.IsEnum
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        where !field.IsLiteral && (!field.IsInitOnly || IsMutableCollection(field.FieldType))
        where !IsCacheOfCompiler(field)
        select $"{type.Name}.{field.Name} is state that all share: pass it in, or take an immutable collection";

    /// <summary>Whether each type has a comment in the documentation file that the compiler wrote beside its assembly.</summary>
    private static IEnumerable<string> DocumentationOffences(IReadOnlyCollection<Type> types)
    {
        var documented = types
            .Select(type => type.Assembly)
            .Distinct()
            .SelectMany(assembly => XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member"))
            .Select(member => member.Attribute("name")!.Value)
            .ToHashSet(StringComparer.Ordinal);
        return from type in types where !documented.Contains($"T:{type.FullName}") select $"{type.FullName} has no doc comment";
    }

    private static bool IsMutableCollection(Type type) =>
        type.IsArray
        || (
            type is { IsInterface: false, Namespace: { } name }
            && (name == typeof(List<>).Namespace || name == typeof(ConcurrentBag<>).Namespace)
            && type.GetInterfaces()
                .Any(implemented => implemented.IsGenericType && implemented.GetGenericTypeDefinition() == typeof(IEnumerable<>))
        );

    private static bool IsCacheOfCompiler(FieldInfo field) =>
        field.IsDefined(typeof(CompilerGeneratedAttribute)) && !field.Name.EndsWith("k__BackingField", StringComparison.Ordinal);

    private static bool IsStatic(Type type) => type is { IsAbstract: true, IsSealed: true };

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}
