using System.Security.Cryptography;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Infrastructure.Imaging;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Spool;

public sealed class SpoolOnSqlite() : SpoolTests(DatabaseProvider.Sqlite)
{
    private string Photos => Path.Combine(App.Folder, "spool", "photos");

    protected override Task DamageAsync(string name) => File.WriteAllTextAsync(Path.Combine(Photos, name), "not what was kept", Cancel);

    protected override Task AddForeignAsync(string name) => File.WriteAllTextAsync(Path.Combine(Photos, name), "somebody's", Cancel);

    protected override Task<string> ReasonAsync(string name) =>
        File.ReadAllTextAsync(Path.Combine(App.Folder, "spool", "set-aside", $"{name}.reason.txt"), Cancel);
}

public sealed class SpoolOnPostgreSql() : SpoolTests(DatabaseProvider.PostgreSql)
{
    protected override Task DamageAsync(string name) =>
        App.ExecuteAsync($"""UPDATE "SpooledPhotos" SET "Content" = 'other' WHERE "Name" = '{name}'""");

    protected override Task AddForeignAsync(string name) =>
        App.ExecuteAsync(
            $"""INSERT INTO "SpooledPhotos" ("Name", "Content", "Bytes", "AddedAt") VALUES ('{name}', 'somebody''s', 10, 0)"""
        );

    protected override async Task<string> ReasonAsync(string name) =>
        Assert.Single(
            await App.ValuesAsync<string>($"""SELECT "SetAsideReason" AS "Value" FROM "SpooledPhotos" WHERE "Name" = '{name}'""")
        );
}

