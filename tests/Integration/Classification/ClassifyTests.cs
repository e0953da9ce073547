using System.Net;
using System.Security.Cryptography;
using System.Text;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Classification;

public abstract class ClassifyTests(AppFixture app) : BehaviourTests(app)
{
    [Fact]
    public async Task A_photo_gets_an_answer_with_all_that_the_api_promises()
    {
        using var response = await App.Anonymous().TryUploadAsync(Photos.New(), "Grüße aus Köln.jpg");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var prediction = await App.Anonymous().GetAsync(Guid.Parse(response.Headers.Location!.OriginalString.Split('/')[^1]));

        Assert.Equal("Vegetable/Fruit", prediction.Class);
        Assert.Equal(11, prediction.Probabilities.Count);
        Assert.Equal("Bread", prediction.Probabilities[0].Class);
        Assert.Equal(prediction.Probability, prediction.Probabilities.Max(p => p.Probability));
        Assert.Equal(1, prediction.Probabilities.Sum(p => p.Probability!.Value), 1e-4);
        Assert.Equal(("food11", "2"), (prediction.Model.Name, prediction.Model.Version));
        Assert.Equal("Grüße aus Köln.jpg", prediction.FileName);
        Assert.Equal("image/jpeg", prediction.MediaType);
        Assert.True(prediction is { Width: > 0, Height: > 0, Flagged: false, Correction: null });
        Assert.Equal(prediction.Id, (await App.Anonymous().GetAsync(prediction.Id)).Id);
    }

    [Fact]
    public async Task Times_are_utc_with_milliseconds()
    {
        using var response = await App.Anonymous().TryUploadAsync(Photos.New());
        Assert.Matches(
            "\"createdAt\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\"",
            await response.Content.ReadAsStringAsync(Cancel)
        );
    }

    [Fact]
    public async Task The_photo_is_kept_without_its_metadata()
    {
        const string secret = "GPS-SECRET-POSITION";
        var photo = Photos.WithSegment(
            Photos.WithSegment(Photos.New(), 0xFE, Encoding.ASCII.GetBytes(secret)),
            0xE1,
            Encoding.ASCII.GetBytes("Exif\0\0" + secret)
        );
        var prediction = await App.Anonymous().UploadAsync([.. photo, .. Encoding.ASCII.GetBytes(secret)]);

        var kept = await App.Anonymous().DownloadAsync(prediction);
        Assert.Equal([0xFF, 0xD8, 0xFF], kept[..3]);
        Assert.DoesNotContain(secret, Encoding.Latin1.GetString(kept), StringComparison.Ordinal);
        var name = Assert.Single(await App.StoredObjectsAsync(), name => name.Contains(prediction.Id.ToString(), StringComparison.Ordinal));
        Assert.Equal(kept, (await App.ReadObjectAsync(name)).Bytes);
    }

