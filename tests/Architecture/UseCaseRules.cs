using System.Reflection;
using FluentValidation;
using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Tests.Architecture;

/// <summary>
/// One use case is one file: a public static class with its message (Command or Query), its Handler and, where there is input to check, its
/// Validator nested inside. A class is taken for a use case by the message inside it.
/// </summary>
public sealed class UseCaseRules
{
    private static readonly IReadOnlyList<Type> All = Product.TypesOf(Product.Application);

    [Fact]
    public void Use_cases_have_the_one_shape()
    {
        Assert.NotEmpty(UseCasesIn(All));
        Rule.HasNoOffence(UseCasesIn(All).SelectMany(ShapeOffences));
    }

    [Fact]
    public void Use_cases_of_another_shape_are_caught() =>
        Rule.Catches(
            UseCasesIn(Product.Samples("Application")).SelectMany(ShapeOffences),
            "NotStatic is not a public static class",
            "TwoMessages has 2 messages",
            "CommittingQuery's query is an ICommand",
            "OddMessage's message is called Request",
            "OddMessage's message is not a sealed record",
            "NoHandler has 0 handlers",
            "OddHandler's handler is called Worker",
            "OddHandler's handler is not internal and sealed",
            "OddValidator's validator is called Check",
            "OddValidator's validator is not internal and sealed",
            "ForeignValidator's validator is not for its message",
            "UncheckedText's command carries text (Note)",
            "UncheckedNestedText's command carries text (Key)"
        );

    [Fact]
    public void Messages_handlers_and_validators_stand_in_a_use_case()
    {
        Assert.Contains(All, type => Implements(type, typeof(IRequestHandler<,>)));
        Assert.Contains(All, type => Implements(type, typeof(IValidator<>)));
        Rule.HasNoOffence(StrayOffences(All));
    }

    [Fact]
    public void Stray_messages_handlers_and_validators_are_caught() =>
        Rule.Catches(StrayOffences(Product.Samples("Application")), "StrayHandler", "StrayMessage", "StrayValidator");

    [Fact]
    public void A_use_case_stands_in_the_file_of_its_name() =>
        Rule.HasNoOffence(
            FileOffences(UseCasesIn(All), Product.Application.GetName().Name!, Path.Combine(Product.Root, "src", "Application"))
        );

    [Fact]
    public void A_use_case_in_another_file_is_caught()
    {
        var home = typeof(Samples.Application.ReadsFileInHandler);
        var folder = Path.Combine(Product.Root, "tests", "Architecture", "Samples", "Application");
        Rule.Catches(FileOffences([home, typeof(Samples.Application.TwoMessages)], home.Namespace!, folder), "TwoMessages");
    }

    private static List<Type> UseCasesIn(IEnumerable<Type> types) => [.. types.Where(type => Messages(type).Count > 0)];

    private static IEnumerable<string> ShapeOffences(Type useCase)
    {
        var name = useCase.Name;
        if (useCase is not { IsPublic: true, IsAbstract: true, IsSealed: true })
            yield return $"{name} is not a public static class";

        var messages = Messages(useCase);
        if (messages.Count != 1)
        {
            yield return $"{name} has {messages.Count} messages: a use case has one";
            yield break;
        }

        var message = messages[0];
        if (message.Name is not ("Command" or "Query"))
            yield return $"{name}'s message is called {message.Name}: Command changes something, Query does not";
        if (message.Name == "Query" && Implements(message, typeof(ICommand<>)))
            yield return $"{name}'s query is an ICommand: nothing of it is to be committed";
        if (!message.IsSealed || !IsRecord(message))
            yield return $"{name}'s message is not a sealed record";

        var handlers = Nested(useCase, typeof(IRequestHandler<,>));
        if (handlers.Count != 1)
            yield return $"{name} has {handlers.Count} handlers: a use case has one";
        foreach (
            var offence in handlers.SelectMany(handler => PartOffences("handler", handler, "Handler", typeof(IRequestHandler<,>), message))
        )
            yield return offence;

        var validators = Nested(useCase, typeof(IValidator<>));
        foreach (
            var offence in validators.SelectMany(validator =>
                PartOffences("validator", validator, "Validator", typeof(IValidator<>), message)
            )
        )
            yield return offence;
        if (message.Name == "Command" && validators.Count == 0 && FindText(useCase, message) is { } text)
            yield return $"{name}'s command carries text ({text.Name}) and has no Validator: limit its length at least";
    }

    private static IEnumerable<string> PartOffences(string what, Type part, string expectedName, Type contract, Type message)
    {
        var name = part.DeclaringType!.Name;
        if (part.Name != expectedName)
            yield return $"{name}'s {what} is called {part.Name}: {expectedName} was expected";
        if (part is not { IsNestedAssembly: true, IsSealed: true })
            yield return $"{name}'s {what} is not internal and sealed";
        if (!Contracts(part, contract).Any(closed => closed.GenericTypeArguments[0] == message))
            yield return $"{name}'s {what} is not for its message";
    }

    private static IEnumerable<string> StrayOffences(IReadOnlyCollection<Type> types)
    {
        var useCases = UseCasesIn(types);
        return from type in types
            where
                typeof(IBaseRequest).IsAssignableFrom(type)
                || Implements(type, typeof(IRequestHandler<,>))
                || Implements(type, typeof(IValidator<>))
            where !type.IsInterface && (type.DeclaringType is null || !useCases.Contains(type.DeclaringType))
            select $"{type.Name} stands outside of a use case: nest it in one";
    }

    private static IEnumerable<string> FileOffences(IReadOnlyCollection<Type> useCases, string root, string folder) =>
        from useCase in useCases
        let folders = useCase.Namespace![root.Length..].Split('.', StringSplitOptions.RemoveEmptyEntries)
        let module = Path.Combine([folder, .. folders])
        where !Directory.EnumerateFiles(module, $"{useCase.Name}.cs", SearchOption.AllDirectories).Any()
        select $"{useCase.Name} is in no file of its name below {module}";

    /// <summary>
    /// A text that the command carries itself or in a part that the use case defines; shared parts answer for themselves.
    /// </summary>
    private static PropertyInfo? FindText(Type useCase, Type carrier)
    {
        var properties = carrier.GetProperties();
        return properties.FirstOrDefault(property => property.PropertyType == typeof(string))
            ?? properties
                .Where(property => property.PropertyType.DeclaringType == useCase)
                .Select(property => FindText(useCase, property.PropertyType))
                .FirstOrDefault();
    }

    private static List<Type> Messages(Type useCase) => [.. NestedIn(useCase).Where(type => typeof(IBaseRequest).IsAssignableFrom(type))];

    private static List<Type> Nested(Type useCase, Type contract) => [.. NestedIn(useCase).Where(type => Implements(type, contract))];

    private static Type[] NestedIn(Type type) => type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic);

    private static bool Implements(Type type, Type contract) => Contracts(type, contract).Any();

    private static IEnumerable<Type> Contracts(Type type, Type contract) =>
        type.GetInterfaces().Where(implemented => implemented.IsGenericType && implemented.GetGenericTypeDefinition() == contract);

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}
