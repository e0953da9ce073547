using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.WebApi.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Commands;

/// <summary>Sends photos to the running server, with the token from its data directory.</summary>
internal sealed class ServerClassifier : IPhotoClassifier
{
    private readonly HttpClient http;
    private readonly JsonSerializerOptions json;

    public ServerClassifier(ServerAccess server, JsonSerializerOptions json)
    {
        this.json = json;
        // A proxy of the environment has no business between two processes of one machine.
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = server.Address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
        // A photo that is too large is refused by its length alone, before it is sent.
        http.DefaultRequestHeaders.ExpectContinue = true;
    }

    public async Task<Outcome> ClassifyAsync(string path, CancellationToken cancellationToken)
    {
        FileStream file;
        try
        {
            file = File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Outcome.Failed(path, $"The file cannot be read: {e.Message}");
        }

        using var form = new MultipartFormDataContent { { new StreamContent(file), Uploads.Field, Path.GetFileName(path) } };
        try
        {
            using var response = await http.PostAsync(new Uri("api/v1/predictions", UriKind.Relative), form, cancellationToken);
            return response.StatusCode == HttpStatusCode.Created
                ? new Outcome(path, await response.Content.ReadFromJsonAsync<PredictionResponse>(json, cancellationToken), null)
                : Outcome.Failed(path, await DetailOfAsync(response, cancellationToken), (int)response.StatusCode);
        }
        catch (HttpRequestException e)
        {
            throw new CommandException(
                $"{path}: the server at {http.BaseAddress} gave no answer. See its log; if it was stopped, run the command again. {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> DetailOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? await response.Content.ReadFromJsonAsync<ProblemDetails>(json, cancellationToken)
            : null;
        return problem?.Detail ?? $"The server answered {(int)response.StatusCode} {response.ReasonPhrase}.";
    }
}
