using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Feedback;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using GourmetGram.Tests.LabelStudio;

namespace GourmetGram.Tests.Integration.LabelStudio;

public sealed class DoctorWith116 : DoctorTests
{
    private protected override LabelStudioMode Mode => LabelStudioMode.Legacy116;

    [Fact]
    public async Task Photos_by_their_place_cannot_be_seen_in_1_16_and_the_cure_is_named()
    {
        await RestartAsync(settings: ("Labeling__ImageLinks", "Object"));
        await WaitingInLabelStudioAsync(1);
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Error && finding.Cure?.Contains("Labeling:ImageLinks to Media", StringComparison.Ordinal) == true
        );
    }
}

public sealed class DoctorWith123 : DoctorOf123Tests
{
    [Fact]
    public async Task Photos_load_where_Label_Studio_is_called_otherwise_than_browsers_call_it()
    {
        Double.Settings.Host = "http://label-studio.example:8080";
        await RestartAsync(settings: ("Labeling__ImageLinks", "Object"));
        await WaitingInLabelStudioAsync(1);
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Good && finding.What.StartsWith("Photos load (", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_guard_of_its_network_is_named_for_the_store_and_for_the_webhook()
    {
        Double.Settings.SsrfProtection = true;
        await SwitchAsync(Surface.LabelStudio);
        await PhotosAsync(1);
        await PublishAsync();
        await Assert.ThrowsAsync<PlatformUnavailableException>(SyncAsync);
        var guarded = Assert.Single(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Error
            && finding.Subject == Title
            && !finding.What.StartsWith("The last sync failed", StringComparison.Ordinal)
        );
        Assert.StartsWith("Label Studio refuses to call addresses of its own network", guarded.What, StringComparison.Ordinal);
        Assert.Contains("SSRF_PROTECTION_ENABLED=false", guarded.What, StringComparison.Ordinal);

        Double.Settings.S3Endpoint = S3Server.Endpoint;
        await RestartAsync(settings: ("LabelStudio__StoreEndpoint", "own"));
        await SyncAsync();
        var webhook = Assert.Single(await DoctorAsync(), finding =>
            finding.What.StartsWith("There is no webhook", StringComparison.Ordinal)
        );
        Assert.DoesNotContain("S3_ENDPOINT", webhook.What + webhook.Cure, StringComparison.Ordinal);
        Assert.Contains("SSRF_PROTECTION_ENABLED=false", webhook.Cure, StringComparison.Ordinal);
    }
}

[OnARealLabelStudio]
public sealed class DoctorWithARealLabelStudio : DoctorOf123Tests;

/// <summary>What versions after 1.16 do.</summary>
public abstract class DoctorOf123Tests : DoctorTests
{
    [Fact]
    public async Task Photos_by_their_place_are_fetched_by_Label_Studio()
    {
        await RestartAsync(settings: ("Labeling__ImageLinks", "Object"));
        await WaitingInLabelStudioAsync(1);
        Assert.Contains(await DoctorAsync(), finding => finding.What.StartsWith("Photos load (127.0.0.1, ", StringComparison.Ordinal));
        Assert.Equal(2, LabelStudio.SourceStorages.Count);
    }

    [Fact]
    public async Task The_photo_of_the_newest_task_is_looked_at_too()
    {
        await RestartAsync(settings: ("Labeling__ImageLinks", "Object"));
        var photos = await WaitingInLabelStudioAsync(3);
        await Store.DeleteAsync(PlaceOf(photos.MaxBy(TaskOf)!), Cancel);
        var found = Assert.Single(await DoctorAsync(), finding => finding.What.StartsWith("Photos ", StringComparison.Ordinal));
        Assert.Equal(FindingKind.Error, found.Kind);
        Assert.StartsWith("Photos do not load: ", found.What, StringComparison.Ordinal);
        Assert.Contains("Label Studio cannot read the photo", found.Cure, StringComparison.Ordinal);
    }
}

/// <summary>What the doctor finds, and how it says so.</summary>
public abstract class DoctorTests : LabelStudioTests
{
    [Fact]
    public async Task Each_thing_that_somebody_breaks_is_found_and_put_right_by_fixing()
    {
        var photo = Assert.Single(await WaitingInLabelStudioAsync(1));
        await LabelStudio.NewPerson("Ada", "", "ada@example.com").AnnotateAsync(TaskOf(photo), "Bread");
        var waiting = await DoctorAsync();
        Assert.Contains(waiting, finding =>
            finding.Kind == FindingKind.Warning && finding.What == "1 labels are in the object store. 1 of them have not been imported yet."
        );
        Assert.Contains(waiting, finding => finding.What.EndsWith("has 1 tasks.", StringComparison.Ordinal));
        await ProcessAsync();
        Assert.DoesNotContain(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Error && !finding.What.StartsWith("Photos do not load", StringComparison.Ordinal)
        );

        await BreakAsync(HttpMethod.Delete, $"api/storages/s3/{Assert.Single(LabelStudio.SourceStorages).Id}");
        await BreakAsync(HttpMethod.Delete, $"api/webhooks/{Assert.Single(LabelStudio.AllWebhooks).Id}");
        await BreakAsync(HttpMethod.Patch, $"api/projects/{LabelStudio.AllProjects[0].Id}", """{"sampling": "Sequential sampling"}""");
        await BreakAsync(HttpMethod.Post, "api/projects", """{"title": "Low Confidence Review"}""");
        var found = await DoctorAsync();
        Assert.Contains(found, finding =>
            finding.Kind == FindingKind.Error
            && finding.What.StartsWith("Source storage ", StringComparison.Ordinal)
            && finding.What.EndsWith("does not exist.", StringComparison.Ordinal)
        );
        Assert.Contains(found, finding =>
            finding.Kind == FindingKind.Warning && finding.What.StartsWith("There is no webhook", StringComparison.Ordinal)
        );
        Assert.Contains(found, finding =>
            finding.Kind == FindingKind.Warning && finding.What.Contains("sampling", StringComparison.Ordinal)
        );
        Assert.Contains(found, finding =>
            finding.Kind == FindingKind.Warning && finding.What.StartsWith("2 projects have this title", StringComparison.Ordinal)
        );
        Assert.All(found, finding => Assert.NotEmpty(finding.How));

        await Host.SendAsync(new ProvisionProjects.Command());
        var after = (await DoctorAsync()).Where(finding => finding.Kind != FindingKind.Good).ToList();
        Assert.All(after, finding =>
            Assert.True(
                finding.What.StartsWith("2 projects", StringComparison.Ordinal)
                    || finding.What.StartsWith("Photos do not load", StringComparison.Ordinal),
                finding.What
            )
        );

        await BreakAsync(HttpMethod.Delete, $"api/projects/{LabelStudio.AllProjects[0].Id}");
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Error && finding.What.EndsWith("was deleted in Label Studio.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_lab_s_script_is_seen_by_the_photos_that_it_puts_into_a_dataset()
    {
        var photo = Assert.Single(await WaitingInLabelStudioAsync(1));
        await LabelStudio.NewPerson("Ada", "", "ada@example.com").AnnotateAsync(TaskOf(photo), "Bread");
        await ProcessAsync();
        Assert.DoesNotContain(await DoctorAsync(), finding => finding.What.StartsWith("Another program", StringComparison.Ordinal));

        await Store.PutAsync(new ObjectAddress(Loop, "class_02/image.jpg"), new byte[] { 1 }, "image/jpeg", Cancel);
        var seen = Assert.Single(await DoctorAsync(), finding => finding.What.StartsWith("Another program", StringComparison.Ordinal));
        Assert.StartsWith(
            "Another program put 1 photos into lowconfidence within 7 days (class_02/image.jpg).",
            seen.What,
            StringComparison.Ordinal
        );
        Assert.Contains("set Labeling:ImageLinks to Object", seen.Cure, StringComparison.Ordinal);

        await RestartAsync(settings: ("Labeling__ImageLinks", "Object"));
        Assert.DoesNotContain(await DoctorAsync(), finding => finding.What.StartsWith("Another program", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_loop_without_project_is_told()
    {
        await SwitchAsync(Surface.LabelStudio);
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Error && finding.What == "The loop has no project in Label Studio yet."
        );
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Good && finding.What.StartsWith("Version 1.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task What_we_wrote_ourselves_does_not_wait_to_be_read()
    {
        await SwitchAsync(Surface.LabelStudio, "userfeedback2");
        var correction = UserFeedback.Correct(Assert.Single(await PhotosAsync(1)), 0, Some.Visitor, FeedbackSource.Api, Some.Time);
        await Host.SaveAsync(correction);
        await PutAsync(correction.OutputKey, "{}");
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Good && finding.What == "1 labels are in the object store. 0 of them have not been imported yet."
        );
    }

    private async Task BreakAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        using var response = await LabelStudio.Admin.SendAsync(request, Cancel);
        response.EnsureSuccessStatusCode();
    }
}
