using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>What is not a usable photo is refused with words that help, and nothing of it is kept.</summary>
public sealed class UploadFaultTests(SqliteApp app)
{
    public static TheoryData<string, byte[], int, string> Faults() => new()
    {
        { "empty", [], 400, "empty" },
        { "text", Encoding.UTF8.GetBytes("this is no photo"), 415, "JPEG, PNG or WebP" },
        { "gif", Encoding.ASCII.GetBytes("GIF89a then whatever"), 415, "GIF" },
        { "heic", [0, 0, 0, 24, .. Encoding.ASCII.GetBytes("ftypheic"), 0, 0, 0, 0], 415, "HEIC" },
        { "cut off", Photos.Golden("drawing-fried.jpg")[..9000], 422, "again" },
        { "many pixels", BigPng(30000, 30000), 413, "pixel" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_photo_that_cannot_be_used_is_refused_with_what_to_do(string kind, byte[] photo, int status, string words)
    {
        var caller = await app.VisitorAsync();
        using var answer = await caller.TryUploadAsync(photo, $"{kind}.jpg");
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Contains(words, (string)problem["detail"]!, StringComparison.OrdinalIgnoreCase);
        Assert.Empty((await caller.ListAsync()).Items);
    }

    [Fact]
    public async Task A_photo_over_the_limit_is_refused()
    {
        using var answer = await app.Anonymous().TryUploadAsync([.. Photos.New(), .. new byte[21 * 1024 * 1024]]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Forms_without_or_with_two_photos_or_of_another_type_are_refused()
    {
        using var wrongField = await app.Anonymous().SendAsync(HttpMethod.Post, "api/v1/predictions", AppClient.PhotoForm(Photos.New(), field: "photo"));
        using var two = await app.Anonymous().SendAsync(HttpMethod.Post, "api/v1/predictions", new MultipartFormDataContent
        {
            { new ByteArrayContent(Photos.New()), "file", "a.jpg" }, { new ByteArrayContent(Photos.New()), "file", "b.jpg" },
        });
        using var json = await app.Anonymous().SendAsync(HttpMethod.Post, "api/v1/predictions", JsonContent.Create(new { file = "x" }));
        using var broken = await app.Anonymous().SendAsync(HttpMethod.Post, "api/v1/predictions", Broken());
        Assert.Equal([400, 400, 415, 400], new[] { wrongField, two, json, broken }.Select(a => (int)a.StatusCode));
    }

    [Fact]
    public async Task An_unused_second_file_input_is_ignored()
    {
        using var form = AppClient.PhotoForm(Photos.New());
        var unused = new ByteArrayContent([]);
        unused.Headers.TryAddWithoutValidation("Content-Disposition", "form-data; name=\"file\"; filename=\"\"");
        form.Add(unused);
        using var answer = await app.Anonymous().SendAsync(HttpMethod.Post, "api/v1/predictions", form);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=101", "limit")]
    [InlineData("?limit=many", "many")]
    [InlineData("?cursor=nonsense", "cursor")]
    public async Task A_senseless_list_is_refused(string query, string word)
    {
        using var answer = await app.Administrator().SendAsync(HttpMethod.Get, $"api/v1/predictions{query}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(word, (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["detail"]!, StringComparison.Ordinal);
    }

    private static ByteArrayContent Broken()
    {
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nhalf a pho"));
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        return content;
    }

    /// <summary>A PNG header that promises many pixels.</summary>
    private static byte[] BigPng(int width, int height)
    {
        var png = Photos.Golden("palette.png");
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        return png;
    }
}
