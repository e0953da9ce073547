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
        await foreach (var found in Store.ListAsync(bucket, "", Cancel))
            keys.Add(found.Key);
        return [.. keys.Order(StringComparer.Ordinal)];
    }

    private async Task<Prediction> KeepAsync(ModelVersion? model = null)
    {
        var prediction = Some.Prediction(model ?? Some.Model());
        await host.SaveAsync(prediction);
        await PutAsync("production", prediction.ObjectKey);
        return prediction;
    }

    private string NewKey() => $"class_00/{Guid.CreateVersion7(time.GetUtcNow())}.jpg";

    [Fact]
    public async Task Photos_and_thumbnails_without_prediction_go_and_all_else_stays()
    {
        var kept = await KeepAsync();
        await PutAsync("production", NewKey());
        await PutAsync("production", "class_00/notes-of-a-person.txt");
        await PutAsync("thumbnails", $"160/{kept.Id}.jpg");
        await PutAsync("thumbnails", $"160/{Guid.CreateVersion7(time.GetUtcNow())}.jpg");
        await PutAsync("datasets", NewKey());

        var swept = await SweepAsync();

        Assert.Equal((1, 1, null), (swept.Photos, swept.Thumbnails, swept.Fault));
        Assert.Equal(["class_00/notes-of-a-person.txt", kept.ObjectKey], await KeysAsync("production"));
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
        await KeepAsync();
        var erased = Some.Prediction(Some.Model());
        await host.SaveAsync(Tombstone.For(erased, time.GetUtcNow()));
        await PutAsync("production", erased.ObjectKey);

        Assert.Equal(1, (await SweepAsync()).Photos);
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
            "The database names none of the 2 photos in the object store. Nothing was removed.",
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
        var rows = Enumerable.Range(0, 1200).Select(_ => Some.Prediction(model)).ToArray();
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
