using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>A prediction as the API gives it: written here again on purpose, so that a renamed field fails a test.</summary>
public sealed record PredictionJson
{
    public required Guid Id { get; init; }

    public required string Class { get; init; }

    public required double Probability { get; init; }

    public required IReadOnlyList<ProbabilityJson> Probabilities { get; init; }

    public required ModelJson Model { get; init; }

    public required Uri Image { get; init; }

    public required string? FileName { get; init; }

    public required string MediaType { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required bool Flagged { get; init; }

    public required string? Correction { get; init; }
}

public sealed record ProbabilityJson(string Class, double? Probability);

public sealed record ModelJson(string Name, string Version, string Variant);

public sealed record PageJson(IReadOnlyList<PredictionJson> Items, string? Next);

public sealed record BatchJson(IReadOnlyList<BatchItemJson> Items);

public sealed record BatchItemJson(string? FileName, int Status, PredictionJson? Prediction, JsonObject? Problem);

/// <summary>One caller of a running server, in words of what callers do.</summary>
public sealed class AppClient(HttpClient http)
{
    public HttpClient Http { get; } = http;

    /// <summary>A program with the administrator's key of <see cref="AppFixture.AdminKey"/>.</summary>
    public static AppClient Administrator(HttpClient http)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AppFixture.AdminKey);
        return new AppClient(http);
    }

    /// <summary>Sends a photo to <c>POST /api/v1/predictions</c> and gives the raw answer.</summary>
    public async Task<HttpResponseMessage> TryUploadAsync(byte[] photo, string? fileName = "lunch.jpg", string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/predictions") { Content = PhotoForm(photo, fileName) };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a photo and expects a prediction.</summary>
    public async Task<PredictionJson> UploadAsync(byte[]? photo = null, string? fileName = "lunch.jpg", string? idempotencyKey = null)
    {
        using var response = await TryUploadAsync(photo ?? Photos.New(), fileName, idempotencyKey);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (await response.Content.ReadFromJsonAsync<PredictionJson>(TestContext.Current.CancellationToken))!;
    }

    public async Task<PredictionJson> GetAsync(Guid id) =>
        (await Http.GetFromJsonAsync<PredictionJson>($"api/v1/predictions/{id}", TestContext.Current.CancellationToken))!;

    public async Task<PageJson> ListAsync(string query = "") =>
        (await Http.GetFromJsonAsync<PageJson>($"api/v1/predictions{query}", TestContext.Current.CancellationToken))!;

    public Task<byte[]> DownloadAsync(PredictionJson prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Http.GetByteArrayAsync(prediction.Image, TestContext.Current.CancellationToken);
    }

    /// <summary>A thumbnail of a photo, as the server answers.</summary>
    public Task<HttpResponseMessage> ThumbnailAsync(Guid id, int size) =>
        SendAsync(HttpMethod.Get, $"api/v1/predictions/{id}/image?size={size}");

    public Task<HttpResponseMessage> EraseAsync(Guid id) => SendAsync(HttpMethod.Delete, $"api/v1/predictions/{id}");

    /// <summary>Waits until readiness, which is checked in the background, answers as expected.</summary>
    /// <param name="status">Status of the answer.</param>
    /// <param name="words">Part of what it says.</param>
    public Task ReadyAsync(HttpStatusCode status = HttpStatusCode.OK, string words = "") =>
        Waiting.UntilAsync(async () =>
        {
            using var ready = await SendAsync(HttpMethod.Get, "health/ready");
            return ready.StatusCode == status
                && (await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Contains(words, StringComparison.Ordinal);
        });

    /// <summary>Downloads all of the caller's photos.</summary>
    public async Task<ZipArchive> DownloadAllAsync() =>
        new(
            new MemoryStream(await Http.GetByteArrayAsync("api/v1/predictions/download", TestContext.Current.CancellationToken)),
            ZipArchiveMode.Read
        );

    /// <summary>Sends photos in one request to <c>POST /api/v1/predictions/batch</c>.</summary>
    public async Task<BatchJson> UploadManyAsync(params (byte[] Photo, string FileName)[] photos)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (photo, fileName) in photos)
            form.Add(new ByteArrayContent(photo), "file", fileName);
        using var response = await SendAsync(HttpMethod.Post, "api/v1/predictions/batch", form);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (await response.Content.ReadFromJsonAsync<BatchJson>(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Expects that the newest entry of the audit log says that this client did something.</summary>
    /// <param name="action">What the entry says.</param>
    public async Task AuditedAsync(string action)
    {
        var log = await Http.GetFromJsonAsync<JsonObject>("api/v1/audit?limit=1", TestContext.Current.CancellationToken);
        var newest = Assert.Single(log!["items"]!.AsArray())!;
        Assert.Equal((action, "Api"), (newest["action"]!.GetValue<string>(), newest["channel"]!.GetValue<string>()));
    }

    /// <summary>Runs a job as an administrator and waits until it has ended, however it ends.</summary>
    /// <returns>The run as the server tells it.</returns>
    public async Task<JsonObject> RunJobAsync(string name)
    {
        using var asked = await SendAsync(HttpMethod.Post, $"api/v1/jobs/{name}/run");
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        JsonObject? run = null;
        await Waiting.UntilAsync(async () =>
            (run = await Http.GetFromJsonAsync<JsonObject>(asked.Headers.Location, TestContext.Current.CancellationToken))!["endedAt"]
                is not null
        );
        return run!;
    }

    public Task<HttpResponseMessage> FlagAsync(Guid id) => SendAsync(HttpMethod.Put, $"api/v1/predictions/{id}/flag");

    public Task<HttpResponseMessage> UnflagAsync(Guid id) => SendAsync(HttpMethod.Delete, $"api/v1/predictions/{id}/flag");

    public Task<HttpResponseMessage> CorrectAsync(Guid id, string? label) =>
        SendAsync(HttpMethod.Put, $"api/v1/predictions/{id}/correction", JsonContent.Create(new { @class = label }));

    public Task<HttpResponseMessage> UncorrectAsync(Guid id) => SendAsync(HttpMethod.Delete, $"api/v1/predictions/{id}/correction");

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A form with one photo in field <c>file</c>.</summary>
    public static MultipartFormDataContent PhotoForm(byte[] photo, string? fileName = "lunch.jpg", string field = "file")
    {
        var part = new ByteArrayContent(photo);
        part.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        return fileName is null
            ? new MultipartFormDataContent { { part, field } }
            : new MultipartFormDataContent { { part, field, fileName } };
    }
}
