using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Infrastructure.Messaging;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Monitoring;

public sealed class AlertsOnSqlite() : AlertTests(DatabaseProvider.Sqlite);

public sealed class AlertsOnPostgreSql() : AlertTests(DatabaseProvider.PostgreSql);

/// <summary>Alerts from the labels that raise them to the people who are told.</summary>
public abstract class AlertTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const string Loop = "randomsampled";
    private const int PerDay = 10;

    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(number => (byte)number)];
    private static readonly Caller Ada = new(new Actor(ActorKind.Account, "ada"), IsReviewer: true, IsAdministrator: true);

    private readonly FakeTimeProvider time = new(Some.Time);
    private readonly ModelVersion model = Some.Model();
    private PersistenceHost app = null!;
    private bool isBroken;
    private bool isStoreAway;
    private int made;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_accuracy_below_the_floor_raises_alerts_and_better_photos_end_them()
    {
        await StartAsync(webhook: new Uri("http://127.0.0.1:9/"));
        for (var day = 0; day < 4; day++)
            await DayAsync(right: PerDay / 2);
        var run = await EvaluateAsync();
        Assert.Equal((1, 1), (run.Snapshots, run.Looks));
        Assert.Equal(
            [
                (RuleNames.Accuracy, AlertState.Failing),
                (RuleNames.Backlog, AlertState.Ok),
                (RuleNames.OfClass(Some.Labels[0]), AlertState.Failing),
                (RuleNames.OfClass(Some.Labels[1]), AlertState.Waiting),
                (RuleNames.OfClass(Some.Labels[2]), AlertState.Ok),
                (RuleNames.ConfidenceGap, AlertState.Waiting),
                (RuleNames.VersionBefore, AlertState.Waiting),
            ],
            (await app.RowsAsync<Alert>()).Select(alert => (alert.Rule, alert.State)).OrderBy(row => row.Rule, StringComparer.Ordinal)
        );
        var snapshot = Assert.Single((await app.SendAsync(new ListSnapshots.Query(new PeriodQuery()))).Items);
        Assert.Equal((0.5, 40, 40, 40), (snapshot.Estimate, snapshot.Labels, snapshot.Photos, snapshot.MeasuredPhotos));
        Assert.Equal((Day, Day.AddDays(-30), Day.AddDays(-1)), (snapshot.Day, snapshot.From, snapshot.To));

        // The old photos leave the 28 days; all are right now.
        time.Advance(TimeSpan.FromDays(30));
        var states = new List<AlertState>();
        for (var week = 0; week < 3; week++)
        {
            await DayAsync(right: PerDay);
            await EvaluateAsync();
            states.Add((await FindAsync(RuleNames.Accuracy)).State);
            time.Advance(TimeSpan.FromDays(6));
        }

        Assert.Equal([AlertState.Failing, AlertState.Restored, AlertState.Ok], states);
        var messages = (await app.RowsAsync<MessageDelivery>())
            .Select(delivery => JsonNode.Parse(delivery.Payload)!)
            .Where(message => (string?)message["data"]!["rule"] == RuleNames.Accuracy)
            .Select(message => (string?)message["type"])
            .Order();
        Assert.Equal(["alert.failing", "alert.restored"], messages);
        Assert.Equal(4, (await app.RowsAsync<AccuracySnapshot>()).Count);
    }

    [Fact]
    public async Task What_a_day_knew_is_recorded_once_and_labels_that_come_later_do_not_change_it()
    {
        await StartAsync();
        await DayAsync(right: PerDay, labelled: PerDay / 2);
        await EvaluateAsync();
        var before = Assert.Single((await app.SendAsync(new ListSnapshots.Query(new PeriodQuery()))).Items);
        Assert.Equal((EstimateState.TooFew, 5, null), (before.State, before.Labels, before.Estimate));

        await LabelAsync(right: PerDay, count: PerDay);
        Assert.Equal((0, 0, 0), await EvaluatedAsync());
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, (await EvaluatedAsync()).Snapshots);
        var after = (await app.SendAsync(new ListSnapshots.Query(new PeriodQuery()))).Items;
        Assert.Equal(before, after[0]);
        Assert.Equal((EstimateState.Estimated, 10), (after[1].State, after[1].Labels));

        // Exactly the period of a snapshot, as known on its last day, is the snapshot. Another period is computed.
        var stored = await app.SendAsync(new GetAccuracy.Query(new PeriodQuery(AsKnownOn: before.To)));
        Assert.Equal(
            (true, before.AsOf, before.From, before.To, before.Labels, 5),
            (stored.FromSnapshot, stored.AsOf, stored.From, stored.To, stored.Labels, stored.Needed)
        );
        Assert.False(
            (await app.SendAsync(new GetAccuracy.Query(new PeriodQuery(before.To.AddDays(-8), AsKnownOn: before.To)))).FromSnapshot
        );
        Assert.False((await app.SendAsync(new GetAccuracy.Query(new PeriodQuery()))).FromSnapshot);

        async Task<(int Snapshots, int Looks, int Changes)> EvaluatedAsync()
        {
            var done = await EvaluateAsync();
            return (done.Snapshots, done.Looks, done.Changes);
        }
    }

    [Fact]
    public async Task The_weekly_looks_happen_on_mondays_and_at_the_latest_after_a_week()
    {
        await StartAsync();
        // A Monday.
        Assert.Equal(DayOfWeek.Monday, time.GetUtcNow().DayOfWeek);
        var looks = new List<int>();
        for (var day = 0; day < 9; day++)
        {
            looks.Add((await EvaluateAsync()).Looks);
            time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 1, 0], looks);
        time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(DayOfWeek.Wednesday, time.GetUtcNow().DayOfWeek);
        Assert.Equal((1, 0), ((await EvaluateAsync()).Looks, (await EvaluateAsync()).Looks));
    }

    [Fact]
    public async Task A_version_that_is_worse_than_the_one_before_is_reported_at_a_planned_look()
    {
        await StartAsync();
        var old = ModelVersion.Register("three", "0", "float", new string('9', 64), 1, Some.Labels, Some.Time.AddDays(-1));
        for (var day = 0; day < 6; day++)
            await DayAsync(right: PerDay, version: old);
        for (var day = 0; day < 4; day++)
            await DayAsync(right: 5);
        await EvaluateAsync();
        Assert.Equal((AlertState.Waiting, 0), await StateAsync());
        await DayAsync(right: 5);
        await EvaluateAsync();
        Assert.Equal((AlertState.Failing, 50), await StateAsync());
        Assert.Contains("-50", (await FindAsync(RuleNames.VersionBefore)).Value.Replace('−', '-'), StringComparison.Ordinal);

        async Task<(AlertState, int)> StateAsync()
        {
            var alert = await FindAsync(RuleNames.VersionBefore);
            return (alert.State, alert.LabelsLooked);
        }
    }

    [Fact]
    public async Task Photos_that_wait_for_a_label_too_long_raise_an_alert()
    {
        await StartAsync();
        await DayAsync(right: 0, labelled: 0);
        time.Advance(TimeSpan.FromDays(6));
        await EvaluateAsync();
        Assert.Equal(AlertState.Ok, (await FindAsync(RuleNames.Backlog)).State);
        time.Advance(TimeSpan.FromDays(2));
        await EvaluateAsync();
        Assert.Equal(AlertState.Failing, (await FindAsync(RuleNames.Backlog)).State);
        await LabelAsync(right: PerDay, count: PerDay);
        time.Advance(TimeSpan.FromDays(1));
        await EvaluateAsync();
        Assert.Equal(AlertState.Ok, (await FindAsync(RuleNames.Backlog)).State);
    }

    [Fact]
    public async Task An_alert_is_acknowledged_while_it_is_open_and_only_then()
    {
        await StartAsync();
        await DayAsync(right: 0, labelled: 0);
        await EvaluateAsync();
        await Assert.ThrowsAsync<NotFoundException>(() => app.SendAsync(new AcknowledgeAlert.Command("none", Note: null, "ada")));
        await Assert.ThrowsAsync<ConflictException>(() => app.SendAsync(new AcknowledgeAlert.Command("backlog", Note: null, "ada")));
        await Assert.ThrowsAsync<FluentValidation.ValidationException>(() =>
            app.SendAsync(new AcknowledgeAlert.Command("backlog", new string('x', Alert.NoteLength + 1), "ada"))
        );
        time.Advance(TimeSpan.FromDays(8));
        await EvaluateAsync();
        var item = await app.SendAsync(new AcknowledgeAlert.Command("backlog", " we know ", "ada"));
        Assert.Equal(("ada", "we know", time.GetUtcNow()), (item.AcknowledgedBy, item.Note, item.AcknowledgedAt));
        var listed = await app.SendAsync(new ListAlerts.Query(new PeriodQuery()));
        Assert.Equal(item, listed.Items.Single(alert => alert.Rule == RuleNames.Backlog));
        Assert.Contains(listed.Changes, change => (change.Rule, change.From, change.To) == ("backlog", AlertState.Ok, AlertState.Failing));
        time.Advance(TimeSpan.FromDays(1));
        var later = await app.SendAsync(new ListAlerts.Query(new PeriodQuery()));
        var spans = later.History.Single(history => history.Rule == RuleNames.Backlog).Spans;
        Assert.Equal([(AlertState.Ok, false), (AlertState.Failing, true)], spans.Select(span => (span.State, span.Acknowledged)));
        Assert.Equal(new DateTimeOffset(later.From, TimeOnly.MinValue, TimeSpan.Zero), spans[0].From);
        Assert.Equal((item.Since, item.Since, time.GetUtcNow()), (spans[0].To, spans[1].From, spans[1].To));
    }

    [Fact]
    public async Task A_webhook_is_signed_and_messages_wait_in_order_for_a_receiver_that_was_away()
    {
        await using var receiver = new WireServer("{}");
        await using var door = new Door(receiver.Address.Host, receiver.Address.Port);
        await StartAsync(webhook: new Uri($"http://127.0.0.1:{door.Port}/food?team=1"));
        await FailBacklogAsync();
        Assert.True((await app.SendAsync(new HasMessagesToDeliver.Query())).Any);
        Assert.Equal((0, 1), await DeliverAsync());
        // The next attempt is not due yet.
        Assert.False((await app.SendAsync(new HasMessagesToDeliver.Query())).Any);
        await LabelAsync(right: PerDay, count: PerDay);
        time.Advance(TimeSpan.FromDays(0.5));
        door.Open();
        Assert.Equal((1, 0), await DeliverAsync());
        time.Advance(TimeSpan.FromDays(0.5));
        await EvaluateAsync();
        Assert.Equal((1, 0), await DeliverAsync());
        Assert.False((await app.SendAsync(new HasMessagesToDeliver.Query())).Any);

        Assert.Equal(2, receiver.Requests.Count);
        var stored = (await app.RowsAsync<MessageDelivery>()).ToDictionary(delivery => $"msg_{delivery.Id:N}");
        var types = receiver.Requests.Select(request => (string?)Verify(request, stored)["type"]);
        Assert.Equal(["alert.failing", "alert.restored"], types);
        Assert.All(stored.Values, delivery => Assert.Equal(DeliveryState.Delivered, delivery.State));

        async Task<(int, int)> DeliverAsync()
        {
            var done = await app.SendAsync(new DeliverMessages.Command());
            return (done.Delivered, done.Failed);
        }
    }

    [Fact]
    public async Task A_receiver_asks_for_a_pause_and_a_message_can_be_sent_again()
    {
        await using var receiver = new WireServer("{}") { Status = "429 Too Many Requests\r\nRetry-After: 7200" };
        await StartAsync(webhook: new Uri(receiver.Address, "food?team=1"));
        await FailBacklogAsync();
        await app.SendAsync(new DeliverMessages.Command());
        var message = Assert.Single((await app.SendAsync(new ListMessages.Query(new PeriodQuery()))).Items);
        Assert.Equal(
            (DeliveryState.Due, 1, time.GetUtcNow().AddHours(2), "backlog", AlertState.Failing),
            (message.State, message.Attempts, message.DueAt, message.Rule, message.To)
        );
        await Assert.ThrowsAsync<ConflictException>(() => app.SendAsync(new ResendMessage.Command(message.Id)));

        receiver.Status = "200 OK";
        time.Advance(TimeSpan.FromHours(2));
        await app.SendAsync(new DeliverMessages.Command());
        time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(DeliveryState.Due, (await app.SendAsync(new ResendMessage.Command(message.Id))).State);
        // A failure does not give up a message that was sent again long after its creation.
        receiver.Status = "503 Service Unavailable";
        await app.SendAsync(new DeliverMessages.Command());
        Assert.Equal(time.GetUtcNow().AddSeconds(5), Assert.Single(await app.RowsAsync<MessageDelivery>()).DueAt);
        receiver.Status = "200 OK";
        time.Advance(TimeSpan.FromSeconds(5));
        await app.SendAsync(new DeliverMessages.Command());
        var delivered = Assert.Single((await app.SendAsync(new ListMessages.Query(new PeriodQuery()))).Items);
        Assert.Equal((DeliveryState.Delivered, 4, null), (delivered.State, delivered.Attempts, delivered.LastError));
        var ids = receiver.Requests.Select(request =>
            request.Split("\r\n").Single(line => line.StartsWith("webhook-id: ", StringComparison.Ordinal))
        );
        Assert.Equal(Enumerable.Repeat($"webhook-id: msg_{message.Id:N}", 4), ids);
        await Assert.ThrowsAsync<NotFoundException>(() => app.SendAsync(new ResendMessage.Command(Guid.CreateVersion7(time.GetUtcNow()))));
    }

    [Fact]
    public async Task Old_messages_and_changes_are_removed_unless_a_message_is_not_delivered()
    {
        await using var receiver = new WireServer("{}");
        await StartAsync(webhook: new Uri(receiver.Address, "food?team=1"));
        await FailBacklogAsync();
        await app.SendAsync(new DeliverMessages.Command());
        await LabelAsync(right: PerDay, count: PerDay);
        time.Advance(TimeSpan.FromDays(1));
        await EvaluateAsync();
        await app.SendAsync(new DeliverMessages.Command());
        await FailBacklogAsync();
        var waiting = (await app.RowsAsync<MessageDelivery>()).Single(delivery => delivery.State == DeliveryState.Due);

        time.Advance(TimeSpan.FromDays(89));
        Assert.Equal(new ForgetOldAlerts.Response(1, 0), await app.SendAsync(new ForgetOldAlerts.Command()));
        time.Advance(TimeSpan.FromDays(401));
        var before = (await app.RowsAsync<AlertChange>()).Count;
        var removed = await app.SendAsync(new ForgetOldAlerts.Command());
        // The last message that ended tells whether the channel works.
        var kept = await app.RowsAsync<MessageDelivery>();
        Assert.Equal([DeliveryState.Due, DeliveryState.Delivered], kept.Select(delivery => delivery.State).Order());
        Assert.Contains(kept, delivery => delivery.Id == waiting.Id);
        var changes = await app.RowsAsync<AlertChange>();
        Assert.Equal((0, before - changes.Count), (removed.Messages, removed.Changes));
        Assert.Equal(kept.Select(delivery => delivery.ChangeId).Order(), changes.Select(change => change.Id).Order());
        Assert.Equal(new ForgetOldAlerts.Response(0, 0), await app.SendAsync(new ForgetOldAlerts.Command()));
    }

    [Fact]
    public async Task A_channel_that_fails_for_an_hour_is_an_alert_that_other_channels_report()
    {
        using var mailServer = new MailServer();
        // Nobody listens on port 9.
        await StartAsync(webhook: new Uri("http://127.0.0.1:9/"), mailServer: mailServer);
        await FailBacklogAsync();
        await app.SendAsync(new DeliverMessages.Command());
        var mails = mailServer.Mails;
        Assert.Contains("Subject: GourmetGram: Random sample waits for labels: failing", Assert.Single(mails), StringComparison.Ordinal);
        await CheckAsync();
        Assert.DoesNotContain(await app.RowsAsync<Alert>(), alert => alert.Rule == "channel:webhook");

        time.Advance(TimeSpan.FromHours(1));
        await app.SendAsync(new DeliverMessages.Command());
        await CheckAsync();
        Assert.Equal(AlertState.Failing, (await FindAsync("channel:webhook")).State);
        await app.SendAsync(new DeliverMessages.Command());
        Assert.Contains("Alerts by webhook: failing", mailServer.Mails[^1], StringComparison.Ordinal);
        Assert.Equal(2, mailServer.Mails.Count);

        // Until it is given up, after a day.
        for (var attempt = 0; attempt < 20; attempt++)
        {
            time.Advance(TimeSpan.FromHours(6));
            await app.SendAsync(new DeliverMessages.Command());
        }

        var lost = Assert.Single(await app.RowsAsync<MessageDelivery>(), delivery => delivery.Channel == MessageChannel.Webhook);
        Assert.Equal(DeliveryState.Abandoned, lost.State);
        await CheckAsync();
        Assert.Equal(AlertState.Failing, (await FindAsync("channel:webhook")).State);
        Assert.Equal(2, mailServer.Mails.Count);
    }

    [Fact]
    public async Task A_job_that_fails_is_reported_once_the_server_has_run_for_a_while_and_nothing_is_written_meanwhile()
    {
        await StartAsync();
        // First the checks get their rows.
        await CheckAsync();
        await RunBrokenAsync(fails: true);
        Assert.False((await app.SendAsync(new HasOperationChanges.Query())).Any);
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.True((await app.SendAsync(new HasOperationChanges.Query())).Any);
        await CheckAsync();
        var alert = await FindAsync("job:broken");
        Assert.Equal((AlertState.Failing, "No such luck. See the log for details."), (alert.State, alert.Value));

        var before = await RowsAsync();
        Assert.False((await app.SendAsync(new HasOperationChanges.Query())).Any);
        await CheckAsync();
        Assert.Equal(before, await RowsAsync());
        await RunBrokenAsync(fails: false);
        await CheckAsync();
        Assert.Equal(AlertState.Ok, (await FindAsync("job:broken")).State);

        async Task<string> RowsAsync() =>
            JsonSerializer.Serialize((await app.RowsAsync<Alert>()).OrderBy(row => row.Rule, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_store_that_is_away_is_reported_once_and_the_jobs_that_fail_because_of_it_are_not()
    {
        await StartAsync();
        await CheckAsync();
        time.Advance(TimeSpan.FromMinutes(6));
        isStoreAway = true;
        var circuit = app.Services.GetRequiredService<IStoreCircuit>();
        for (var attempt = 0; attempt < 2; attempt++)
            await Assert.ThrowsAsync<StoreUnavailableException>(() =>
                circuit.AttemptAsync(_ => throw new StoreUnavailableException("gone"), TimeSpan.FromSeconds(1), Cancel)
            );
        await RunBrokenAsync(fails: true);
        await CheckAsync();
        var alert = await FindAsync(RuleNames.ObjectStore);
        Assert.Equal((AlertState.Failing, "The test took the store away."), (alert.State, alert.Value));
        time.Advance(TimeSpan.FromMinutes(1));
        isStoreAway = false;
        await CheckAsync();
        Assert.Equal(AlertState.Ok, (await FindAsync(RuleNames.ObjectStore)).State);
        await CheckAsync();
        Assert.DoesNotContain(await app.RowsAsync<Alert>(), row => RuleNames.IsOfJob(row.Rule));
        // A run that fails afterwards has another reason.
        time.Advance(TimeSpan.FromMinutes(1));
        await RunBrokenAsync(fails: true);
        await CheckAsync();
        Assert.Equal(AlertState.Failing, (await FindAsync("job:broken")).State);
    }

    [Fact]
    public async Task A_disk_that_is_nearly_full_is_reported()
    {
        await StartAsync(leastFree: 10_000_000);
        await CheckAsync();
        Assert.Empty(await app.RowsAsync<AlertChange>());
        time.Advance(TimeSpan.FromMinutes(6));
        await CheckAsync();
        Assert.Equal(AlertState.Failing, (await FindAsync(RuleNames.Disk)).State);
    }

    [Fact]
    public async Task A_test_message_says_for_each_channel_whether_it_arrived()
    {
        using var mailServer = new MailServer();
        await StartAsync(webhook: new Uri("http://127.0.0.1:9/"), mailServer: mailServer);
        var items = (await app.SendAsync(new SendTestMessages.Command("ada"))).Items;
        Assert.Equal([(MessageChannel.Webhook, false), (MessageChannel.Email, true)], items.Select(item => (item.Channel, item.Delivered)));
        Assert.Contains("cannot be reached", items[0].Error, StringComparison.Ordinal);
        var mail = Assert.Single(mailServer.Mails);
        Assert.Contains("From: gourmetgram@example.org", mail, StringComparison.Ordinal);
        Assert.Contains("ada sent this message", mail, StringComparison.Ordinal);
        Assert.Equal(["team@example.org", "boss@example.org"], mailServer.Receivers);
        Assert.Empty(await app.RowsAsync<MessageDelivery>());
    }

    private DateOnly Day => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>Verifies a webhook as the specification asks receivers to do, and returns its body.</summary>
    private static JsonNode Verify(string request, Dictionary<string, MessageDelivery> stored)
    {
        var parts = request.Split("\r\n\r\n", 2);
        Assert.StartsWith("POST /food?team=1 ", parts[0], StringComparison.Ordinal);
        var headers = parts[0]
            .Split("\r\n")
            .Skip(1)
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var signed = Encoding.Latin1.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{parts[1]}");
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(Key, signed))}", headers["webhook-signature"]);
        Assert.Equal("application/json", headers["Content-Type"]);
        var delivery = stored[headers["webhook-id"]];
        Assert.Equal(delivery.EndedAt!.Value.ToUnixTimeSeconds(), long.Parse(headers["webhook-timestamp"], CultureInfo.InvariantCulture));
        return JsonNode.Parse(parts[1])!;
    }

    private async Task StartAsync(Uri? webhook = null, MailServer? mailServer = null, int leastFree = 1)
    {
        app = AddHost(more: services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.AddSingleton<IClassifier, ThreeClasses>();
            services.AddScheduling();
            services.AddMessaging();
            services.Decorate<IObjectStore>(store => new LosableStore(store, () => isStoreAway));
            services.Configure<AlertOptions>(options =>
            {
                options.DiskFreeMebibytes = leastFree;
                if (webhook is not null)
                    (options.WebhookUrl, options.WebhookSecret) = (webhook.ToString(), $"whsec_{Convert.ToBase64String(Key)}");
                if (mailServer is not null)
                {
                    (options.EmailTo, options.EmailFrom) = ("team@example.org, boss@example.org", "gourmetgram@example.org");
                    (options.SmtpHost, options.SmtpPort) = ("127.0.0.1", mailServer.Port);
                }
            });
            services.AddSingleton(
                new JobDescriptor("broken", "Broken", "Fails when the test wants it to", "0 0 0 1 1 ?", (_, _, _) =>
                    isBroken
                        ? throw new InvalidOperationException("No such luck.")
                        : Task.FromResult<IReadOnlyDictionary<string, long>>(new Dictionary<string, long>())
                )
            );
        });
        await app.MigrateAsync();
        await app.SendAsync(Some.ChangeOf(Loop) with { Settings = new Dictionary<string, string> { ["perWindow"] = $"{PerDay}" } });
    }

    /// <summary>Photos of a day, drawn at its end and labelled.</summary>
    private async Task DayAsync(int right, int labelled = PerDay, ModelVersion? version = null)
    {
        var serving = version ?? model;
        var photos = Enumerable.Range(0, PerDay).Select(_ => Photo(serving)).ToArray();
        await app.InStepAsync(async step =>
        {
            var context = step.GetRequiredService<GourmetGramDbContext>();
            if (await context.Set<ModelVersion>().AnyAsync(row => row.Id == serving.Id, Cancel))
                context.Attach(serving);
            context.AddRange(photos.Cast<object>());
        });
        time.Advance(TimeSpan.FromDays(1));
        await app.SendAsync(new SampleRandom.Command());
        await app.SendAsync(new MakeTasks.Command());
        await LabelAsync(right, labelled);
    }

    /// <summary>Labels what waits: some as the model answered, the others otherwise.</summary>
    private async Task LabelAsync(int right, int count)
    {
        for (var number = 0; number < count; number++)
        {
            if (await app.SendAsync(new NextTask.Command(Loop, Ada)) is not { } task)
                return;
            await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[number < right ? 2 : 0], Ada));
        }
    }

    private async Task FailBacklogAsync()
    {
        await DayAsync(right: 0, labelled: 0);
        time.Advance(TimeSpan.FromDays(8));
        await EvaluateAsync();
        Assert.Equal(AlertState.Failing, (await FindAsync(RuleNames.Backlog)).State);
    }

    /// <summary>Runs the job of this test, which fails or not.</summary>
    private async Task RunBrokenAsync(bool fails)
    {
        isBroken = fails;
        var run = await app.Services.GetRequiredService<IJobs>().RunAsync("broken", "test", Cancel);
        Assert.True(await app.Services.GetRequiredService<JobRunner>().TryRunAsync(run.Id, new Progress<JobProgress>(), Cancel));
    }

    private Task<EvaluateProduction.Response> EvaluateAsync() => app.SendAsync(new EvaluateProduction.Command());

    private Task<CheckOperation.Response> CheckAsync() => app.SendAsync(new CheckOperation.Command());

    private async Task<Alert> FindAsync(string rule) => (await app.RowsAsync<Alert>()).Single(alert => alert.Rule == rule);

    private Prediction Photo(ModelVersion version)
    {
        made++;
        var prediction = Prediction.Record(
            Some.Jpeg($"{made:x64}", 4),
            new ClassProbabilities([0.05f, 0.05f, 0.9f]),
            version,
            Some.Visitor,
            TimeSpan.Zero,
            TimeSpan.Zero,
            time.GetUtcNow().AddSeconds(made % 100)
        );
        prediction.MarkImageStored();
        return prediction;
    }

    /// <summary>A store that a test takes away and gives back.</summary>
    private sealed class LosableStore(IObjectStore store, Func<bool> isAway) : ForwardingStore(store)
    {
        public override Task<IReadOnlyList<StoreCheck>> CheckAsync(CancellationToken cancellationToken) =>
            isAway() ? throw new StoreUnavailableException("The test took the store away.") : base.CheckAsync(cancellationToken);
    }
}
