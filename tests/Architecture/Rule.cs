using Mono.Cecil;
using NetArchTest.Rules;

namespace GourmetGram.Tests.Architecture;

/// <summary>How a rule is judged. A rule is a function from what it looks at to its offences, one sentence each.</summary>
internal static class Rule
{
    /// <summary>Fails with every offence on a line of its own: xunit's own <c>Assert.Empty</c> cuts long lists and long texts.</summary>
    public static void HasNoOffence(IEnumerable<string> offences)
    {
        var found = offences.ToList();
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found.Prepend($"{found.Count} offence(s):")));
    }

    /// <summary>
    /// Fails unless there is exactly one offence for each of these beginnings: the rule sees each offender, and nothing else.
    /// </summary>
    public static void Catches(IEnumerable<string> offences, params IEnumerable<string> beginnings)
    {
        var found = offences.Order(StringComparer.Ordinal).ToList();
        var expected = beginnings.Order(StringComparer.Ordinal).ToList();
        Assert.True(
            found.Count == expected.Count && found.Zip(expected).All(pair => pair.First.StartsWith(pair.Second, StringComparison.Ordinal)),
            string.Join(Environment.NewLine, ["expected:", .. expected, "found:", .. found])
        );
    }

    /// <summary>
    /// Those of these types that depend on one of some types or namespaces, be it in a member, in a method's body or in what the compiler
    /// made of it.
    /// The selection is the caller's, so that it can see it is not empty: NetArchTest's own conditions match by prefix and pass on nothing.
    /// </summary>
    public static IEnumerable<Type> ThatDependOn(this IReadOnlyCollection<Type> types, params string[] names) =>
        types
            .Select(type => type.Assembly)
            .Distinct()
            .SelectMany(assembly =>
                Types.InAssembly(assembly).That().HaveDependencyOnAny(names).Or().MeetCustomRule(new GeneratedCodeNames(names)).GetTypes()
            )
            .Where(types.ToHashSet().Contains);

    /// <summary>
    /// NetArchTest does not look into an asynchronous lambda: its state machine is two levels below the type, in the closure.
    /// </summary>
    private sealed class GeneratedCodeNames(string[] names) : ICustomRule
    {
        private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> names = names
            .ToHashSet(StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

        public bool MeetsRule(TypeDefinition type) => Generated(type).SelectMany(Mentioned).Any(Mentions);

        /// <summary>
        /// Whether a member's full name contains one of the names: as a whole, or as the beginning of a longer one up to a dot or another
        /// character that ends an identifier.
        /// </summary>
        private bool Mentions(string member)
        {
            for (var start = 0; start < member.Length; start++)
            {
                if (!IsIdentifier(member[start]))
                    continue;
                var end = start;
                for (; end < member.Length && (IsIdentifier(member[end]) || IsSeparator(member[end])); end++)
                {
                    if (IsSeparator(member[end]) && names.Contains(member.AsSpan(start, end - start)))
                        return true;
                }

                if (names.Contains(member.AsSpan(start, end - start)))
                    return true;
                start = end;
            }

            return false;
        }

        private static bool IsIdentifier(char c) => char.IsLetterOrDigit(c) || c == '_';

        private static bool IsSeparator(char c) => c is '.' or '`' or '/' or '+' or ':';

        private static IEnumerable<TypeDefinition> Generated(TypeDefinition type) =>
            type
                .NestedTypes.Where(nested => nested.Name.Contains('<', StringComparison.Ordinal))
                .SelectMany(nested => Generated(nested).Prepend(nested));

        private static IEnumerable<string> Mentioned(TypeDefinition type) =>
            [
                .. type.Fields.Select(field => field.FieldType.FullName),
                .. type
                    .Methods.Where(method => method.HasBody)
                    .SelectMany(method => method.Body.Instructions)
                    .Select(instruction => instruction.Operand)
                    .OfType<MemberReference>()
                    .Select(operand => operand.FullName),
            ];
    }
}
