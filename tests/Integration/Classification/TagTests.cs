using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Classification;

/// <summary>Tags in the forms of uploads.</summary>
public abstract class TagTests(AppFixture app) : BehaviourTests(app)
{
    private const string One = "api/v1/predictions";
    private const string Batch = "api/v1/predictions/batch";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tags_before_and_after_the_photo_are_stored_and_returned(bool first)
    {
        var visitor = await App.VisitorAsync();
        using var form = new MultipartFormDataContent();
        if (!first)
            AddPhoto(form);
        AddTags(form, "site=Süd & <West>", "kiosk=1");
        if (first)
            AddPhoto(form);
        var prediction = await SendAsync(visitor, form);
        Assert.Equal([new("kiosk", "1"), new("site", "Süd & <West>")], prediction.Tags);
        Assert.Equal(prediction.Tags, (await visitor.GetAsync(prediction.Id)).Tags);
        Assert.Equal(prediction.Tags, Assert.Single((await visitor.ListAsync()).Items).Tags);
        var page = WebUtility.HtmlDecode(await visitor.Http.GetStringAsync($"photos/{prediction.Id}", Cancel));
        Assert.Contains("<dt>Tags</dt><dd>kiosk=1, site=Süd & <West></dd>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_photo_without_tags_has_an_empty_object()
    {
        var visitor = await App.VisitorAsync();
        var prediction = await visitor.UploadAsync();
        Assert.Empty(prediction.Tags);
        Assert.DoesNotContain("Tags", await visitor.Http.GetStringAsync($"photos/{prediction.Id}", Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key=value", "kiosk")]
    [InlineData("a–z", "Kiosk=1")]
    [InlineData("1 to 100 characters", "kiosk=")]
    [InlineData("more than once", "kiosk=1", "kiosk=2")]
    [InlineData("at most 10", "a=1", "b=1", "c=1", "d=1", "e=1", "f=1", "g=1", "h=1", "i=1", "j=1", "k=1")]
    public async Task Invalid_tags_are_refused_and_nothing_is_stored(string words, params string[] tags)
    {
        var visitor = await App.VisitorAsync();
        using var after = new MultipartFormDataContent();
        AddPhoto(after);
        AddTags(after, tags);
        await AssertRefusedAsync(visitor, One, after, words);
        using var before = new MultipartFormDataContent();
        AddTags(before, tags);
        AddPhoto(before);
        await AssertRefusedAsync(visitor, Batch, before, words);
        Assert.Empty((await visitor.ListAsync()).Items);
    }

    [Fact]
    public async Task A_tag_of_any_length_or_encoding_is_answered()
    {
        var visitor = await App.VisitorAsync();
        using var large = new MultipartFormDataContent();
        AddPhoto(large);
        AddTags(large, $"kiosk={new string('v', 30_000)}");
        await AssertRefusedAsync(visitor, One, large, "Send a shorter value");
        using var latin = new MultipartFormDataContent { { new ByteArrayContent([.. "site=S"u8, 0xFC, .. "d"u8]), "tags" } };
        AddPhoto(latin);
        await AssertRefusedAsync(visitor, One, latin, "UTF-8");
        Assert.Empty((await visitor.ListAsync()).Items);
    }

    [Fact]
    public async Task The_same_key_with_other_tags_is_a_conflict()
    {
        var visitor = await App.VisitorAsync();
        var photo = Photos.New();
        var key = ("Idempotency-Key", "one");
        var first = await SendAsync(visitor, Form("kiosk=1", "site=north"), key);
        Assert.Equal(first.Id, (await SendAsync(visitor, Form("site=north", "kiosk=1"), key)).Id);
        foreach (var other in new[] { Form("kiosk=2", "site=north"), Form() })
        {
            using var refused = await visitor.SendAsync(HttpMethod.Post, One, other, key);
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Contains("other tags", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        Assert.Single((await visitor.ListAsync()).Items);

        MultipartFormDataContent Form(params string[] tags)
        {
            var form = AppClient.PhotoForm(photo);
            AddTags(form, tags);
            return form;
        }
    }

    [Fact]
    public async Task The_tags_of_a_batch_are_for_all_its_photos()
    {
        var visitor = await App.VisitorAsync();
        using var form = new MultipartFormDataContent();
        AddTags(form, "kiosk=1", "site=north");
        for (var i = 0; i < 3; i++)
            AddPhoto(form);
        using var answer = await visitor.SendAsync(HttpMethod.Post, Batch, form);
        var items = (await answer.Content.ReadFromJsonAsync<BatchJson>(Cancel))!.Items;
        Assert.Equal([201, 201, 201], items.Select(item => item.Status));
        Assert.All(items, item => Assert.Equal([new("kiosk", "1"), new("site", "north")], item.Prediction!.Tags));
    }

    [Fact]
    public async Task A_tag_after_a_photo_of_a_batch_ends_it()
    {
        var visitor = await App.VisitorAsync();
        using var form = new MultipartFormDataContent();
        AddPhoto(form);
        AddTags(form, "kiosk=1");
        AddPhoto(form);
        using var answer = await visitor.SendAsync(HttpMethod.Post, Batch, form);
        var items = (await answer.Content.ReadFromJsonAsync<BatchJson>(Cancel))!.Items;
        Assert.Equal([201, 400], items.Select(item => item.Status));
        Assert.Empty(items[0].Prediction!.Tags);
        Assert.Contains("Send all tags before the first photo", (string)items[1].Problem!["detail"]!, StringComparison.Ordinal);
        Assert.Single((await visitor.ListAsync()).Items);
    }

    [Fact]
    public async Task The_labs_form_takes_no_tags()
    {
        var visitor = await App.VisitorAsync();
        using var form = new MultipartFormDataContent();
        AddTags(form, "no tag at all");
        AddPhoto(form);
        using var answer = await visitor.SendAsync(HttpMethod.Post, "predict", form, ("Accept", "application/json"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(Assert.Single((await visitor.ListAsync()).Items).Tags);
    }

    private static void AddPhoto(MultipartFormDataContent form) => form.Add(new ByteArrayContent(Photos.New()), "file", "lunch.jpg");

    private static void AddTags(MultipartFormDataContent form, params string[] tags)
    {
        foreach (var tag in tags)
            form.Add(new StringContent(tag), "tags");
    }

    private static async Task<PredictionJson> SendAsync(AppClient client, HttpContent form, params (string Name, string Value)[] headers)
    {
        using var answer = await client.SendAsync(HttpMethod.Post, One, form, headers);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<PredictionJson>(Cancel))!;
    }

    private static async Task AssertRefusedAsync(AppClient client, string path, HttpContent form, string words)
    {
        using var answer = await client.SendAsync(HttpMethod.Post, path, form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Contains(words, (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.NotNull(problem["errors"]!["tags"]);
    }
}

public sealed class TagsOnSqlite(SqliteApp app) : TagTests(app);

public sealed class TagsOnPostgreSql(PostgreSqlApp app) : TagTests(app);
