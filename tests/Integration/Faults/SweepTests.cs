using System.Security.Cryptography;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>What is swept at start, and what never is.</summary>
public abstract class SweepTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    // Files have the times of the real clock. A minute later, by this one, the server starts.
    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1));
    private PersistenceHost host = null!;
    private int models;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Host.DisposeAsync();
        host = AddHost(durability: Durability.Process, more: services =>
        {
            services.AddSingleton<TimeProvider>(time);
        });
        await host.MigrateAsync();
    }

    private IObjectStore Store => host.Services.GetRequiredService<IObjectStore>();

    private Task<SweepOrphans.Response> SweepAsync() => host.SendAsync(new SweepOrphans.Command(time.GetUtcNow()));

    private Task PutAsync(string bucket, string key) =>
        Store.PutAsync(new ObjectAddress(bucket, key), new byte[] { 1, 2, 3 }, "image/jpeg", Cancel);

    private async Task<IReadOnlyList<string>> KeysAsync(string bucket)
    {
        var keys = new List<string>();
        await foreach (
            var found in Store
                .ListAsync(bucket, "", Cancel)
                .Where(found => !found.Key.StartsWith(Buckets.OwnPrefix, StringComparison.Ordinal))
        )
            keys.Add(found.Key);
        return [.. keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>A prediction whose photo is what <see cref="PutAsync"/> writes.</summary>
    private Prediction New(DateTimeOffset answeredAt)
    {
        byte[] bytes = [1, 2, 3];
        var photo = new StoredPhoto
        {
            UploadSha256 = new string('b', 64),
            StoredSha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            StoredBytes = bytes.Length,
            MediaType = "image/jpeg",
            Extension = ".jpg",
            Width = 4,
            Height = 3,
            FileName = "soup.jpg",
        };
        var model = ModelVersion.Register($"model{++models}", "1", "float", new string('a', 64), 1, Some.Labels, Some.Time);
        return Prediction.Record(
            photo,
            new ClassProbabilities([0.1f, 0.2f, 0.7f]),
            model,
            Some.Visitor,
            TimeSpan.Zero,
            TimeSpan.Zero,
            answeredAt
        );
    }

    private async Task<Prediction> KeepAsync(DateTimeOffset? answeredAt = null)
    {
        var prediction = New(answeredAt ?? time.GetUtcNow());
        await host.SaveAsync(prediction);
        await PutAsync("production", prediction.ObjectKey);
        return prediction;
    }

    private string NewKey(DateTimeOffset? time = null) => $"class_00/{Guid.CreateVersion7(time ?? this.time.GetUtcNow())}.jpg";

    [Fact]
    public async Task Photos_without_prediction_are_set_aside_and_their_thumbnails_go_and_all_else_stays()
    {
        var kept = await KeepAsync();
        var orphan = NewKey();
        await PutAsync("production", orphan);
        await PutAsync("production", "class_00/notes-of-a-person.txt");
        await PutAsync("thumbnails", $"160/{kept.Id}.jpg");
        await PutAsync("thumbnails", $"160/{Guid.CreateVersion7(time.GetUtcNow())}.jpg");
        await PutAsync("datasets", NewKey());

        var swept = await SweepAsync();

        Assert.Equal((1, 1, null), (swept.Photos, swept.Thumbnails, swept.Fault));
        Assert.Equal(["class_00/notes-of-a-person.txt", kept.ObjectKey], await KeysAsync("production"));
        Assert.Equal([orphan], await KeysAsync("orphans"));
        Assert.Equal([$"160/{kept.Id}.jpg"], await KeysAsync("thumbnails"));
        Assert.Single(await KeysAsync("datasets"));
    }

    [Fact]
    public async Task A_photo_that_the_lab_named_is_not_ours_to_remove()
    {
        await KeepAsync();
        // As Python's uuid4 makes them.
        const string Lab = "class_00/3f2b8c1e-7a4d-4e9b-9c55-0d1f6a2b7e88.jpg";
        await PutAsync("production", Lab);

        Assert.Equal(0, (await SweepAsync()).Photos);
        Assert.Contains(Lab, await KeysAsync("production"), StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_photo_of_an_erased_prediction_goes()
    {
        var kept = await KeepAsync();
        var erased = Some.Prediction(Some.Model());
        await host.SaveAsync(Tombstone.For(erased, time.GetUtcNow()));
        await PutAsync("production", erased.ObjectKey);

        Assert.Equal((0, 1), (await SweepAsync()) is var swept ? (swept.Photos, swept.Deleted) : default);
        Assert.Equal([kept.ObjectKey], await KeysAsync("production"));
        Assert.Empty(await KeysAsync("orphans"));
    }

    [Fact]
    public async Task A_photo_of_a_request_in_flight_is_left_until_it_is_too_old_for_that()
    {
        await KeepAsync();
        var started = time.GetUtcNow() - TimeSpan.FromMinutes(2);
        await PutAsync("production", NewKey());

        Assert.Equal(0, (await host.SendAsync(new SweepOrphans.Command(started))).Photos);
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, (await host.SendAsync(new SweepOrphans.Command(started))).Photos);
    }

    [Fact]
    public async Task While_the_clock_is_before_the_start_nothing_is_old()
    {
        await KeepAsync();
        await PutAsync("production", NewKey());
        var started = time.GetUtcNow();
        time.AdjustTime(started - TimeSpan.FromHours(1));

        Assert.Equal(0, (await host.SendAsync(new SweepOrphans.Command(started))).Photos);
    }

    [Fact]
    public async Task A_database_that_names_none_of_the_photos_costs_none_of_them()
    {
        await PutAsync("production", NewKey());
        await PutAsync("production", NewKey());

        var swept = await SweepAsync();

        Assert.StartsWith(
            "The object store contains photos, but the database has no prediction for any of them. ",
            swept.Fault,
            StringComparison.Ordinal
        );
        Assert.Equal(2, (await KeysAsync("production")).Count);
    }

    [Fact]
    public async Task More_photos_without_prediction_than_crashes_leave_are_not_touched()
    {
        await KeepAsync();
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "objects", "production", "class_01")).FullName;
        for (var i = 0; i < 1001; i++)
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{Guid.CreateVersion7(time.GetUtcNow())}.jpg"), [], Cancel);

        var swept = await SweepAsync();

        Assert.StartsWith("More than 1000 photos in the object store have no prediction", swept.Fault, StringComparison.Ordinal);
        Assert.Equal((0, 1002), (swept.Photos, (await KeysAsync("production")).Count));
    }

    [Fact]
    public async Task One_among_many_batches_is_found()
    {
        var model = Some.Model();
        var rows = Enumerable.Range(0, 1200).Select(_ => Some.Prediction(model, time.GetUtcNow())).ToArray();
        await host.SaveAsync(rows);
        foreach (var row in rows)
        {
            var path = Path.Combine(host.Folder, "objects", "production", row.ObjectKey);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, [], Cancel);
        }

        await PutAsync("production", NewKey());

        Assert.Equal(1, (await SweepAsync()).Photos);
        Assert.Equal(rows.Select(row => row.ObjectKey).Order(StringComparer.Ordinal), await KeysAsync("production"));
    }

    [Fact]
    public async Task An_older_copy_of_the_database_moves_no_photo_and_a_newer_one_gets_its_photos_back()
    {
        await KeepAsync(time.GetUtcNow() - TimeSpan.FromDays(1));
        // Made after the copy.
        var newer = New(time.GetUtcNow() - TimeSpan.FromHours(1));
        await PutAsync("production", newer.ObjectKey);

        var swept = await SweepAsync();
        Assert.Contains("this looks like an older copy of the database. Nothing was set aside.", swept.Fault, StringComparison.Ordinal);
        Assert.Contains(newer.ObjectKey, await KeysAsync("production"), StringComparer.Ordinal);

        // People go on with the older copy: now it looks as if crashes had left the photo.
        await KeepAsync();
        Assert.Equal((1, null), (await SweepAsync()) is var second ? (second.Photos, second.Fault) : default);
        Assert.Equal([newer.ObjectKey], await KeysAsync("orphans"));

        // The newer database is found after all.
        await host.SaveAsync(newer);
        Assert.Equal(1, (await SweepAsync()).Returned);
        Assert.Contains(newer.ObjectKey, await KeysAsync("production"), StringComparer.Ordinal);
        Assert.Empty(await KeysAsync("orphans"));
    }

    [Fact]
    public async Task What_was_set_aside_is_deleted_after_thirty_days_and_not_before()
    {
        await KeepAsync();
        await PutAsync("production", NewKey());
        Assert.Equal(1, (await SweepAsync()).Photos);

        time.Advance(TimeSpan.FromDays(29));
        Assert.Equal(0, (await SweepAsync()).Deleted);
        Assert.Single(await KeysAsync("orphans"));
        time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, (await SweepAsync()).Deleted);
        Assert.Empty(await KeysAsync("orphans"));
    }

    [Fact]
    public async Task Expired_idempotency_keys_are_forgotten_and_others_are_not()
    {
        var model = Some.Model();
        var (old, young) = (
            Some.Prediction(model, time.GetUtcNow() - TimeSpan.FromHours(25)),
            Some.Prediction(model, time.GetUtcNow() - TimeSpan.FromHours(23))
        );
        await host.SaveAsync(old, young);
        await host.SaveAsync(IdempotencyRecord.For("someone", "old", old), IdempotencyRecord.For("someone", "young", young));

        Assert.Equal(1, (await host.SendAsync(new ForgetExpiredKeys.Command())).Forgotten);

        Assert.Equal("young", Assert.Single(await host.RowsAsync<IdempotencyRecord>()).Key);
    }
}

public sealed class SqliteSweepTests() : SweepTests(DatabaseProvider.Sqlite);

public sealed class PostgreSqlSweepTests() : SweepTests(DatabaseProvider.PostgreSql);