/// <summary>
/// What was answered is kept, whatever the object store does: in the spool first, and in the store, once, when it is back.
/// </summary>
public abstract class SpoolTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private static readonly Caller Me = new(Some.Visitor, IsReviewer: false);
    private static readonly Caller Stranger = new(new Actor(ActorKind.Visitor, "v2"), IsReviewer: true);

    private readonly FakeTimeProvider clock = new(Some.Time);
    private SwitchedStore store = null!;

    private protected PersistenceHost App { get; private set; } = null!;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Changes the bytes of a photo that waits.</summary>
    protected abstract Task DamageAsync(string name);

    /// <summary>Puts something among the photos that wait.</summary>
    protected abstract Task AddForeignAsync(string name);

    /// <summary>Why something was set aside.</summary>
    protected abstract Task<string> ReasonAsync(string name);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Host.DisposeAsync();
        App = AddHost(more: services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            services.AddImaging();
            services.AddOnnxClassifier();
            services.Decorate<IObjectStore>(real => store = new SwitchedStore(real));
            services.PostConfigure<LimitsOptions>(limits => limits.SpoolMebibytes = 1);
        });
        await App.MigrateAsync();
        _ = App.Services.GetRequiredService<IObjectStore>();
    }

    [Fact]
    public async Task A_photo_that_comes_while_the_store_is_away_is_seen_at_once_and_stored_when_it_is_back()
    {
        store.TakeAway();
        var photo = Photos.New();
        var id = await UploadAsync(photo);
        Assert.Equal(ImageState.Pending, (await RowAsync(id)).ImageState);
        Assert.Equal((1, true), (await SpoolAsync()) is var waiting ? (waiting.Photos, waiting.Bytes > 0) : default);
        await CheckImageAsync(id);
        await App.SendAsync(new GetPredictionImage.Query(id, Me, Size: 160));

        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(() => App.SendAsync(new StoreImages.Command()));
        Assert.StartsWith("1 photos wait in the spool", fault.Message, StringComparison.Ordinal);

        store.GiveBack();
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(
            new StoreImages.Response(Stored: 1, Missing: 0, SetAside: 0, Tagged: 1, Refused: 0),
            await App.SendAsync(new StoreImages.Command())
        );
        Assert.Equal((ImageState.Stored, TagsState.Clean), (await RowAsync(id)) is var row ? (row.ImageState, row.TagsState) : default);
        Assert.Equal((0, null), (await SpoolAsync()) is var empty ? (empty.Photos, empty.OldestAt) : default);
        await CheckStoredAsync(id);
        await CheckImageAsync(id);
        Assert.Equal(
            new StoreImages.Response(Stored: 0, Missing: 0, SetAside: 0, Tagged: 0, Refused: 0),
            await App.SendAsync(new StoreImages.Command())
        );
    }

    [Fact]
    public async Task A_store_that_hangs_is_not_waited_for()
    {
        var asked = new TaskCompletionSource();
        store.BeforePut = async token =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, token);
        };
        var upload = UploadAsync();
        await asked.Task.WaitAsync(Cancel);
        clock.Advance(TimeSpan.FromSeconds(2));
        var id = await upload;
        Assert.Equal(ImageState.Pending, (await RowAsync(id)).ImageState);
        await CheckImageAsync(id);
    }

    [Fact]
    public async Task A_store_that_failed_twice_is_left_alone_and_then_tried_by_one()
    {
        store.TakeAway();
        await UploadAsync();
        await UploadAsync();
        Assert.Equal(2, store.Puts);
        await UploadAsync();
        Assert.Equal(2, store.Puts);
        Assert.Equal(StoreCircuitState.Open, App.Services.GetRequiredService<IStoreCircuit>().State);

        clock.Advance(TimeSpan.FromSeconds(1.5));
        var (probed, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.BeforePut = _ =>
        {
            probed.TrySetResult();
            return release.Task;
        };
        var probe = UploadAsync();
        await probed.Task.WaitAsync(Cancel);
        await UploadAsync();
        Assert.Equal(3, store.Puts);
        release.SetResult();
        Assert.Equal(ImageState.Stored, (await RowAsync(await probe)).ImageState);
        Assert.Equal(StoreCircuitState.Closed, App.Services.GetRequiredService<IStoreCircuit>().State);
    }

    [Fact]
    public async Task A_full_spool_refuses_and_keeps_nothing_of_what_it_refused()
    {
        store.TakeAway();
        var heavy = Photos.Golden("progressive-6mp.jpg");
        var kept = 0;
        StoreUnavailableException? refused = null;
        for (; refused is null && kept < 50; kept++)
            refused = await Record.ExceptionAsync(() => UploadAsync(heavy)) as StoreUnavailableException;
        Assert.Contains("the spool of 1 MiB is full", refused?.Message, StringComparison.Ordinal);
        Assert.Equal(kept - 1, (await App.RowsAsync<Prediction>()).Count);
        Assert.Equal(kept - 1, (await SpoolAsync()).Photos);

        store.GiveBack();
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(kept - 1, (await App.SendAsync(new StoreImages.Command())).Stored);
        await UploadAsync(heavy);
    }

    [Fact]
    public async Task What_cannot_be_used_is_set_aside_with_the_reason_and_blocks_nobody()
    {
        store.TakeAway();
        var damaged = await RowAsync(await UploadAsync());
        var good = await UploadAsync();
        await DamageAsync(PhotoName.Of(damaged));
        await AddForeignAsync("holiday.jpg");

        store.GiveBack();
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(
            new StoreImages.Response(Stored: 1, Missing: 1, SetAside: 2, Tagged: 1, Refused: 0),
            await App.SendAsync(new StoreImages.Command())
        );
        await CheckStoredAsync(good);
        Assert.Equal(ImageState.Missing, (await RowAsync(damaged.Id)).ImageState);
        Assert.Contains(damaged.Photo.StoredSha256, await ReasonAsync(PhotoName.Of(damaged)), StringComparison.Ordinal);
        Assert.Contains("GourmetGram did not write this file", await ReasonAsync("holiday.jpg"), StringComparison.Ordinal);
        Assert.Equal((0, 2), (await SpoolAsync()) is var spool ? (spool.Photos, spool.SetAside) : default);
        await Assert.ThrowsAsync<NotFoundException>(() => App.SendAsync(new GetPredictionImage.Query(damaged.Id, Me)));
        Assert.Equal(damaged.Id, (await App.SendAsync(new GetPrediction.Query(damaged.Id, Me))).Id);
    }

    [Fact]
    public async Task A_photo_of_which_the_store_said_it_had_not_taken_it_is_stored_once()
    {
        store.AfterPut = () => throw new StoreUnavailableException("the answer was lost.");
        var id = await UploadAsync();
        Assert.Equal(ImageState.Pending, (await RowAsync(id)).ImageState);
        // The spool loses it too: the object is there.
        var row = await RowAsync(id);
        await App.InScopeAsync(scope => scope.GetRequiredService<IPhotoSpool>().RemoveAsync(PhotoName.Of(row), Cancel));
        store.AfterPut = null;
        Assert.Equal(1, (await App.SendAsync(new StoreImages.Command())).Stored);
        await CheckStoredAsync(id);
    }

    [Fact]
    public async Task A_photo_that_is_nowhere_is_said_to_be_missing()
    {
        store.TakeAway();
        var row = await RowAsync(await UploadAsync());
        await App.InScopeAsync(scope => scope.GetRequiredService<IPhotoSpool>().RemoveAsync(PhotoName.Of(row), Cancel));
        Assert.Equal(1, (await App.SendAsync(new StoreImages.Command())).Missing);
        Assert.Equal(ImageState.Missing, (await RowAsync(row.Id)).ImageState);
    }

    [Fact]
    public async Task A_photo_that_is_erased_while_it_waits_or_moves_is_nowhere_afterwards()
    {
        store.TakeAway();
        var (waiting, moving) = (await UploadAsync(), await UploadAsync());
        await App.SendAsync(new ErasePrediction.Command(waiting, Me));
        Assert.Equal(1, (await SpoolAsync()).Photos);

        store.GiveBack();
        clock.Advance(TimeSpan.FromMinutes(1));
        store.AfterPut = () => App.SendAsync(new ErasePrediction.Command(moving, Me));
        Assert.Equal(0, (await App.SendAsync(new StoreImages.Command())).Stored);
        Assert.Equal(0, (await SpoolAsync()).Photos);
        Assert.Empty(await store.ListAsync(Classify.Bucket, "", Cancel).ToListAsync(Cancel));
        Assert.All(await App.RowsAsync<Tombstone>(), tombstone => Assert.True(tombstone.ImagesRemoved));
    }

    [Fact]
    public async Task A_move_that_broke_off_is_finished_by_the_next_run()
    {
        store.TakeAway();
        var id = await UploadAsync();
        store.GiveBack();
        clock.Advance(TimeSpan.FromMinutes(1));
        // Between store and row.
        store.AfterPut = () => throw new InvalidOperationException("killed");
        await Assert.ThrowsAsync<InvalidOperationException>(() => App.SendAsync(new StoreImages.Command()));
        Assert.Equal(ImageState.Pending, (await RowAsync(id)).ImageState);
        store.AfterPut = null;
        Assert.Equal(1, (await App.SendAsync(new StoreImages.Command())).Stored);
        await CheckStoredAsync(id);
    }

    [Fact]
    public async Task What_is_stored_already_does_not_stay_in_the_spool()
    {
        var id = await UploadAsync();
        // As after a kill between row and spool.
        var photo = await (
            await store.OpenReadAsync(new ObjectAddress(Classify.Bucket, (await RowAsync(id)).ObjectKey), Cancel)
        ).ReadAllAsync();
        await App.InStepAsync(async scope => await scope.GetRequiredService<IPhotoSpool>().AddAsync(await RowAsync(id), photo, Cancel));
        Assert.Equal(1, (await SpoolAsync()).Photos);
        await App.SendAsync(new StoreImages.Command());
        Assert.Equal(0, (await SpoolAsync()).Photos);
        await CheckStoredAsync(id);
    }

    [Fact]
    public async Task Tags_say_what_the_lab_s_scripts_read_and_follow_the_feedback()
    {
        var id = await UploadAsync();
        var row = await RowAsync(id);
        var first = await WriteTagsAsync(id);
        Assert.Equal(["confidence", "predicted_class", "timestamp"], first.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(row.PredictedClass.Name, first["predicted_class"]);
        Assert.Equal(row.Confidence.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture), first["confidence"]);
        Assert.Equal("2026-11-23T12:00:00Z", first["timestamp"]);

        var other = row.Model.Labels.First(label => label != row.PredictedClass.Name);
        await App.SendAsync(new FlagPrediction.Command(id, Me, FeedbackSource.Api));
        await App.SendAsync(new CorrectLabel.Command(id, other, Stranger, FeedbackSource.Api));
        // Until it is known whether they are held for review, they are told to nobody.
        Assert.Equal(first, await WriteTagsAsync(id));
        await App.SendAsync(new SelectCandidates.Command());
        var said = await WriteTagsAsync(id);
        Assert.Equal(("true", other), (said["flagged"], said["corrected_class"]));

        await App.SendAsync(new UndoFeedback.Command(id, FeedbackTopic.Flag, Me, FeedbackSource.Api));
        await App.SendAsync(new CorrectLabel.Command(id, row.PredictedClass.Name, Stranger, FeedbackSource.Api));
        Assert.Equal(first, await WriteTagsAsync(id));
    }

    [Fact]
    public async Task Feedback_that_comes_while_tags_are_written_is_not_forgotten()
    {
        var id = await UploadAsync();
        store.AfterTags = async () =>
        {
            store.AfterTags = null;
            await App.SendAsync(new FlagPrediction.Command(id, Me, FeedbackSource.Api));
            await App.SendAsync(new SelectCandidates.Command());
        };
        await App.SendAsync(new StoreImages.Command());
        Assert.Equal(
            "true",
            (await store.ReadTagsAsync(new ObjectAddress(Classify.Bucket, (await RowAsync(id)).ObjectKey), Cancel))["flagged"]
        );
    }

    [Fact]
    public async Task A_photo_that_is_erased_while_its_tags_are_written_leaves_nothing()
    {
        var id = await UploadAsync();
        store.AfterTags = async () =>
        {
            var address = new ObjectAddress(Classify.Bucket, (await RowAsync(id)).ObjectKey);
            var tags = await store.ReadTagsAsync(address, Cancel);
            await App.SendAsync(new ErasePrediction.Command(id, Me));
            // As if the photo had been there still when its tags were about to be written.
            await store.PutAsync(address, new byte[] { 1 }, "image/jpeg", Cancel);
            store.AfterTags = null;
            await store.WriteTagsAsync(address, tags, Cancel);
        };
        Assert.Equal(0, (await App.SendAsync(new StoreImages.Command())).Tagged);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(App.Folder, "objects"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_photo_that_somebody_removed_from_the_store_is_said_to_be_missing()
    {
        var id = await UploadAsync();
        await store.DeleteAsync(new ObjectAddress(Classify.Bucket, (await RowAsync(id)).ObjectKey), Cancel);
        await App.SendAsync(new StoreImages.Command());
        Assert.Equal(ImageState.Missing, (await RowAsync(id)).ImageState);
    }

    private async Task<Guid> UploadAsync(byte[]? photo = null) =>
        (await App.SendAsync(new Classify.Command(photo ?? Photos.New(), "a.jpg", Me))).Id;

    private async Task<IReadOnlyDictionary<string, string>> WriteTagsAsync(Guid id)
    {
        Assert.Equal(1, (await App.SendAsync(new StoreImages.Command())).Tagged);
        return await store.ReadTagsAsync(new ObjectAddress(Classify.Bucket, (await RowAsync(id)).ObjectKey), Cancel);
    }

    private Task<Prediction> RowAsync(Guid id) =>
        App.InScopeAsync(scope =>
            scope
                .GetRequiredService<GourmetGramDbContext>()
                .Set<Prediction>()
                .Include(p => p.Model)
                .AsNoTracking()
                .SingleAsync(p => p.Id == id, Cancel)
        );

    private Task<SpoolState> SpoolAsync() => App.InScopeAsync(scope => scope.GetRequiredService<IPhotoSpool>().MeasureAsync(Cancel));

    private async Task CheckImageAsync(Guid id)
    {
        var image = await App.SendAsync(new GetPredictionImage.Query(id, Me));
        Assert.Equal(
            (await RowAsync(id)).Photo.StoredSha256,
            Convert.ToHexStringLower(SHA256.HashData(await image.Content.ReadAllAsync()))
        );
    }

    /// <summary>The store has the photo, whole and once.</summary>
    private async Task CheckStoredAsync(Guid id)
    {
        var row = await RowAsync(id);
        var found = await store
            .ListAsync(Classify.Bucket, "", Cancel)
            .Where(o => o.Key.Contains(id.ToString(), StringComparison.Ordinal))
            .ToListAsync(Cancel);
        Assert.Equal(row.ObjectKey, Assert.Single(found).Key);
        Assert.Equal(
            row.Photo.StoredSha256,
            Convert.ToHexStringLower(
                SHA256.HashData(await (await store.OpenReadAsync(new ObjectAddress(Classify.Bucket, row.ObjectKey), Cancel)).ReadAllAsync())
            )
        );
    }
}
