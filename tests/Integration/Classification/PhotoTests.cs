using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using SkiaSharp;

namespace GourmetGram.Tests.Integration.Classification;

/// <summary>What a person does with photos that are there: look at them small, erase them, take them home.</summary>
public abstract class PhotoTests(AppFixture app) : BehaviourTests(app)
{
    private static async Task AssertStatusAsync(HttpStatusCode expected, Task<HttpResponseMessage> asking)
    {
        using var answer = await asking;
        Assert.Equal(expected, answer.StatusCode);
    }

    private async Task<List<string>> ObjectsOfAsync(Guid id) =>
        [.. (await App.StoredObjectsAsync()).Where(name => name.Contains(id.ToString(), StringComparison.Ordinal))];

    [Theory]
    [InlineData(160)]
    [InlineData(480)]
    [InlineData(1280)]
    public async Task A_thumbnail_is_made_once_and_kept(int size)
    {
        var visitor = await App.VisitorAsync();
        var id = (await visitor.UploadAsync(Photos.Golden("landscape.jpg"))).Id;
        Assert.Single(await ObjectsOfAsync(id));

        using var first = await visitor.ThumbnailAsync(id, size);
        var bytes = await first.Content.ReadAsByteArrayAsync(Cancel);
        var name = Assert.Single(await ObjectsOfAsync(id), name => name == $"thumbnails/{size}/{id}.jpg");
        var made = await App.ReadObjectAsync(name);
        Assert.Equal(bytes, made.Bytes);
        Assert.Equal("image/jpeg", first.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"", first.Headers.ETag!.Tag);

        using var second = await visitor.ThumbnailAsync(id, size);
        Assert.Equal(bytes, await second.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(made.WrittenAt, (await App.ReadObjectAsync(name)).WrittenAt);
        await AssertStatusAsync(
            HttpStatusCode.NotModified,
            visitor.SendAsync(HttpMethod.Get, $"api/v1/predictions/{id}/image?size={size}", null, ("If-None-Match", first.Headers.ETag.Tag))
        );
    }

    [Fact]
    public async Task Many_first_requests_for_one_thumbnail_get_the_same_bytes()
    {
        var id = (await App.Anonymous().UploadAsync(Photos.Golden("landscape.jpg"))).Id;
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => App.Anonymous().ThumbnailAsync(id, 480)));
        var bytes = await Task.WhenAll(answers.Select(a => a.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(Cancel)));
        Assert.All(bytes, b => Assert.Equal(bytes[0], b));
    }

    [Fact]
    public async Task Other_sizes_and_other_peoples_thumbnails_are_refused()
    {
        var visitor = await App.VisitorAsync();
        var id = (await visitor.UploadAsync()).Id;
        foreach (var size in new[] { 0, -160, 161, 100_000 })
            await AssertStatusAsync(HttpStatusCode.BadRequest, visitor.ThumbnailAsync(id, size));
        await AssertStatusAsync(HttpStatusCode.NotFound, (await App.VisitorAsync()).ThumbnailAsync(id, 160));
        Assert.Single(await ObjectsOfAsync(id));
    }

    [Fact]
    public async Task An_erased_photo_is_gone_with_its_files_its_feedback_and_its_key()
    {
        var visitor = await App.VisitorAsync();
        var photo = Photos.New();
        var id = (await visitor.UploadAsync(photo, idempotencyKey: "erase-me")).Id;
        var kept = await visitor.UploadAsync();
        using (await visitor.ThumbnailAsync(id, 160))
        using (await visitor.ThumbnailAsync(id, 480))
        using (await visitor.FlagAsync(id))
        using (await visitor.CorrectAsync(id, "Rice"))
        using (await visitor.CorrectAsync(id, "Soup"))
            Assert.Equal(3, (await ObjectsOfAsync(id)).Count);

        using (var erased = await visitor.EraseAsync(id))
        {
            var report = (await erased.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
            Assert.Equal("""{"stored":1,"spooled":0,"thumbnails":2,"datasetCopies":0}""", report["files"]!.ToJsonString());
            Assert.Equal((1, 3), (report["photos"]!.GetValue<int>(), report["feedback"]!.GetValue<int>()));
        }

        Assert.Empty(await ObjectsOfAsync(id));
        await AssertStatusAsync(HttpStatusCode.NotFound, visitor.SendAsync(HttpMethod.Get, $"api/v1/predictions/{id}"));
        await AssertStatusAsync(HttpStatusCode.NotFound, visitor.ThumbnailAsync(id, 160));
        await AssertStatusAsync(HttpStatusCode.NotFound, visitor.FlagAsync(id));
        await AssertStatusAsync(HttpStatusCode.NotFound, visitor.EraseAsync(id));
        Assert.Equal(kept.Id, Assert.Single((await visitor.ListAsync()).Items).Id);
        Assert.Single(await ObjectsOfAsync(kept.Id));
        Assert.NotEqual(id, (await visitor.UploadAsync(photo, idempotencyKey: "erase-me")).Id);
    }

    [Fact]
    public async Task All_own_photos_are_deleted_only_when_the_request_says_so()
    {
        var visitor = await App.VisitorAsync();
        var others = await (await App.VisitorAsync()).UploadAsync();
        var own = new[] { await visitor.UploadAsync(), await visitor.UploadAsync() };
        foreach (var address in new[] { "api/v1/predictions/", "api/v1/predictions?all=false" })
            await AssertStatusAsync(HttpStatusCode.BadRequest, visitor.SendAsync(HttpMethod.Delete, address));
        Assert.Equal(2, (await visitor.ListAsync()).Items.Count);
        await AssertStatusAsync(HttpStatusCode.Unauthorized, App.Anonymous().SendAsync(HttpMethod.Delete, "api/v1/predictions?all=true"));

        using var erased = await visitor.SendAsync(HttpMethod.Delete, "api/v1/predictions?all=true");
        var report = (await erased.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal((2, 2), (report["photos"]!.GetValue<int>(), report["files"]!["stored"]!.GetValue<int>()));
        Assert.Empty((await visitor.ListAsync()).Items);
        foreach (var photo in own)
            Assert.Empty(await ObjectsOfAsync(photo.Id));
        Assert.Single(await ObjectsOfAsync(others.Id));
    }

    [Fact]
    public async Task Only_the_maker_and_administrators_erase_and_what_nobody_owns_only_administrators()
    {
        var visitor = await App.VisitorAsync();
        var own = await visitor.UploadAsync();
        await AssertStatusAsync(HttpStatusCode.NotFound, (await App.VisitorAsync()).EraseAsync(own.Id));
        await AssertStatusAsync(HttpStatusCode.NotFound, App.Anonymous().EraseAsync(own.Id));
        Assert.Equal(own.Id, (await visitor.GetAsync(own.Id)).Id);
        await AssertStatusAsync(HttpStatusCode.OK, App.Administrator().EraseAsync(own.Id));
        Assert.Empty((await ObjectsOfAsync(own.Id)));

        var nobodys = (await App.Anonymous().UploadAsync()).Id;
        await AssertStatusAsync(HttpStatusCode.NotFound, App.Anonymous().EraseAsync(nobodys));
        await AssertStatusAsync(HttpStatusCode.NotFound, visitor.EraseAsync(nobodys));
        await AssertStatusAsync(HttpStatusCode.OK, App.Administrator().EraseAsync(nobodys));
    }

    [Fact]
    public async Task Erasing_while_others_rate_and_look_leaves_nothing()
    {
        var id = (await App.Anonymous().UploadAsync(Photos.Golden("landscape.jpg"))).Id;
        var rater = await App.VisitorAsync();
        Task<HttpResponseMessage>[] asking =
        [
            rater.FlagAsync(id),
            App.Anonymous().ThumbnailAsync(id, 480),
            rater.CorrectAsync(id, "Rice"),
            App.Administrator().EraseAsync(id),
            App.Anonymous().FlagAsync(id),
            App.Administrator().EraseAsync(id),
            App.Anonymous().ThumbnailAsync(id, 1280),
            rater.CorrectAsync(id, "Soup"),
        ];
        foreach (var answer in await Task.WhenAll(asking))
        {
            using (answer)
                Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.NotFound });
        }

        Assert.Empty(await ObjectsOfAsync(id));
    }

    [Fact]
    public async Task A_download_holds_every_own_photo_and_all_that_is_known_of_it()
    {
        var visitor = await App.VisitorAsync();
        var first = await visitor.UploadAsync(Photos.Golden("photo.webp"), "first.webp");
        var second = await visitor.UploadAsync(fileName: "second.jpg");
        await App.Anonymous().UploadAsync();
        using (await visitor.CorrectAsync(first.Id, "Rice"))
        using (await visitor.CorrectAsync(first.Id, "Soup"))
        using (await visitor.FlagAsync(second.Id))
        using (await visitor.UnflagAsync(second.Id))
        using (var zip = await visitor.DownloadAllAsync())
        {
            Assert.Equal([$"{second.Id}.jpg", $"{first.Id}.webp", "photos.json"], zip.Entries.Select(e => e.FullName));
            foreach (var (entry, made) in zip.Entries.Zip([second, first]))
                Assert.Equal(await visitor.DownloadAsync(made), Read(entry));

            var rows = JsonNode.Parse(Read(zip.Entries[2]))!.AsArray();
            Assert.Equal([second.Id.ToString(), first.Id.ToString()], rows.Select(r => (string)r!["prediction"]!["id"]!));
            Assert.Equal([$"{second.Id}.jpg", $"{first.Id}.webp"], rows.Select(r => (string)r!["file"]!));
            Assert.Equal("Soup", (string)rows[1]!["prediction"]!["correction"]!);
            Assert.Equal(
                [("Correction", "Rice", "Superseded"), ("Correction", "Soup", null)],
                rows[1]!["feedback"]!.AsArray().Select(f => ((string)f!["kind"]!, (string)f["class"]!, (string?)f["end"]))
            );
            var flag = Assert.Single(rows[0]!["feedback"]!.AsArray());
            Assert.Equal(("Flag", "Withdrawn"), ((string)flag!["kind"]!, (string)flag["end"]!));
        }
    }

    [Fact]
    public async Task A_download_can_be_read_while_it_arrives()
    {
        var visitor = await App.VisitorAsync();
        var first = await visitor.UploadAsync(Photos.Golden("photo.webp"));
        var second = await visitor.UploadAsync();

        var files = ZipStream.Read(await visitor.Http.GetByteArrayAsync(new Uri("api/v1/predictions/download", UriKind.Relative), Cancel));

        Assert.Equal([$"{second.Id}.jpg", $"{first.Id}.webp", "photos.json"], files.Select(file => file.Name));
        Assert.Equal(await visitor.DownloadAsync(second), files[0].Content);
        Assert.Equal(await visitor.DownloadAsync(first), files[1].Content);
        Assert.Equal(2, JsonNode.Parse(files[2].Content)!.AsArray().Count);
    }

    [Fact]
    public async Task A_photo_is_stored_so_that_browsers_show_it_upright()
    {
        var visitor = await App.VisitorAsync();
        foreach (
            var photo in new[]
            {
                Pictures.OrientedWebp(6),
                Pictures.OrientedWebp(3),
                Photos.File("orientation-long.jpg"),
                Photos.File("orientation-byte.jpg"),
            }
        )
        {
            var prediction = await visitor.UploadAsync(photo);
            using var codec = SKCodec.Create(new MemoryStream(await visitor.DownloadAsync(prediction)));
            // Browsers follow the orientation of a JPEG stored as EXIF has it, and of a WebP none.
            var turned = prediction.MediaType == "image/jpeg" && codec.EncodedOrigin == SKEncodedOrigin.RightTop;
            Assert.True(turned || codec.EncodedOrigin == SKEncodedOrigin.TopLeft);
            Assert.Equal(
                (prediction.Width, prediction.Height),
                turned ? (codec.Info.Height, codec.Info.Width) : (codec.Info.Width, codec.Info.Height)
            );
        }
    }

    [Fact]
    public async Task A_download_is_an_attachment_and_needs_an_identity()
    {
        await AssertStatusAsync(HttpStatusCode.Unauthorized, App.Anonymous().SendAsync(HttpMethod.Get, "api/v1/predictions/download"));
        using var answer = await (await App.VisitorAsync()).SendAsync(HttpMethod.Get, "api/v1/predictions/download");
        Assert.Equal("application/zip", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment; filename=my-photos.zip", answer.Content.Headers.ContentDisposition!.ToString().Split("; filename*")[0]);
        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal("[]", System.Text.Encoding.UTF8.GetString(Read(Assert.Single(zip.Entries))));
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }
}

public sealed class PhotosOnSqlite(SqliteApp app) : PhotoTests(app);

public sealed class PhotosOnPostgreSql(PostgreSqlApp app) : PhotoTests(app);
