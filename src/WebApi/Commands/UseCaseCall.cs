using System.Text.Json;
using GourmetGram.WebApi.Hosting;
using MediatR;

namespace GourmetGram.WebApi.Commands;

/// <summary>Sends a use case in this process, or a request to the running server, and writes the answer.</summary>
internal static class UseCaseCall
{
    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    /// <param name="here">Does the work in this process.</param>
    /// <param name="there">Does the same by requests to the running server.</param>
    /// <param name="textOf">Returns what to write.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <param name="codeOf">Returns the exit code; null for 0.</param>
    public static Task<int> RunAsync<TResponse>(
        string[] settings,
        Func<IMediator, CancellationToken, Task<TResponse>> here,
        Func<ServerConnection, CancellationToken, Task<TResponse>> there,
        Func<TResponse, string> textOf,
        CancellationToken cancellationToken,
        Func<TResponse, int>? codeOf = null
    ) =>
        PreparedHost.CallAsync<Func<CancellationToken, Task<TResponse>>>(
            settings,
            services =>
                async token =>
                {
                    await using var scope = services.CreateAsyncScope();
                    return await here(scope.ServiceProvider.GetRequiredService<IMediator>(), token);
                },
            server => token => there(server, token),
            async (call, token) =>
            {
                var response = await call(token);
                await Console.Out.WriteLineAsync(textOf(response));
                return codeOf?.Invoke(response) ?? 0;
            },
            cancellationToken
        );

    /// <summary>Returns JSON in the format of the API.</summary>
    public static string ToJson<TValue>(TValue value) => JsonSerializer.Serialize(value, Composition.CreateJson());
}
