using System.Net;
using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace GourmetGram.Tests.Architecture;

/// <summary>
/// Requests to other servers leave by one way, which gives them a length, a deadline and a user agent: nothing else creates what sends
/// them.
/// </summary>
public sealed class OutgoingRules
{
    private const string Exit = "GourmetGram.Infrastructure.Http.OutgoingHttp";

    /// <summary>Creates an HTTP client of its own unless it is given one, which is done there.</summary>
    private const string S3Exit = "GourmetGram.Infrastructure.ObjectStorage.S3.S3Connection";

    /// <summary>What sends HTTP requests, with what is derived of it. Handlers that only pass requests on are none of these.</summary>
    private static readonly string[] Senders =
    [
        typeof(HttpMessageInvoker).FullName!,
        typeof(SocketsHttpHandler).FullName!,
        typeof(HttpClientHandler).FullName!,
        typeof(WebRequest).FullName!,
        "System.Net.WebClient",
        "System.Net.Http.WinHttpHandler",
        "System.Net.WebSockets.ClientWebSocket",
        "Minio.MinioClient",
    ];

    /// <summary>Methods that create such a sender somewhere else.</summary>
    private static readonly string[] Factories =
    [
        "Microsoft.Extensions.DependencyInjection.HttpClientFactoryServiceCollectionExtensions::AddHttpClient",
        "System.Net.WebRequest::Create",
        "System.Net.WebRequest::CreateHttp",
    ];

    [Fact]
    public void Requests_to_other_servers_leave_by_one_way()
    {
        var offences = Product.Assemblies.SelectMany(Offences).ToList();
        Rule.HasNoOffence(offences.Where(offence => offence.Maker is not (Exit or S3Exit)).Select(offence => offence.ToString()));
        // The rule sees what it allows.
        Assert.Contains(offences, offence => offence is { Maker: Exit, What: "System.Net.Http.SocketsHttpHandler" });
        Assert.All(offences.Where(offence => offence.Maker == S3Exit), offence => Assert.Equal("Minio.MinioClient", offence.What));
    }

    [Fact]
    public void Whoever_makes_a_client_of_its_own_is_caught()
    {
        var home = typeof(Samples.Infrastructure.MakesClient);
        Rule.Catches(
            Offences(home.Assembly)
                .Where(offence => offence.Maker.StartsWith(home.Namespace!, StringComparison.Ordinal))
                .Select(offence => offence.ToString()),
            $"{home.FullName} makes System.Net.Http.HttpClient",
            $"{typeof(Samples.Infrastructure.MakesHandlerLater).FullName} makes System.Net.Http.SocketsHttpHandler",
            $"{typeof(Samples.Infrastructure.MakesDerivedClient).FullName} makes {typeof(Samples.Infrastructure.DerivedClient).FullName}",
            $"{typeof(Samples.Infrastructure.DerivedClient).FullName} makes System.Net.Http.HttpClient",
            $"{typeof(Samples.Infrastructure.MakesClientByReflection).FullName} makes System.Net.Http.HttpClient"
        );
    }

    private sealed record Offence(string Maker, string What)
    {
        public override string ToString() => $"{Maker} makes {What}: take the client from OutgoingHttp";
    }

    private static IEnumerable<Offence> Offences(Assembly assembly)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        using var definition = AssemblyDefinition.ReadAssembly(assembly.Location, new ReaderParameters { AssemblyResolver = resolver });
        return
        [
            .. definition
                .MainModule.GetTypes()
                .SelectMany(type => type.Methods)
                .Where(method => method.HasBody)
                .SelectMany(method =>
                    method.Body.Instructions.SelectMany(Made).Select(what => new Offence(OutermostOf(method.DeclaringType), what))
                )
                .Distinct(),
        ];
    }

    private static IEnumerable<string> Made(Instruction instruction) =>
        (instruction.OpCode.Code, instruction.Operand) switch
        {
            // A derived class calls the constructor of its base.
            (Code.Newobj or Code.Call, MethodReference { Name: ".ctor" } made) when SenderIn(made.DeclaringType) is not null =>
            [
                made.DeclaringType.FullName,
            ],
            (_, MethodReference called)
                when Factories.Contains($"{called.DeclaringType.FullName}::{called.Name}", StringComparer.Ordinal) => [called.FullName],
            (_, GenericInstanceMethod generic) => generic
                .GenericArguments.Where(argument => SenderIn(argument) is not null)
                .Select(argument => argument.FullName),
            _ => [],
        };

    /// <returns>The sender that a type is or is derived of; null when it is none.</returns>
    private static string? SenderIn(TypeReference? type)
    {
        if (type is null || type.IsGenericParameter || type.FullName == typeof(object).FullName)
            return null;
        return Senders.Contains(type.FullName, StringComparer.Ordinal) ? type.FullName : SenderIn(type.Resolve()?.BaseType);
    }

    private static string OutermostOf(TypeDefinition type) => type.DeclaringType is { } outer ? OutermostOf(outer) : type.FullName;
}
