using System.Net;
using GourmetGram.Application.Classification;
using GourmetGram.Domain.Classification;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.WebApi.Commands;

/// <summary>Sends photos to the running server.</summary>
internal sealed class ServerClassifier(ServerConnection server, PhotoTags? tags) : IPhotoClassifier
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

        using var photo = new FileContent(file);
        // This form can carry any file name. In a plain filename, a quote, backslash or line break would end the header or be refused by
        // HttpClient.
        photo.Headers.TryAddWithoutValidation(
            "Content-Disposition",
            $"form-data; name=\"{Uploads.Field}\"; filename*=UTF-8''{Uri.EscapeDataString(Path.GetFileName(path))}"
        );
        using var form = new MultipartFormDataContent();
        foreach (var tag in tags?.Texts ?? [])
            form.Add(new StringContent(tag), TagFields.Field);
        form.Add(photo);
        return await server.CallAsync(path, async http =>
        {
            try
            {
                using var response = await http.PostAsync(new Uri("api/v1/predictions", UriKind.Relative), form, cancellationToken);
                return response.StatusCode == HttpStatusCode.Created
                    ? new Outcome(path, await response.Content.ReadFromJsonAsync<PredictionResponse>(server.Json, cancellationToken), null)
                    : Outcome.Failed(path, await server.DetailOfAsync(response, cancellationToken), (int)response.StatusCode);
            }
            catch (HttpRequestException) when (photo.Fault is { } fault)
            {
                return Outcome.Failed(path, $"The file cannot be read: {fault.Message}");
            }
        });
    }

    public ValueTask DisposeAsync()
    {
        server.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends a file, and records when the failure was in reading the file.</summary>
    private sealed class FileContent(FileStream file) : HttpContent
    {
        private readonly long length = file.Length;

        public Exception? Fault { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            var buffer = new byte[1 << 16];
            file.Position = 0;
            for (var sent = 0L; sent < length; )
            {
                var read = await ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - sent)), cancellationToken);
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                sent += read;
            }
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = this.length;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                file.Dispose();
            base.Dispose(disposing);
        }

        private async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            try
            {
                return await file.ReadAsync(buffer, cancellationToken) is > 0 and var read
                    ? read
                    : throw new EndOfStreamException("The file became shorter while it was read.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Fault = e;
                throw;
            }
        }
    }
}
