using System.Net;
using System.Text;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Classification;

public abstract class BatchTests(AppFixture app) : BehaviourTests(app)
{
    private const string Batch = "api/v1/predictions/batch";

    [Fact]
    public async Task Bad_photos_in_between_spoil_neither_the_others_nor_the_order()
    {
        var visitor = await App.VisitorAsync();
        var answer = await visitor.UploadManyAsync(
            (Photos.New(), "first.jpg"),
            (Encoding.UTF8.GetBytes("this is no photo"), "notes.txt"),
            (Photos.Golden("photo.webp"), "second.webp"),
            ([], "empty.jpg"),
            (Photos.Golden("drawing-fried.jpg")[..9000], "cut.jpg"),
            ([.. Photos.New(), .. new byte[21 * 1024 * 1024]], "large.jpg"),
            (Photos.New(), new string('n', 1025)),
            (Photos.Golden("palette.png"), "third.png")
        );

        Assert.Equal([201, 415, 201, 400, 422, 413, 400, 201], answer.Items.Select(i => i.Status));
        Assert.Equal(
            ["first.jpg", "notes.txt", "second.webp", "empty.jpg", "cut.jpg", "large.jpg"],
            answer.Items.Take(6).Select(i => i.FileName)
        );
        Assert.All(answer.Items, item =>
        {
            Assert.Equal(item.Status == 201, item.Prediction is not null);
            Assert.Equal(item.Status != 201, item.Problem is not null);
        });
        var made = answer.Items.Where(i => i.Prediction is not null).ToList();
        Assert.All(made, item => Assert.Equal(item.FileName, item.Prediction!.FileName));
        Assert.All(answer.Items.Where(i => i.Problem is not null), item =>
        {
            Assert.Equal(item.Status, (int)item.Problem!["status"]!);
            Assert.NotEmpty((string)item.Problem["title"]!);
            Assert.NotEmpty((string)item.Problem["detail"]!);
        });
        Assert.Equal(made.Select(i => i.Prediction!.Id).Order(), (await visitor.ListAsync()).Items.Select(p => p.Id).Order());
    }

    [Fact]
    public async Task Photos_beyond_the_number_of_a_batch_are_refused_one_by_one()
    {
        var visitor = await App.VisitorAsync();
        var answer = await visitor.UploadManyAsync([.. Enumerable.Range(0, 66).Select(i => (Photos.Golden("tiny.png"), $"{i}.png"))]);

        Assert.Equal(Enumerable.Repeat(201, 64).Append(413).Append(413), answer.Items.Select(i => i.Status));
        Assert.Equal(Enumerable.Range(0, 66).Select(i => $"{i}.png"), answer.Items.Select(i => i.FileName));
        Assert.Contains("64 photos", (string)answer.Items[64].Problem!["detail"]!, StringComparison.Ordinal);
        Assert.Equal(64, (await visitor.ListAsync("?limit=100")).Items.Count);
    }

    [Fact]
    public async Task A_form_without_photos_or_that_is_none_is_refused()
    {
        using var nothing = new MultipartFormDataContent { { new StringContent("x"), "note" } };
        using var empty = await App.Anonymous().SendAsync(HttpMethod.Post, Batch, nothing);
        using var text = await App.Anonymous().SendAsync(HttpMethod.Post, Batch, new StringContent("x"));
        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType], new[] { empty, text }.Select(a => a.StatusCode));
    }

    [Fact]
    public async Task What_came_before_a_form_breaks_is_answered()
    {
        byte[] body =
        [
            .. "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n"u8,
            .. Photos.New(),
            .. "\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.jpg\"\r\n\r\nhalf a pho"u8,
        ];
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        var visitor = await App.VisitorAsync();
        using var answer = await visitor.SendAsync(HttpMethod.Post, Batch, content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Matches("\"status\":201.*\"status\":400", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("a.jpg", Assert.Single((await visitor.ListAsync()).Items).FileName);
    }
}

public sealed class BatchOnSqlite(SqliteApp app) : BatchTests(app);

public sealed class BatchOnPostgreSql(PostgreSqlApp app) : BatchTests(app);
