using System.Net;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Classification;

/// <summary>Photos are deleted after the days that an operator has chosen.</summary>
public sealed class RetentionTests : ServerTests
{
    [Fact]
    public async Task Photos_without_a_label_go_first_and_all_go_in_the_end()
    {
        var clock = new ShiftedClock();
        await using var server = Start(clock, ("Retention__UnlabelledPhotoDays", "10"), ("Retention__PhotoDays", "30"));
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = server.Address });
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var labelled = await ada.Client.UploadAsync();
        var plain = await ada.Client.UploadAsync();
        using (var flagged = await ada.Client.FlagAsync(labelled.Id))
            Assert.True(flagged.IsSuccessStatusCode);
        await admin.RunJobAsync("select-candidates");
        var task = await ada.AskAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next");
        await ada.AskAsync(HttpMethod.Post, $"api/v1/tasks/{task["id"]!.GetValue<Guid>()}/label", new { @class = "Bread" });

        clock.Shift = TimeSpan.FromDays(9);
        Assert.Equal(0, await DeletedAsync(admin));
        var fresh = await admin.UploadAsync();
        clock.Shift = TimeSpan.FromDays(11);
        Assert.Equal(1, await DeletedAsync(admin));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(admin, plain.Id));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(admin, labelled.Id));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(admin, fresh.Id));
        var images = Directory.EnumerateFiles(Path.Combine(Folder, "data", "objects", "production"), "*", SearchOption.AllDirectories);
        Assert.DoesNotContain(images, file => file.Contains(plain.Id.ToString(), StringComparison.Ordinal));

        clock.Shift = TimeSpan.FromDays(40);
        Assert.Equal(2, await DeletedAsync(admin));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(admin, labelled.Id));
    }

    [Fact]
    public async Task Without_a_setting_nothing_is_deleted()
    {
        var clock = new ShiftedClock();
        await using var server = Start(clock);
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = server.Address });
        var photo = await admin.UploadAsync();
        clock.Shift = TimeSpan.FromDays(4000);
        Assert.Equal(0, await DeletedAsync(admin));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(admin, photo.Id));
    }

    private static async Task<long> DeletedAsync(AppClient admin)
    {
        JsonObject run = await admin.RunJobAsync("delete-old-photos");
        Assert.Equal("Completed", run["state"]!.GetValue<string>());
        return run["counts"]!["deleted"]!.GetValue<long>();
    }

    private static async Task<HttpStatusCode> StatusAsync(AppClient admin, Guid id)
    {
        using var answer = await admin.SendAsync(HttpMethod.Get, $"api/v1/predictions/{id}");
        return answer.StatusCode;
    }

    private HostedServer Start(ShiftedClock clock, params (string Name, string Value)[] settings) =>
        new(
            new Dictionary<string, string>(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
            {
                ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"),
                ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
                ["Jobs__Scheduled"] = "false",
            },
            clock
        );
}
