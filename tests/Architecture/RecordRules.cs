using System.Reflection;
using System.Runtime.CompilerServices;

namespace GourmetGram.Tests.Architecture;

/// <summary>Records of many members are made by name: by position, two arguments of one type change places and nobody sees it.</summary>
public sealed class RecordRules
{
    private const int MostPositions = 7;

    [Fact]
    public void Records_have_at_most_seven_positional_parameters()
    {
        var types = Product.TypesOf(Product.Assemblies);
        Assert.Contains(types, type => PositionsOf(type) > 0);
        Rule.HasNoOffence(Offences(types));
    }

    [Fact]
    public void A_record_with_eight_positional_parameters_is_caught() =>
        Rule.Catches(
            Offences(Product.Samples("Records")),
            typeof(Samples.Records.EightByPosition).FullName!,
            typeof(Samples.Records.EightInAStruct).FullName!
        );

    private static IEnumerable<string> Offences(IEnumerable<Type> types) =>
        from type in types
        let positions = PositionsOf(type)
        where positions > MostPositions
        select $"{type.FullName} has {positions} positional parameters: give it members, 'public required T Name {{ get; init; }}'";

    /// <summary>The compiler gives every positional record a method <c>Deconstruct</c> with a parameter for each position.</summary>
    private static int PositionsOf(Type type) =>
        type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Where(method => method.Name == "Deconstruct" && method.IsDefined(typeof(CompilerGeneratedAttribute)))
            .Select(method => method.GetParameters().Length)
            .FirstOrDefault();
}