    [Fact]
    public async Task The_file_name_is_data_and_never_a_path()
    {
        var name = "../../../tmp/" + new string('ä', 300) + "🍜.jpg";
        var prediction = await App.Anonymous().UploadAsync(fileName: name);
        Assert.Equal(name, prediction.FileName);
        Assert.DoesNotContain(await App.StoredObjectsAsync(), stored => stored.Contains('ä', StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_photo_stands_where_the_labs_scripts_look_for_it()
    {
        var prediction = await App.Anonymous().UploadAsync();
        Assert.Contains($"production/class_10/{prediction.Id}.jpg", await App.StoredObjectsAsync());
    }

    [Theory]
    [InlineData("photo.webp", "image/webp")]
    [InlineData("palette.png", "image/png")]
    [InlineData("orientation6.jpg", "image/jpeg")]
    public async Task Every_format_is_told_from_the_content_and_served_back(string golden, string mediaType)
    {
        var prediction = await App.Anonymous().UploadAsync(Photos.Golden(golden), "not-what-the-name-says.gif");
        Assert.Equal(mediaType, prediction.MediaType);

        using var image = await App.Anonymous().Http.GetAsync(prediction.Image, Cancel);
        Assert.Equal(mediaType, image.Content.Headers.ContentType!.MediaType);
        var hash = Convert.ToHexStringLower(SHA256.HashData(await image.Content.ReadAsByteArrayAsync(Cancel)));
        Assert.Equal($"\"{hash}\"", image.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task An_image_can_be_asked_for_in_part_and_only_once()
    {
        var prediction = await App.Anonymous().UploadAsync();
        using var part = await App.Anonymous().SendAsync(HttpMethod.Get, prediction.Image.AbsolutePath, headers: ("Range", "bytes=0-1"));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal([0xFF, 0xD8], await part.Content.ReadAsByteArrayAsync(Cancel));

        using var again = await App.Anonymous()
            .SendAsync(HttpMethod.Get, prediction.Image.AbsolutePath, headers: ("If-None-Match", part.Headers.ETag!.Tag));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task The_same_key_and_photo_give_the_same_prediction_and_another_photo_a_conflict()
    {
        var (photo, key) = (Photos.New(), $"key-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}");
        var first = await App.Anonymous().UploadAsync(photo, idempotencyKey: key);
        Assert.Equal(first.Id, (await App.Anonymous().UploadAsync(photo, idempotencyKey: key)).Id);
        using var other = await App.Anonymous().TryUploadAsync(Photos.New(), idempotencyKey: key);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);

        var elsewhere = await App.Administrator().UploadAsync(photo, idempotencyKey: key);
        Assert.NotEqual(first.Id, elsewhere.Id);
        Assert.NotEqual(first.Id, (await App.Anonymous().UploadAsync(photo)).Id);
    }

    [Fact]
    public async Task Many_requests_with_one_key_at_once_make_one_prediction()
    {
        var (photo, key) = (Photos.New(), $"race-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => App.Anonymous().UploadAsync(photo, idempotencyKey: key)));
        var id = Assert.Single(answers.Select(a => a.Id).Distinct());
        Assert.Single(await App.StoredObjectsAsync(), name => name.Contains(id.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Concurrent_uploads_all_succeed()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => App.Anonymous().UploadAsync()));
        Assert.Equal(24, answers.Select(a => a.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_list_pages_by_key_newest_first_and_shows_only_ones_own()
    {
        var visitor = await App.VisitorAsync();
        var made = new List<Guid>();
        for (var i = 0; i < 5; i++)
            made.Insert(0, (await visitor.UploadAsync()).Id);
        await App.Anonymous().UploadAsync();

        var first = await visitor.ListAsync("?limit=3");
        var second = await visitor.ListAsync($"?limit=3&cursor={first.Next}");
        Assert.Equal(made, first.Items.Concat(second.Items).Select(p => p.Id));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task A_prediction_made_with_an_identity_is_its_makers_and_the_reviewers()
    {
        var maker = await App.VisitorAsync();
        var prediction = await maker.UploadAsync();
        foreach (var path in new[] { $"api/v1/predictions/{prediction.Id}", prediction.Image.AbsolutePath })
        {
            using var own = await maker.SendAsync(HttpMethod.Get, path);
            using var reviewers = await App.Administrator().SendAsync(HttpMethod.Get, path);
            using var stranger = await (await App.VisitorAsync()).SendAsync(HttpMethod.Get, path);
            using var anonymous = await App.Anonymous().SendAsync(HttpMethod.Get, path);
            Assert.Equal(
                [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.NotFound],
                new[] { own, reviewers, stranger, anonymous }.Select(r => r.StatusCode)
            );
        }
    }
}

public sealed class ClassifyOnSqlite(SqliteApp app) : ClassifyTests(app);

public sealed class ClassifyOnPostgreSql(PostgreSqlApp app) : ClassifyTests(app);
