using System.Net;
using GourmetGram.Application.Classification;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.WebApi.Commands;

/// <summary>Sends photos to the running server.</summary>
internal sealed class ServerClassifier(ServerConnection server) : IPhotoClassifier
{
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
        return await server.CallAsync(path, async http =>
        {
            using var response = await http.PostAsync(new Uri("api/v1/predictions", UriKind.Relative), form, cancellationToken);
            return response.StatusCode == HttpStatusCode.Created
                ? new Outcome(path, await response.Content.ReadFromJsonAsync<PredictionResponse>(server.Json, cancellationToken), null)
                : Outcome.Failed(path, await server.DetailOfAsync(response, cancellationToken), (int)response.StatusCode);
        });
    }

    public ValueTask DisposeAsync()
    {
        server.Dispose();
        return ValueTask.CompletedTask;
    }
}
