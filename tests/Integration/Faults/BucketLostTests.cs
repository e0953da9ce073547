using System.Net;
using System.Text.Json.Nodes;
using GourmetGram.Application.Common;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.ObjectStorage;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>Somebody removes the bucket of a running server, with the photos in it.</summary>
public sealed class BucketLostTests : ServerTests
{
    [Fact]
    public async Task Uploads_make_the_bucket_again_and_what_was_in_it_is_known_to_be_missing()
    {
        var store = S3Server.NewStore();
        await using var server = Host([
            .. store.Select(s => (s.Key, s.Value)),
            ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
            ("Jobs__Scheduled", "false"),
            ("Limits__StoreSeconds", "60"),
        ]);
        var client = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        var lost = await client.UploadAsync();
        Assert.Equal(1, (long?)(await StoreImagesAsync(client))["tagged"]);

        await using var container = ObjectStores.Build(store);
        var objects = container.GetRequiredService<IObjectStore>();
        await foreach (var found in objects.ListAsync("production", prefix: "", Cancel))
            await objects.DeleteAsync(new ObjectAddress("production", found.Key), Cancel);
        await ObjectStores.RemoveBucketAsync(container, "production");

        using (var image = await client.SendAsync(HttpMethod.Get, $"api/v1/predictions/{lost.Id}/image"))
            Assert.Equal(HttpStatusCode.NotFound, image.StatusCode);
        var photo = Photos.NewKept();
        var kept = await client.UploadAsync(photo);
        Assert.Equal(photo, await client.DownloadAsync(kept));
        using (var flagged = await client.FlagAsync(lost.Id))
            Assert.True(flagged.IsSuccessStatusCode);

        var counts = await StoreImagesAsync(client);
        Assert.Equal((1, 1), ((long?)counts["missing"], (long?)counts["tagged"]));
        // The answer and what was said of it stay.
        Assert.True((await client.GetAsync(lost.Id)).Flagged);
        counts = await StoreImagesAsync(client);
        Assert.Equal((0, 0), ((long?)counts["missing"], (long?)counts["tagged"]));
        var left = Assert.Single(await KeysAsync(objects));
        Assert.Contains(kept.Id.ToString(), left, StringComparison.Ordinal);
        Assert.Equal(kept.Class, (await objects.ReadTagsAsync(new ObjectAddress("production", left), Cancel))["predicted_class"]);
        await client.ReadyAsync(words: "Photos missing from the object store: 1.");
    }

    private static ValueTask<List<string>> KeysAsync(IObjectStore store) =>
        store.ListAsync("production", prefix: "class_", Cancel).Select(found => found.Key).ToListAsync(Cancel);

    private static async Task<JsonObject> StoreImagesAsync(AppClient client)
    {
        var run = await client.RunJobAsync("store-images");
        Assert.Equal("Completed", (string?)run["state"]);
        return run["counts"]!.AsObject();
    }
}
