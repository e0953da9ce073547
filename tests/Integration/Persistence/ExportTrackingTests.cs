using System.Text.Json.Nodes;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.ObjectStorage;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

public sealed class ExportTrackingOnSqlite() : ExportTrackingTests(DatabaseProvider.Sqlite);

public sealed class ExportTrackingOnPostgreSql() : ExportTrackingTests(DatabaseProvider.PostgreSql);

/// <summary>The list of predictions, as the lab's scripts read it.</summary>
public abstract class ExportTrackingTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_prediction_is_in_the_list_once_in_the_lab_s_shape()
    {
        await Host.MigrateAsync();
        var model = Some.Model();
        // More than one page of rows.
        Prediction[] made =
        [
            .. Enumerable
                .Range(0, 1203)
                .Select(i => Some.Prediction(model, Some.Time.AddSeconds(i), fileName: i == 1 ? null : $"suppe \"{i}\" – süß.jpg")),
        ];
        await Host.SaveAsync(made);
        Assert.Equal(1203, (await Host.SendAsync(new ExportTracking.Command())).Predictions);

        var list = await ReadAsync();
        Assert.Equal(made.Select(p => p.Id), list.Select(entry => (Guid)entry!["prediction_id"]!));
        var first = list[0]!.AsObject();
        Assert.Equal(
            ["prediction_id", "filename", "prediction", "confidence", "image_url", "class_dir", "sampled", "timestamp"],
            first.Select(field => field.Key)
        );
        Assert.Equal(
            ("suppe \"0\" – süß.jpg", "Soup", 0.7f, $"https://food.example/media/{made[0].Id}", "class_02", false, "2026-11-23T12:00:00Z"),
            (
                (string)first["filename"]!,
                (string)first["prediction"]!,
                (float)first["confidence"]!,
                ((string)first["image_url"]!).Split('?')[0],
                (string)first["class_dir"]!,
                (bool)first["sampled"]!,
                (string)first["timestamp"]!
            )
        );
        Assert.Equal($"{made[1].Id}.jpg", (string?)list[1]!["filename"]);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Host.Folder, "scratch")));
    }

    [Fact]
    public async Task A_list_that_the_lab_wrote_is_kept_and_ours_is_not_taken_for_one()
    {
        await Host.MigrateAsync();
        var store = Host.Services.GetRequiredService<IObjectStore>();
        await store.PutAsync(ExportTracking.Address, "[1]"u8.ToArray(), "application/json", Cancel);
        await Host.SendAsync(new ExportTracking.Command());
        await Host.SendAsync(new ExportTracking.Command());
        Assert.Empty(await ReadAsync());
        Assert.Equal("[1]", (await ReadAsync(ExportTracking.Before)).ToJsonString());
    }

    [Fact]
    public async Task A_list_of_ours_alone_is_kept_nowhere_else()
    {
        await Host.MigrateAsync();
        await Host.SendAsync(new ExportTracking.Command());
        await Host.SendAsync(new ExportTracking.Command());
        Assert.Null(await Host.Services.GetRequiredService<IObjectStore>().FindAsync(ExportTracking.Before, Cancel));
    }

    [Fact]
    public async Task Without_predictions_the_list_is_empty()
    {
        await Host.MigrateAsync();
        await Host.SendAsync(new ExportTracking.Command());
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task An_unchanged_list_is_not_written_again_and_a_changed_one_is()
    {
        await Host.MigrateAsync();
        var model = Some.Model();
        await Host.SaveAsync(Some.Prediction(model), Some.Prediction(model, Some.Time.AddSeconds(1)));
        await Host.SendAsync(new SampleRandom.Command());
        Assert.Equal(2, await ExportedAsync(written: true));
        Assert.Equal(2, await ExportedAsync(written: false));
        // An imported photo has an id that is older than all others.
        await AddAsync(Some.Time.AddYears(-1));
        Assert.Equal(3, await ExportedAsync(written: true));
        Assert.Equal(3, await ExportedAsync(written: false));
        var administrator = new Caller(Some.Visitor, IsReviewer: true, IsAdministrator: true);
        await Host.SendAsync(new ErasePrediction.Command((await Host.RowsAsync<Prediction>())[0].Id, administrator));
        Assert.Equal(2, await ExportedAsync(written: true));
        await Host.SendAsync(new SampleRandom.Command());
        Assert.Equal(2, await ExportedAsync(written: true));
        Assert.Equal(2, await ExportedAsync(written: false));
        // Somebody else replaced the list.
        await Host
            .Services.GetRequiredService<IObjectStore>()
            .PutAsync(ExportTracking.Address, "[]"u8.ToArray(), "application/json", Cancel);
        Assert.Equal(2, await ExportedAsync(written: true));
        Assert.Equal(2, (await ReadAsync()).Count);

        async Task<long> ExportedAsync(bool written)
        {
            var store = Host.Services.GetRequiredService<IObjectStore>();
            var before = (await store.FindAsync(ExportTracking.Address, Cancel))?.Version;
            var count = (await Host.SendAsync(new ExportTracking.Command())).Predictions;
            Assert.Equal(written, (await store.FindAsync(ExportTracking.Address, Cancel))!.Version != before);
            return count;
        }
    }

    private Task AddAsync(DateTimeOffset at) =>
        Host.InStepAsync(async step =>
        {
            var model = await step.GetRequiredService<IRepository<ModelVersion>>()
                .FirstOrDefaultAsync(Specifications.Create<ModelVersion>("ModelVersionOf", Some.LoadedModel), Cancel);
            step.GetRequiredService<IRepository<Prediction>>().Add(Some.Prediction(model!, at));
        });

    [Fact]
    public async Task With_S3_the_links_are_those_of_the_objects()
    {
        var settings = S3Server.NewStore();
        await using var container = ObjectStores.Build(settings);
        Assert.Equal(
            $"{S3Server.Endpoint}/{settings["ObjectStore__BucketPrefix"]}production/class_05/a.jpg",
            container.GetRequiredService<IObjectStore>().LinkTo(new ObjectAddress("production", "class_05/a.jpg"))
        );
    }

    private async Task<JsonArray> ReadAsync(ObjectAddress? address = null)
    {
        await using var list = await Host
            .Services.GetRequiredService<IObjectStore>()
            .OpenReadAsync(address ?? ExportTracking.Address, Cancel);
        return (await JsonNode.ParseAsync(list, cancellationToken: Cancel))!.AsArray();
    }
}
