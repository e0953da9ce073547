using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.LabelStudio;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.LabelStudio;

/// <summary>
/// What goes wrong between Label Studio, the object store and us: nothing is lost, nothing doubled, and the cause is named.
/// </summary>
public class FaultTests : DoubleOnlyTests
{
    [Fact]
    public async Task While_it_is_down_tasks_wait_the_review_page_goes_on_and_the_cause_is_named()
    {
        await SwitchAsync(Surface.LabelStudio);
        await LabelStudio.StopAsync();
        await PhotosAsync(3);
        Assert.Equal(3, (await PublishAsync()).Published);
        var fault = await Assert.ThrowsAsync<PlatformUnavailableException>(SyncAsync);
        Assert.Contains("cannot be reached", fault.Message, StringComparison.Ordinal);
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Error && finding.What.Contains("cannot be reached", StringComparison.Ordinal)
        );
        var ada = new Caller(new Actor(ActorKind.Account, "ada"), IsReviewer: true);
        Assert.Null(await Host.SendAsync(new NextTask.Command("userfeedback", ada)));
        await ProcessAsync();

        await LabelStudio.StartAgainAsync();
        Assert.Equal(3, (await SyncAsync()).Made);
    }

    [Fact]
    public async Task A_sync_that_takes_longer_than_anybody_waits_is_not_begun_twice()
    {
        await RestartAsync(settings: ("LabelStudio__TimeoutSeconds", "1"));
        await SwitchAsync(Surface.LabelStudio);
        await PhotosAsync(5);
        await PublishAsync();
        var standing = LabelStudio.HoldSync(afterTasks: 2);
        var sync = SyncAsync();
        await standing;
        // We have given up waiting for the answer, and look at the status.
        await Waiting.UntilAsync(() =>
            Task.FromResult(
                LabelStudio.Requests.Count(request => request.StartsWith("GET /api/storages/s3/", StringComparison.Ordinal)) > 2
            )
        );
        LabelStudio.ReleaseSyncs();
        Assert.Equal(5, (await sync).Made);
        Assert.Equal(5, LabelStudio.AllTasks.Count);
        Assert.Equal(1, RequestsTo("/sync"));
    }

    [Fact]
    public async Task A_Label_Studio_that_is_taken_away_gives_its_tasks_back()
    {
        await WaitingInLabelStudioAsync(2);
        await SwitchAsync(Surface.Review);
        await LabelStudio.StopAsync();
        await Assert.ThrowsAsync<PlatformUnavailableException>(PublishAsync);
        await RestartAsync(settings: ("LabelStudio__Url", ""));
        Assert.Equal(2, (await PublishAsync()).Recalled);
        Assert.NotNull(await Host.SendAsync(new NextTask.Command(Loop, new Caller(new Actor(ActorKind.Account, "ada"), IsReviewer: true))));
    }

    [Fact]
    public async Task Slow_answers_are_waited_for_and_then_named()
    {
        await RestartAsync(settings: ("LabelStudio__TimeoutSeconds", "1"));
        await SwitchAsync(Surface.LabelStudio);
        await PhotosAsync(1);
        LabelStudio.HoldRequests();
        var fault = await Assert.ThrowsAsync<PlatformUnavailableException>(SyncAsync);
        Assert.Contains("did not respond within 1 s", fault.Message, StringComparison.Ordinal);
        LabelStudio.ReleaseRequests();
        Assert.Equal(1, (await SyncAsync()).Made);
        Assert.Single(LabelStudio.AllProjects);
    }

    [Fact]
    public async Task A_project_whose_making_was_not_answered_is_found_and_not_made_again()
    {
        await SwitchAsync(Surface.LabelStudio);
        foreach (var path in new[] { "POST /api/projects", "POST /api/storages/s3", "POST /api/storages/export/s3", "POST /api/webhooks" })
        {
            LabelStudio.LoseNextAnswer(request => request == path);
            await Assert.ThrowsAsync<PlatformUnavailableException>(() => Host.SendAsync(new ProvisionProjects.Command()));
        }

        await Host.SendAsync(new ProvisionProjects.Command());
        Assert.Equal(
            (1, 1, 1, 1),
            (
                LabelStudio.AllProjects.Count,
                LabelStudio.SourceStorages.Count,
                LabelStudio.TargetStorages.Count,
                LabelStudio.AllWebhooks.Count
            )
        );
    }

    [Fact]
    public async Task A_lost_database_costs_no_label_and_asks_nobody_twice()
    {
        var photos = await WaitingInLabelStudioAsync(4);
        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        await ada.AnnotateAsync(TaskOf(photos[0]), "Bread");
        await ada.SkipAsync(TaskOf(photos[1]));
        await ProcessAsync();
        await PublishAsync();
        LabelStudio.LoseDatabase(sameToken: true);
        // What was skipped is left to others.
        Assert.Equal(3, (await SyncAsync()).Made);
        await ProcessAsync();
        Assert.Equal([CollectedAs(photos[0], 0)], await DatasetAsync());
        Assert.All(await Host.RowsAsync<HumanLabel>(), label => Assert.Null(label.EndedAt));
        Assert.Equal(
            [photos[1].Id, photos[2].Id, photos[3].Id],
            LabelStudio
                .AllTasks.Select(task => photos.Single(photo => task.Data.Contains(photo.Id.ToString(), StringComparison.Ordinal)).Id)
                .Order()
        );

        // The same numbers mean other things now.
        await LabelStudio.NewPerson("Eve", "", "eve@example.com").AnnotateAsync(TaskOf(photos[2]), "Soup");
        await SyncAsync();
        await ProcessAsync();
        Assert.Equal(
            [CollectedAs(photos[0], 0), CollectedAs(photos[2], 2)],
            (await DatasetAsync()).OrderBy(key => key, StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task What_only_it_cannot_reach_is_named_with_its_cure()
    {
        await SwitchAsync(Surface.LabelStudio);
        LabelStudio.S3Fault = true;
        await PhotosAsync(1);
        await PublishAsync();
        var fault = await Assert.ThrowsAsync<PlatformUnavailableException>(SyncAsync);
        Assert.Contains("cannot use the bucket and gives no reason", fault.Message, StringComparison.Ordinal);
        LabelStudio.S3Fault = false;
        Assert.Equal(1, (await SyncAsync()).Made);
    }

    [Fact]
    public async Task One_that_guards_its_own_network_is_told_where_the_store_is_by_itself()
    {
        LabelStudio.Settings.SsrfProtection = true;
        await SwitchAsync(Surface.LabelStudio);
        await PhotosAsync(1);
        await PublishAsync();
        var fault = await Assert.ThrowsAsync<PlatformUnavailableException>(SyncAsync);
        Assert.Contains("LabelStudio:StoreEndpoint here set to 'own'", fault.Message, StringComparison.Ordinal);

        LabelStudio.Settings.S3Endpoint = S3Server.Endpoint;
        await RestartAsync(settings: ("LabelStudio__StoreEndpoint", "own"));
        Assert.Equal(1, (await SyncAsync()).Made);
        // Nothing depends on the webhook, which it refuses too.
        var item = Assert.Single((await Host.SendAsync(new ProvisionProjects.Command())).Items);
        Assert.Contains("rejects a webhook", Assert.Single(item.Complaints), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_between_any_two_steps_nothing_is_lost_or_doubled()
    {
        const int Photos = 30;
        var dice = new Random(20261128);
        FailingStore? failing = null;
        await RestartAsync(services => services.Decorate<IObjectStore>(store => failing = new FailingStore(store)));
        await SwitchAsync(Surface.LabelStudio);
        var photos = await PhotosAsync(Photos);
        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        var (failures, labelled) = (0, 0);
        for (var attempt = 0; attempt < 60; attempt++)
        {
            failing!.Fail(after: dice.Next(0, 40));
            var lost = dice.Next(1, 25);
            LabelStudio.LoseNextAnswer(_ => --lost == 0);
            foreach (var step in new Func<Task>[] { PublishAsync, SyncAsync, ProcessAsync })
            {
                try
                {
                    await step();
                }
                catch (Exception e) when (e is StoreUnavailableException or PlatformUnavailableException)
                {
                    failures++;
                }
            }

            failing.Mend();
            lost = int.MaxValue;
            if (labelled < Photos / 2 && LabelStudio.AllTasks.FirstOrDefault(task => !task.IsLabeled) is { } open)
            {
                await ada.AnnotateAsync(open.Id, "Bread");
                labelled++;
            }
        }

        Assert.True(failures > 20, $"Only {failures} steps failed.");
        await PublishAsync();
        await SyncAsync();
        await ProcessAsync();
        await PublishAsync();
        Assert.Single(LabelStudio.AllProjects);
        Assert.All(photos, photo => Assert.Single(TasksOf(photo)));
        Assert.Equal(labelled, (await DatasetAsync()).Count);
        Assert.Equal(labelled, (await Host.RowsAsync<HumanLabel>()).Count(label => label.EndedAt is null));
        Assert.Equal(Photos - labelled, (await KeysAsync("labelstudio", "tasks/")).Count);
        Assert.Empty(await KeysAsync("labelstudio", "quarantine/"));
    }

    /// <summary>Fails for good after so many calls, before or after it has done what was asked.</summary>
    private sealed class FailingStore(IObjectStore store) : ForwardingStore(store)
    {
        private int left = int.MaxValue;

        public void Fail(int after) => left = after;

        public void Mend() => left = int.MaxValue;

        public override async Task PutAsync(
            ObjectAddress address,
            ReadOnlyMemory<byte> content,
            string mediaType,
            CancellationToken cancellationToken
        )
        {
            Count();
            await base.PutAsync(address, content, mediaType, cancellationToken);
            Count();
        }

        public override async Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken)
        {
            Count();
            await base.DeleteAsync(address, cancellationToken);
            Count();
        }

        public override async Task CopyAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken)
        {
            Count();
            await base.CopyAsync(source, target, cancellationToken);
            Count();
        }

        private void Count()
        {
            if (left != int.MaxValue && Interlocked.Decrement(ref left) < 0)
                throw new StoreUnavailableException("The store is away, says the test.");
        }
    }
}

/// <summary>A sync whose process died.</summary>
public sealed class DeadSyncTests : DoubleOnlyTests
{
    public override ValueTask InitializeAsync()
    {
        Clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        return base.InitializeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_found_dead_and_begun_again_and_makes_only_what_is_missing(bool onPostgreSql)
    {
        LabelStudio.Settings.Database = onPostgreSql ? LabelStudioDatabase.PostgreSql : LabelStudioDatabase.Sqlite;
        await SwitchAsync(Surface.LabelStudio);
        await PhotosAsync(6);
        await PublishAsync();
        LabelStudio.KillDuringSync(afterTasks: 2);
        await Assert.ThrowsAsync<PlatformUnavailableException>(SyncAsync);
        Assert.Equal("in_progress", Assert.Single(LabelStudio.SourceStorages).Status);

        // Too early to tell: it may be alive.
        var early = await Assert.ThrowsAsync<PlatformUnavailableException>(SyncAsync);
        Assert.Contains("still importing tasks", early.Message, StringComparison.Ordinal);
        Clock!.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(4, (await SyncAsync()).Made);
        Assert.Equal(6, LabelStudio.AllTasks.Count);
    }
}
