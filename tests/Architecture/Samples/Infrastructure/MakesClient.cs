namespace GourmetGram.Tests.Architecture.Samples.Infrastructure;

public static class MakesClient
{
    public static HttpClient Make() => new() { Timeout = TimeSpan.FromSeconds(1) };
}

public static class MakesHandlerLater
{
    public static Func<Task<HttpMessageHandler>> Make { get; } =
        async () =>
        {
            await Task.Yield();
            return new SocketsHttpHandler();
        };
}

public sealed class DerivedClient : HttpClient;

public static class MakesDerivedClient
{
    public static DerivedClient Make() => new();
}

public static class MakesClientByReflection
{
    public static HttpClient Make() => Activator.CreateInstance<HttpClient>();
}
