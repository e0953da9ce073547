using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.ObjectStorage;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>
/// Whatever answers in place of the store, and however, people go on: photos are taken, labels kept, pages answered. Once the store is
/// itself again, every photo is whole and every labelled one is in its dataset.
/// </summary>
public sealed class ProxiedStoreTests : ServerTests
{
    private const string Loop = "userfeedback";

    private readonly Dictionary<Guid, byte[]> photos = [];

    [Fact]
    public async Task What_stands_in_for_the_store_costs_no_photo_and_no_label_and_stops_nobody()
    {
        var settings = S3Server.NewStore();
        await using var proxy = await S3Proxy.StartAsync(settings);
        settings["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data");
        settings["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey;
        settings["Jobs__Scheduled"] = "false";
        settings["Limits__StoreSeconds"] = "1";
        settings["ObjectStore__TimeoutSeconds"] = "1";
        await using var server = new HostedServer(settings);
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        var misbehaviours = Enum.GetValues<Misbehaviour>();
        foreach (var _ in misbehaviours)
            (await admin.FlagAsync(await UploadAsync(admin))).Dispose();
        Assert.Equal("Completed", (string)(await admin.RunJobAsync("select-candidates"))["state"]!);

        foreach (var misbehaviour in misbehaviours)
        {
            proxy.Rule = (_, _) => misbehaviour;
            // Taken, and answered, without the store.
            var photo = await UploadAsync(admin);
            Assert.Equal(photo, (await admin.GetAsync(photo)).Id);
            await LabelAsync(admin);
            foreach (var job in new[] { "store-images", "process-annotations" })
                await admin.RunJobAsync(job);
            using var shown = await admin.ThumbnailAsync(photos.Keys.First(), 480);
            Assert.True(shown.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{misbehaviour}: {shown.StatusCode}");
            proxy.Behave();
        }

        await admin.ReadyAsync();
        // What the store said nothing of is tried again by every run.
        foreach (var job in new[] { "store-images", "process-annotations" })
        {
            await Waiting.UntilAsync(async () =>
            {
                var run = await admin.RunJobAsync(job);
                return (string)run["state"]! == "Completed" && run["counts"]!.AsObject().All(count => (long)count.Value! == 0);
            });
        }

        foreach (var (id, bytes) in photos)
            Assert.Equal(bytes, await admin.Http.GetByteArrayAsync($"api/v1/predictions/{id}/image", Cancel));
        var dataset = (await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/datasets/{Loop}", Cancel))!;
        Assert.Equal(misbehaviours.Length, (int)dataset["photos"]!);
    }

    private async Task<Guid> UploadAsync(AppClient client)
    {
        var photo = Photos.NewKept();
        var id = (await client.UploadAsync(photo)).Id;
        photos[id] = photo;
        return id;
    }

    private static async Task LabelAsync(AppClient client)
    {
        using var next = await client.SendAsync(HttpMethod.Post, $"api/v1/loops/{Loop}/tasks/next");
        var task = (string)(await next.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["id"]!;
        using var label = await client.SendAsync(
            HttpMethod.Post,
            $"api/v1/tasks/{task}/label",
            JsonContent.Create(new { @class = "Bread" })
        );
        Assert.Equal(HttpStatusCode.Created, label.StatusCode);
    }
}
