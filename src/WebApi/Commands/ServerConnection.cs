using System.Net.Http.Headers;
using System.Text.Json;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Http;
using GourmetGram.WebApi.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Commands;

/// <summary>Calls the running server, with the token from its data directory.</summary>
internal sealed class ServerConnection : IDisposable
{
    /// <summary>Request timeout, longer than any response takes: the doctor command waits for servers that hang.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private ServerConnection(ServerAccess server)
    {
        Http = OutgoingHttp.CreateClient(OutgoingHttp.CreateHandler(() => Patience));
        Http.BaseAddress = server.Address;
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
        // With this header, the server refuses an oversized photo by its announced length, before the body is sent.
        Http.DefaultRequestHeaders.ExpectContinue = true;
    }

    public HttpClient Http { get; }

    public JsonSerializerOptions Json { get; } = Composition.CreateJson();

    /// <summary>Connects to the server that holds the data directory.</summary>
    /// <exception cref="CommandException">The server cannot be called.</exception>
    public static ServerConnection Open(ConfigurationManager configuration, DataDirectoryException inUse)
    {
        var options = new GourmetGramOptions();
        configuration.GetSection(Settings.SectionOf(typeof(GourmetGramOptions))).Bind(options);
        try
        {
            var server = ServerAccess.Read(options.DataDirectoryPath)
                ?? throw new CommandException(
                    $"{inUse.Message} It cannot be called: it is another command, a server that is starting or stopping, or a server "
                        + "that does not listen on this machine's loopback address with http.",
                    inUse
                );
            return new ServerConnection(server);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException(
                $"{inUse.Message} It cannot be called, because the file with its address cannot be read: {e.Message}",
                e
            );
        }
    }

    /// <summary>Returns the error message of an unsuccessful response.</summary>
    public async Task<string> DetailOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var problem =
            response.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? await response.Content.ReadFromJsonAsync<ProblemDetails>(Json, cancellationToken)
                : null;
        return problem?.Detail ?? $"The server answered {(int)response.StatusCode} {response.ReasonPhrase}.";
    }

    /// <summary>Sends a request.</summary>
    /// <param name="what">What the command is working on, for the error message.</param>
    /// <param name="send">Sends the request.</param>
    /// <exception cref="CommandException">The server did not answer.</exception>
    public async Task<TResult> CallAsync<TResult>(string what, Func<HttpClient, Task<TResult>> send)
    {
        try
        {
            return await send(Http);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            throw new CommandException(
                $"{what}: the server at {Http.BaseAddress} did not respond. See its log. If it was stopped, run the command again. "
                    + $"{e.Message}",
                e
            );
        }
    }

    /// <summary>Sends a request to <c>/api/v1</c> and reads the answer.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Escaped path relative to <c>/api/v1/</c>.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <param name="body">Sent as JSON; null for no body.</param>
    /// <exception cref="CommandException">The server refused the request or did not answer.</exception>
    public Task<TResult> SendAsync<TResult>(HttpMethod method, string path, CancellationToken cancellationToken, object? body = null) =>
        CallAsync(path.Split('/', '?')[0], async http =>
        {
            using var request = new HttpRequestMessage(method, "api/v1/" + path)
            {
                Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json),
            };
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync<TResult>(Json, cancellationToken))!
                : throw new CommandException(await DetailOfAsync(response, cancellationToken));
        });

    public void Dispose() => Http.Dispose();
}
