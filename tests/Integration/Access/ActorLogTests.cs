using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Access;

/// <summary>What cannot be undone stands in the log with who did it.</summary>
public sealed class ActorLogTests : ServerTests
{
    [Fact]
    public async Task Deletions_and_changes_of_media_keys_are_logged_with_who_made_them()
    {
        await using var server = Host(("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var address = await server.ListeningAsync();
        var client = AppClient.Administrator(new HttpClient { BaseAddress = address });
        var photo = await client.UploadAsync();
        using (await client.EraseAsync(photo.Id))
            await server.LineAsync($"Prediction {photo.Id} was deleted by ApiKey:bootstrap");

        using var rotated = await client.SendAsync(HttpMethod.Post, "api/v1/media-keys/rotate");
        var key = (string)(await rotated.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["id"]!;
        await server.LineAsync($"ApiKey:bootstrap rotated the keys that sign links to photos: {key} is the new key");
        using var revoked = await client.SendAsync(HttpMethod.Post, $"api/v1/media-keys/{key}/revoke");
        await server.LineAsync($"ApiKey:bootstrap revoked the key {key} that signs links to photos");
    }
}
