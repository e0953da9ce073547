using System.Net.Http.Headers;
using System.Text.Json;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.WebApi.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Commands;

/// <summary>Calls the running server, with the token from its data directory.</summary>
internal sealed class ServerConnection : IDisposable
{
    private ServerConnection(ServerAccess server)
    {
        // A proxy of the environment has no business between two processes of one machine.
        Http = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
            }
        )
        {
            BaseAddress = server.Address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
        // A photo that is too large is refused by its length alone, before it is sent.
        Http.DefaultRequestHeaders.ExpectContinue = true;
    }

    public HttpClient Http { get; }

    public JsonSerializerOptions Json { get; } = Composition.CreateJson();

    /// <summary>Connects to the process that has the data directory.</summary>
    /// <exception cref="CommandException">It cannot be called.</exception>
    public static ServerConnection Open(ConfigurationManager configuration, DataDirectoryException inUse)
    {
        var options = new GourmetGramOptions();
        configuration.GetSection(Settings.SectionOf(typeof(GourmetGramOptions))).Bind(options);
        try
        {
            var server = ServerAccess.Read(options.DataDirectoryPath)
                ?? throw new CommandException(
                    $"{inUse.Message} It cannot be called: it is another command, a server that is starting or stopping, or one that does not listen on this machine's loopback by http.",
                    inUse
                );
            return new ServerConnection(server);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException(
                $"{inUse.Message} It cannot be called, because what it wrote for commands cannot be read: {e.Message}",
                e
            );
        }
    }

    /// <summary>What a refusal says.</summary>
    public async Task<string> DetailOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var problem =
            response.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? await response.Content.ReadFromJsonAsync<ProblemDetails>(Json, cancellationToken)
                : null;
        return problem?.Detail ?? $"The server answered {(int)response.StatusCode} {response.ReasonPhrase}.";
    }

    /// <summary>Sends a request.</summary>
    /// <param name="what">What the command is at, for the message.</param>
    /// <param name="send">Sends it.</param>
    /// <exception cref="CommandException">The server gave no answer.</exception>
    public async Task<TResult> CallAsync<TResult>(string what, Func<HttpClient, Task<TResult>> send)
    {
        try
        {
            return await send(Http);
        }
        catch (HttpRequestException e)
        {
            throw new CommandException(
                $"{what}: the server at {Http.BaseAddress} gave no answer. See its log; if it was stopped, run the command again. {e.Message}",
                e
            );
        }
    }

    /// <summary>Sends a request without a body to <c>/api/v1</c> and reads the answer.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Below <c>/api/v1/</c>, escaped.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="CommandException">The server refused it, or gave no answer.</exception>
    public Task<TResult> SendAsync<TResult>(HttpMethod method, string path, CancellationToken cancellationToken) =>
        CallAsync(path.Split('/', '?')[0], async http =>
        {
            using var request = new HttpRequestMessage(method, "api/v1/" + path);
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync<TResult>(Json, cancellationToken))!
                : throw new CommandException(await DetailOfAsync(response, cancellationToken));
        });

    public void Dispose() => Http.Dispose();
}
