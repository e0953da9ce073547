using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

public sealed class MyPhotosOnSqlite() : MyPhotosTests(DatabaseProvider.Sqlite);

public sealed class MyPhotosOnPostgreSql() : MyPhotosTests(DatabaseProvider.PostgreSql);

/// <summary>The use cases behind the page My photos, on real rows and files.</summary>
public abstract class MyPhotosTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private static readonly Actor Stranger = new(ActorKind.Visitor, "v2");
    private static readonly Caller Me = new(Some.Visitor, IsReviewer: false);

    private readonly List<Prediction> made = [];
    private ModelVersion? model;
    private PersistenceHost app = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Host.DisposeAsync();
        app = await StartAsync();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task<PersistenceHost> StartAsync()
    {
        var host = AddHost(more: services =>
        {
            var broken = new BrokenStore();
            services.AddSingleton(broken);
            services.Decorate<IObjectStore>(store => new BreakableStore(store, broken));
            services.AddSingleton<IClassifier, ThreeClasses>();
        });
        await host.MigrateAsync();
        return host;
    }

    /// <summary>Photos of one maker, a millisecond apart, with files.</summary>
    private async Task<List<Prediction>> MakeAsync(Actor maker, params float[][] answers)
    {
        var first = model is null;
        model ??= Some.Model();
        var rows = answers
            .Select(answer =>
                Prediction.Record(
                    new StoredPhoto
                    {
                        UploadSha256 = new string('b', 64),
                        StoredSha256 = new string('c', 64),
                        StoredBytes = 3,
                        MediaType = "image/jpeg",
                        Extension = ".jpg",
                        Width = 40,
                        Height = 30,
                        FileName = "a.jpg",
                    },
                    new ClassProbabilities([.. answer]),
                    model,
                    maker,
                    TimeSpan.Zero,
                    TimeSpan.Zero,
                    Some.Time.AddMilliseconds(made.Count + Array.IndexOf(answers, answer))
                )
            )
            .ToList();
        await app.InStepAsync(async scope =>
        {
            if (first)
                scope.GetRequiredService<IRepository<ModelVersion>>().Add(model);
            else
                scope.GetRequiredService<GourmetGramDbContext>().Attach(model);
            foreach (var row in rows)
            {
                scope.GetRequiredService<IRepository<Prediction>>().Add(row);
                await scope
                    .GetRequiredService<IObjectStore>()
                    .PutAsync(new ObjectAddress(Classify.Bucket, row.ObjectKey), new byte[] { 1, 2, 3 }, "image/jpeg", Cancel);
                await scope
                    .GetRequiredService<IObjectStore>()
                    .PutAsync(new ObjectAddress("thumbnails", $"160/{row.Id}.jpg"), new byte[] { 1 }, "image/jpeg", Cancel);
            }
        });
        made.AddRange(rows);
        return rows;
    }

    private Task<List<Prediction>> MakeAsync(int count) =>
        MakeAsync(Some.Visitor, [.. Enumerable.Range(0, count).Select(_ => new[] { 0.1f, 0.2f, 0.7f })]);

    private Task<ListPhotos.Response> ListAsync(
        string? before = null,
        string? after = null,
        int limit = 2,
        ListPhotos.Filter? filter = null
    ) => app.SendAsync(new ListPhotos.Query(Me, before, after, limit, filter ?? new ListPhotos.Filter()));

    private Task<FlagPrediction.Response> FlagAsync(Prediction prediction, Actor? rater = null) =>
        app.SendAsync(
            new FlagPrediction.Command(prediction.Id, new Caller(rater ?? Some.Visitor, IsReviewer: rater is not null), FeedbackSource.Page)
        );

    private Task<CorrectLabel.Response> CorrectAsync(Prediction prediction, string label) =>
        app.SendAsync(new CorrectLabel.Command(prediction.Id, label, Me, FeedbackSource.Page));

    private IEnumerable<string> Files() =>
        Directory
            .EnumerateFiles(Path.Combine(app.Folder, "objects"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file));

    [Fact]
    public async Task Pages_lead_to_each_other_in_both_directions()
    {
        var rows = await MakeAsync(5);
        await MakeAsync(Stranger, [0.1f, 0.2f, 0.7f]);
        rows.Reverse();

        var first = await ListAsync();
        var second = await ListAsync(before: first.Older);
        var third = await ListAsync(before: second.Older);
        Assert.Equal(rows.Select(p => p.Id), new[] { first, second, third }.SelectMany(page => page.Items).Select(p => p.Id));
        Assert.Equal((true, true), (first.Newer is null, third.Older is null));

        var back = await ListAsync(after: third.Newer);
        Assert.Equal(second.Items.Select(p => p.Id), back.Items.Select(p => p.Id));
        Assert.Equal((second.Newer, second.Older), (back.Newer, back.Older));
        var start = await ListAsync(after: back.Newer);
        Assert.Equal(first.Items.Select(p => p.Id), start.Items.Select(p => p.Id));
        Assert.Equal((null, first.Older), (start.Newer, start.Older));
    }

    [Fact]
    public async Task A_page_whose_photos_are_gone_leads_to_the_newest()
    {
        var rows = await MakeAsync(4);
        var first = await ListAsync();
        foreach (var row in rows.Take(2))
            await app.SendAsync(new ErasePrediction.Command(row.Id, Me));

        var page = await ListAsync(before: first.Older);
        Assert.Equal([rows[3].Id, rows[2].Id], page.Items.Select(p => p.Id));
        Assert.Equal((null, null), (page.Newer, page.Older));

        await app.SendAsync(new EraseAllPredictions.Command(Me));
        var empty = await ListAsync(before: first.Older);
        Assert.Empty(empty.Items);
        Assert.Equal((null, null), (empty.Newer, empty.Older));
    }

    [Fact]
    public async Task Each_filter_shows_its_own_and_together_they_narrow()
    {
        float[] sureSoup = [0.1f, 0.1f, 0.8f],
            unsureSoup = [0.2f, 0.2f, 0.6f],
            bread = [0.9f, 0.05f, 0.05f],
            edgeSoup = [0.15f, 0.15f, 0.7f];
        var rows = await MakeAsync(Some.Visitor, sureSoup, unsureSoup, bread, edgeSoup);
        var (sure, unsure, loaf, edge) = (rows[0], rows[1], rows[2], rows[3]);
        await FlagAsync(sure);
        await FlagAsync(loaf);
        await FlagAsync(edge, Stranger);
        await app.SendAsync(new UndoFeedback.Command(loaf.Id, FeedbackTopic.Flag, Me, FeedbackSource.Page));
        await CorrectAsync(sure, "Soup");
        await CorrectAsync(loaf, "Soup");
        await CorrectAsync(unsure, "Bread");
        await CorrectAsync(unsure, "Soup");

        async Task<IEnumerable<Guid>> IdsAsync(ListPhotos.Filter filter) =>
            (await ListAsync(limit: 10, filter: filter)).Items.Select(p => p.Id);
        Assert.Equal([edge.Id, unsure.Id, sure.Id], await IdsAsync(new("Soup")));
        Assert.Empty(await IdsAsync(new(Some.Labels[1])));
        Assert.Equal([sure.Id], await IdsAsync(new(Flagged: true)));
        Assert.Equal([loaf.Id], await IdsAsync(new(Corrected: true)));
        Assert.Equal([unsure.Id], await IdsAsync(new(LowConfidence: true)));
        Assert.Equal([sure.Id], await IdsAsync(new("Soup", Flagged: true)));
        Assert.Empty(await IdsAsync(new("Soup", Flagged: true, LowConfidence: true)));

        var filtered = await ListAsync(limit: 1, filter: new("Soup"));
        var next = await ListAsync(before: filtered.Older, limit: 1, filter: new("Soup"));
        Assert.Equal([edge.Id, unsure.Id], filtered.Items.Concat(next.Items).Select(p => p.Id));
        Assert.NotNull(next.Newer);
    }

    [Fact]
    public async Task A_list_says_what_the_caller_said()
    {
        var row = (await MakeAsync(1))[0];
        await FlagAsync(row);
        await CorrectAsync(row, "Bread");
        var item = Assert.Single((await ListAsync()).Items);
        Assert.Equal((true, "Bread"), (item.Flagged, item.Correction));
    }

    [Fact]
    public async Task Senseless_lists_are_refused()
    {
        await Assert.ThrowsAsync<ValidationException>(() => ListAsync(before: "x"));
        await Assert.ThrowsAsync<ValidationException>(() => ListAsync(after: "x"));
        await Assert.ThrowsAsync<ValidationException>(() => ListAsync(limit: 0));
        await Assert.ThrowsAsync<ValidationException>(() => ListAsync(before: new string('0', 32), after: new string('0', 32)));
        var unknown = await Assert.ThrowsAsync<ValidationException>(() => ListAsync(filter: new("soup")));
        Assert.Contains("Soup", unknown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IdentityNeededException>(() =>
            app.SendAsync(new ListPhotos.Query(Caller.Anonymous, null, null, 5, new()))
        );
        await Assert.ThrowsAsync<IdentityNeededException>(() => app.SendAsync(new CountPredictions.Query(Caller.Anonymous)));
        await Assert.ThrowsAsync<IdentityNeededException>(() => app.SendAsync(new EraseAllPredictions.Command(Caller.Anonymous)));
    }

    [Fact]
    public async Task The_history_holds_ones_own_facts_oldest_first()
    {
        var row = (await MakeAsync(1))[0];
        await FlagAsync(row, Stranger);
        await CorrectAsync(row, "Bread");
        await FlagAsync(row);
        await CorrectAsync(row, "Soup");
        await app.SendAsync(new UndoFeedback.Command(row.Id, FeedbackTopic.Flag, Me, FeedbackSource.Page));

        var entries = (await app.SendAsync(new GetFeedbackHistory.Query(row.Id, Me))).Entries;
        Assert.Equal(
            [
                (FeedbackKind.Correction, "Bread", FeedbackEnd.Superseded),
                (FeedbackKind.Flag, null, FeedbackEnd.Withdrawn),
                (FeedbackKind.Confirmation, (string?)"Soup", (FeedbackEnd?)null),
            ],
            entries
                .Select(e => (e.Kind, e.Class, e.End))
                .OrderBy(e => Array.IndexOf([FeedbackKind.Correction, FeedbackKind.Flag, FeedbackKind.Confirmation], e.Kind))
        );
        Assert.Equal(entries.Select(e => e.CreatedAt).Order(), entries.Select(e => e.CreatedAt));
        Assert.All(entries, e => Assert.Equal(e.End is null, e.EndedAt is null));
        await Assert.ThrowsAsync<NotFoundException>(() =>
            app.SendAsync(new GetFeedbackHistory.Query(row.Id, new Caller(Stranger, IsReviewer: false)))
        );
    }

    [Fact]
    public async Task Erasing_all_removes_ones_own_in_batches_and_nothing_else()
    {
        var mine = await MakeAsync(205);
        var other = (await MakeAsync(Stranger, [0.1f, 0.2f, 0.7f]))[0];
        await FlagAsync(mine[0]);
        await FlagAsync(mine[204], Stranger);
        await app.SendAsync(new FlagPrediction.Command(other.Id, new Caller(Stranger, IsReviewer: false), FeedbackSource.Page));
        Assert.Equal(205, (await app.SendAsync(new CountPredictions.Query(Me))).Count);

        var report = (await app.SendAsync(new EraseAllPredictions.Command(Me))).Report;
        Assert.Equal((205, 205, 2), (report.Photos, report.Files.Stored + report.Files.Spooled, report.Feedback));

        Assert.Equal(0, (await app.SendAsync(new CountPredictions.Query(Me))).Count);
        Assert.Equal(other.Id, Assert.Single(await app.RowsAsync<Prediction>()).Id);
        Assert.Equal(other.Id, Assert.Single(await app.RowsAsync<UserFeedback>()).PredictionId);
        Assert.All(Files(), file => Assert.Equal(other.Id.ToString(), file));
        Assert.Equal(2, Files().Count());
        var tombstones = await app.RowsAsync<Tombstone>();
        Assert.Equal(mine.Select(p => p.Id).Order(), tombstones.Select(t => t.Id).Order());
        Assert.All(tombstones, t => Assert.True(t.ImagesRemoved));
        Assert.Equal(mine.ToDictionary(p => p.Id, p => p.CreatedAt), tombstones.ToDictionary(t => t.Id, t => t.CreatedAt));
        Assert.Equal(DeletionReport.Nothing.Files, (await app.SendAsync(new EraseAllPredictions.Command(Me))).Report.Files);
    }

    [Theory]
    [InlineData("production")]
    [InlineData("thumbnails")]
    public async Task An_erasure_that_the_store_interrupts_shows_nothing_and_is_finished_at_the_next_start(string bucket)
    {
        var (first, second) = ((await MakeAsync(1))[0], (await MakeAsync(1))[0]);
        app.Services.GetRequiredService<BrokenStore>().Bucket = bucket;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => app.SendAsync(new ErasePrediction.Command(first.Id, Me)));

        Assert.Equal(second.Id, Assert.Single(await app.RowsAsync<Prediction>()).Id);
        await Assert.ThrowsAsync<NotFoundException>(() => app.SendAsync(new GetPrediction.Query(first.Id, Me)));
        Assert.False(Assert.Single(await app.RowsAsync<Tombstone>()).ImagesRemoved);
        Assert.Contains(first.Id.ToString(), Files(), StringComparer.Ordinal);

        await app.DisposeAsync();
        app = await StartAsync();
        Assert.Equal(1, (await app.SendAsync(new FinishErasures.Command())).Finished);
        Assert.True(Assert.Single(await app.RowsAsync<Tombstone>()).ImagesRemoved);
        Assert.Equal(0, (await app.SendAsync(new FinishErasures.Command())).Finished);
    }

    [Fact]
    public async Task An_erasure_that_the_store_interrupts_can_be_repeated()
    {
        var row = (await MakeAsync(1))[0];
        var broken = app.Services.GetRequiredService<BrokenStore>();
        broken.Bucket = "production";
        await Assert.ThrowsAsync<StoreUnavailableException>(() => app.SendAsync(new ErasePrediction.Command(row.Id, Me)));
        broken.Bucket = null;
        await app.SendAsync(new ErasePrediction.Command(row.Id, Me));
        Assert.Empty(Files());
        await Assert.ThrowsAsync<NotFoundException>(() => app.SendAsync(new ErasePrediction.Command(row.Id, Me)));
    }

    [Fact]
    public async Task Erasing_all_goes_on_past_what_cannot_be_removed_now()
    {
        await MakeAsync(3);
        var broken = app.Services.GetRequiredService<BrokenStore>();
        broken.Bucket = "production";
        await Assert.ThrowsAsync<StoreUnavailableException>(() => app.SendAsync(new EraseAllPredictions.Command(Me)));
        Assert.Empty(await app.RowsAsync<Prediction>());
        Assert.Equal(3, (await app.RowsAsync<Tombstone>()).Count(t => !t.ImagesRemoved));
        broken.Bucket = null;
        await app.SendAsync(new EraseAllPredictions.Command(Me));
        Assert.Empty(Files());
    }

    /// <summary>Which bucket cannot be written; null for none.</summary>
    private sealed class BrokenStore
    {
        public string? Bucket { get; set; }
    }

    private sealed class BreakableStore(IObjectStore store, BrokenStore broken) : ForwardingStore(store)
    {
        public override Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken) =>
            address.Bucket == broken.Bucket
                ? throw new StoreUnavailableException("The disk is read-only.")
                : base.DeleteAsync(address, cancellationToken);
    }
}
