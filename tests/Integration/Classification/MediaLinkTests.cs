using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Classification;

public sealed class MediaLinksOnSqlite(SqliteApp app) : MediaLinkTests(app);

public sealed class MediaLinksOnPostgreSql(PostgreSqlApp app) : MediaLinkTests(app);

/// <summary>Photos by signed link: whoever has the link sees the photo, and nobody else.</summary>
public abstract class MediaLinkTests(AppFixture app) : BehaviourTests(app)
{
    [Fact]
    public async Task A_link_opens_the_photo_for_whoever_has_it_and_may_be_embedded_anywhere()
    {
        var visitor = await App.VisitorAsync();
        var prediction = await visitor.UploadAsync();
        var photo = await visitor.DownloadAsync(prediction);
        using (var refused = await App.Anonymous().SendAsync(HttpMethod.Get, $"api/v1/predictions/{prediction.Id}/image"))
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);

        var link = await LinkAsync(visitor, prediction.Id);
        using var answer = await App.Anonymous().SendAsync(HttpMethod.Get, link, content: null, ("Origin", "https://label.example"));
        Assert.Equal(photo, await answer.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(
            ("image/jpeg", "*", "cross-origin", "nosniff"),
            (
                answer.Content.Headers.ContentType?.MediaType,
                Header(answer, "Access-Control-Allow-Origin"),
                Header(answer, "Cross-Origin-Resource-Policy"),
                Header(answer, "X-Content-Type-Options")
            )
        );
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal("no-cache, private", answer.Headers.CacheControl!.ToString());

        using var head = await App.Anonymous().SendAsync(HttpMethod.Head, link);
        Assert.Equal((HttpStatusCode.OK, photo.Length), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
        using var part = await App.Anonymous().SendAsync(HttpMethod.Get, link, content: null, ("Range", "bytes=2-5"));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(photo[2..6], await part.Content.ReadAsByteArrayAsync(Cancel));
        Assert.False(answer.Headers.ETag!.IsWeak);
        using var same = await App.Anonymous().SendAsync(HttpMethod.Get, link, content: null, ("If-None-Match", answer.Headers.ETag.Tag));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Fact]
    public async Task A_link_to_a_thumbnail_opens_that_thumbnail_alone()
    {
        var client = App.Anonymous();
        var prediction = await client.UploadAsync();
        using var thumbnail = await client.ThumbnailAsync(prediction.Id, 160);
        var link = await LinkAsync(client, prediction.Id, width: 160);
        Assert.Equal(await thumbnail.Content.ReadAsByteArrayAsync(Cancel), await client.Http.GetByteArrayAsync(link, Cancel));
        await AssertRefusedAsync(link.Replace("&w=160", "", StringComparison.Ordinal));
        await AssertRefusedAsync(link.Replace("&w=160", "&w=1280", StringComparison.Ordinal));
        using var odd = await client.SendAsync(HttpMethod.Get, link.Replace("&w=160", "&w=161", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, odd.StatusCode);
    }

    [Fact]
    public async Task A_link_that_was_changed_opens_nothing()
    {
        var client = App.Anonymous();
        var (first, second) = (await client.UploadAsync(), await client.UploadAsync());
        var link = await LinkAsync(client, first.Id);
        await AssertRefusedAsync(link.Replace(first.Id.ToString(), second.Id.ToString(), StringComparison.Ordinal));
        await AssertRefusedAsync(Regex.Replace(link, "&e=[0-9]+", ""));
        await AssertRefusedAsync(Regex.Replace(link, "&e=[0-9]+", "&e=99999999999"));
        await AssertRefusedAsync(Regex.Replace(link, "&e=[0-9]+", "&e=9223372036854775807"));
        await AssertRefusedAsync(Regex.Replace(link, "k=[^&]+", "k=000000000000"));
        await AssertRefusedAsync(Regex.Replace(link, "k=[^&]+&", ""));
        await AssertRefusedAsync(Regex.Replace(link, "s=[^&]+", "s="));
        await AssertRefusedAsync(Regex.Replace(link, "s=[^&]+", "s=%00%00"));
        await AssertRefusedAsync(Regex.Replace(link, "s=[^&]+", "s=" + new string('A', 43)));
        await AssertRefusedAsync($"media/{first.Id}");
        // Nobody learns whether there is such a prediction.
        await AssertRefusedAsync($"media/{Guid.Empty}");
    }

    [Fact]
    public async Task A_link_expires()
    {
        var client = App.Anonymous();
        var link = await LinkAsync(client, (await client.UploadAsync()).Id, seconds: 1);
        await Waiting.UntilAsync(async () =>
        {
            using var answer = await client.SendAsync(HttpMethod.Get, link);
            return answer.StatusCode == HttpStatusCode.Forbidden
                && (await answer.Content.ReadAsStringAsync(Cancel)).Contains("has expired", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_link_to_an_erased_photo_opens_nothing()
    {
        var visitor = await App.VisitorAsync();
        var prediction = await visitor.UploadAsync();
        var link = await LinkAsync(visitor, prediction.Id);
        using var erased = await visitor.EraseAsync(prediction.Id);
        using var answer = await App.Anonymous().SendAsync(HttpMethod.Get, link);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Only_who_may_see_a_photo_gets_a_link_and_only_for_a_while()
    {
        var visitor = await App.VisitorAsync();
        var prediction = await visitor.UploadAsync();
        using var foreign = await AskAsync(App.Anonymous(), prediction.Id, new { });
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        foreach (var wanted in new object[] { new { seconds = 0 }, new { seconds = 604_801 }, new { width = 7 } })
        {
            using var refused = await AskAsync(visitor, prediction.Id, wanted);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Fact]
    public async Task A_retired_key_opens_until_it_is_revoked()
    {
        var client = App.Anonymous();
        var prediction = await client.UploadAsync();
        var before = await LinkAsync(client, prediction.Id);
        var old = KeyOf(before);
        using (var rotated = await App.Administrator().SendAsync(HttpMethod.Post, "api/v1/media-keys/rotate"))
            Assert.Equal(HttpStatusCode.OK, rotated.StatusCode);
        var after = await LinkAsync(client, prediction.Id);
        Assert.NotEqual(old, KeyOf(after));
        Assert.NotEmpty(await client.Http.GetByteArrayAsync(before, Cancel));

        using (var revoked = await App.Administrator().SendAsync(HttpMethod.Post, $"api/v1/media-keys/{old}/revoke"))
            Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        await AssertRefusedAsync(before);
        Assert.NotEmpty(await client.Http.GetByteArrayAsync(after, Cancel));
        // Nothing tells the secrets.
        var keys = await App.Administrator().Http.GetStringAsync("api/v1/media-keys", Cancel);
        Assert.Contains(old, keys, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", keys, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Many_who_change_the_key_at_once_leave_one_that_signs()
    {
        var administrator = App.Administrator();
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                {
                    using var rotated = await administrator.SendAsync(HttpMethod.Post, "api/v1/media-keys/rotate");
                    Assert.Equal(HttpStatusCode.OK, rotated.StatusCode);
                })
        );
        var keys = (await administrator.Http.GetFromJsonAsync<JsonObject>("api/v1/media-keys", Cancel))!["items"]!.AsArray();
        Assert.True(keys.Count >= 8);
        Assert.Single(keys, key => key!["retiredAt"] is null);
    }

    [Fact]
    public async Task Keys_are_for_administrators()
    {
        using var list = await App.Anonymous().SendAsync(HttpMethod.Get, "api/v1/media-keys");
        Assert.Equal(HttpStatusCode.Unauthorized, list.StatusCode);
        using var missing = await App.Administrator().SendAsync(HttpMethod.Post, "api/v1/media-keys/no-such-key/revoke");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    private static string KeyOf(string link) => Regex.Match(link, "k=([^&]+)").Groups[1].Value;

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static Task<HttpResponseMessage> AskAsync(AppClient client, Guid id, object wanted) =>
        client.SendAsync(HttpMethod.Post, $"api/v1/predictions/{id}/media-link", JsonContent.Create(wanted));

    private static async Task<string> LinkAsync(AppClient client, Guid id, int? width = null, int? seconds = null)
    {
        using var answer = await AskAsync(client, id, new { width, seconds });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["url"]!;
    }

    private async Task AssertRefusedAsync(string link)
    {
        using var answer = await App.Anonymous().SendAsync(HttpMethod.Get, link);
        Assert.Equal(
            (HttpStatusCode.Forbidden, "application/problem+json"),
            (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType)
        );
    }
}
