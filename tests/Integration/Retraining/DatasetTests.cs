using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Monitoring;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Feedback.Strategies;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Monitoring;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Retraining;

public sealed class DatasetTestsOnSqlite() : DatasetTests(DatabaseProvider.Sqlite);

public sealed class DatasetTestsOnPostgreSql() : DatasetTests(DatabaseProvider.PostgreSql)
{
    /// <summary>Ids of rows and labels are random, so they differ between the two databases.</summary>
    [Fact]
    public async Task The_same_photos_and_labels_give_the_same_id_on_both_engines()
    {
        var folder = Directory.CreateTempSubdirectory("gourmetgram-dataset-");
        try
        {
            await using var sqlite = new PersistenceHost(DatabaseProvider.Sqlite, folder.FullName, more: DatasetData.AddModel);
            await sqlite.MigrateAsync();
            var here = await StartAsync();
            var ids = new List<string?>();
            foreach (var host in new[] { sqlite, here })
            {
                var data = new DatasetData();
                for (var i = 0; i < 40; i++)
                {
                    var photo = data.Photo(i, i % 4 == 0 ? Some.Visitor : null, minute: 45 * i);
                    data.Label(photo, null, Answer.Class(i % 3), Answer.Class(i % 3), Answer.Class(i % 7 == 0 ? (i + 1) % 3 : i % 3));
                }

                await data.SaveAsync(host);
                ids.Add((await BuildAsync(host)).Id);
            }

            Assert.NotNull(ids[0]);
            Assert.Equal(ids[0], ids[1]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>Dataset versions, from labels to manifests and training sets.</summary>
public abstract class DatasetTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const string Backbone = "1111111111111111111111111111111111111111111111111111111111111111";

    private static readonly Caller Admin = MonitoringData.Administrator;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_takes_decided_labels_and_counts_why_it_leaves_photos_out()
    {
        var host = await StartAsync();
        var data = new DatasetData();
        for (var i = 0; i < 9; i++)
            data.Label(data.Photo(i), i % 3);
        data.Label(data.Photo(10), null, Answer.None);
        data.Label(data.Photo(11), null, Answer.Unusable);
        var contested = data.Photo(12);
        data.Label(contested, 0);
        data.Label(contested, 1, new UserFlag());
        data.Dispute(data.Photo(13));
        var excluded = data.Photo(14);
        data.Label(excluded, 2);
        data.Label(data.Photo(15, isMeasuring: true), 2);
        // A copy of this photo is in a measuring window, although the labelled one is not.
        data.Label(data.Photo(16), 2);
        data.Photo(16, isMeasuring: true, minute: 300);
        data.Label(data.Photo(17, isMeasuring: null), 2);
        data.Label(data.Photo(18, model: MonitoringData.Model("0", Some.Time.AddDays(-5), "Soup", "Bread")), 1);
        // Two loops agree, and one picture was uploaded with other metadata.
        var agreed = data.Photo(20);
        data.Label(agreed, 1);
        data.Label(agreed, 1, new UserFlag());
        data.Label(data.Photo(20, upload: 21, minute: 25), 1, new RandomSample());
        // Nobody labels corrections, and open tasks have no label.
        data.Label(data.Photo(30), 1, new UserLabel());
        data.Label(data.Photo(31), strategy: null);
        await data.SaveAsync(host);
        await host.SendAsync(new ExcludePhoto.Command(excluded.Id, "Ada", "A person is recognisable"));

        var version = await BuildAsync(host);

        Assert.Equal(
            (DatasetState.Ready, 1, 10, 10),
            (version.State, version.Number, version.Photos, version.Train + version.Tune + version.Test)
        );
        Assert.Equal([3, 4, 3], version.Classes.Select(item => item.Photos));
        Assert.Equal(
            new Dictionary<DatasetExclusion, int>
            {
                [DatasetExclusion.MeasuringWindow] = 2,
                [DatasetExclusion.OpenWindow] = 1,
                [DatasetExclusion.Excluded] = 1,
                [DatasetExclusion.Disputed] = 2,
                [DatasetExclusion.NoneOfThese] = 1,
                [DatasetExclusion.Unusable] = 1,
                [DatasetExclusion.OtherClasses] = 1,
                [DatasetExclusion.Copy] = 1,
            },
            version.LeftOut.ToDictionary()
        );
        Assert.Equal((10, 1, 1), (version.Sources["lowconfidence"], version.Sources["userfeedback"], version.Sources["randomsampled"]));
        var items = await ItemsAsync(host, version.Id!);
        Assert.Equal(items.Select(item => item.StoredSha256).Order(StringComparer.Ordinal), items.Select(item => item.StoredSha256));
        var both = items.Single(item => item.StoredSha256 == DatasetData.StoredOf(20));
        Assert.Equal(
            ("lowconfidence+randomsampled+userfeedback", 3, agreed.Id, 1.0),
            (both.Source, both.LabelIds.Count, both.PredictionId, both.Weight)
        );
        Assert.Equal(10, version.WithoutEmbedding);

        Assert.Equal("A person is recognisable", Assert.Single((await host.SendAsync(new ListExclusions.Query())).Items).Note);
        Assert.True((await host.SendAsync(new IncludePhoto.Command(excluded.Id))).Included);
        var second = await BuildAsync(host, loops: ["lowconfidence", "userfeedback2"]);
        Assert.Equal((2, 13), (second.Number, second.Photos));
        Assert.Equal(1, second.Sources["userfeedback2"]);
        await Assert.ThrowsAsync<NotFoundException>(() => BuildAsync(host, loops: ["none-such"]));
        await Assert.ThrowsAsync<ValidationException>(() => BuildAsync(host, loops: []));
    }

    [Fact]
    public async Task Labels_that_may_be_wrong_are_left_out_until_somebody_keeps_them()
    {
        var host = await StartAsync();
        var data = new DatasetData();
        var tasks = new List<AnnotationTask>();
        for (var i = 0; i < 120; i++)
            tasks.Add(data.Label(data.Photo(i, confidence: 0.9f), i % 40 == 7 ? 1 : 0));
        await data.SaveAsync(host);
        var listed = await host.SendAsync(
            new ListLabelErrors.Query(new PeriodQuery(new DateOnly(2026, 11, 23), new DateOnly(2026, 11, 24)), Admin)
        );
        // The model never names the second class, so all three labels of that class are suspects.
        Assert.Equal(3, listed.Suspects);

        var version = await BuildAsync(host);
        Assert.Equal((117, 3), (version.Photos, version.LeftOut[DatasetExclusion.Suspect]));
        await host.SendAsync(new KeepLabel.Command(tasks[7].Id, Admin));
        version = await BuildAsync(host);
        Assert.Equal((118, 2), (version.Photos, version.LeftOut[DatasetExclusion.Suspect]));
        version = await BuildAsync(
            host,
            new RequestDataset.Command
            {
                By = "Ada",
                IncludeSuspects = true,
                ClosesWindow = false,
            }
        );
        Assert.Equal(120, version.Photos);
        Assert.DoesNotContain(DatasetExclusion.Suspect, version.LeftOut.Keys);
    }

    [Fact]
    public async Task A_group_is_in_one_split_and_stays_there()
    {
        var host = await StartAsync();
        var data = new DatasetData();
        var random = new Random(7);
        var photos = new List<Prediction>();
        var embeddings = new List<PhotoEmbedding>();
        // A hundred photos, each uploaded twice with another crop.
        for (var i = 0; i < 100; i++)
        {
            var values = Enumerable.Range(0, 64).Select(_ => (float)random.NextDouble() - 0.5f).ToArray();
            foreach (var crop in new[] { 0, 1000 })
            {
                var photo = data.Photo(i + crop);
                data.Label(photo, i % 3);
                embeddings.Add(PhotoEmbedding.Of(photo, Backbone, [.. values.Select(v => v + (0.02f * (float)random.NextDouble()))]));
                photos.Add(photo);
            }
        }

        // Visits of ten people, and one person who came back two hours later.
        for (var i = 0; i < 40; i++)
            data.Label(data.Photo(2000 + i, new Actor(ActorKind.Visitor, $"v{i % 10}"), minute: 10_000 + i), i % 3);
        data.Label(data.Photo(2050, new Actor(ActorKind.Visitor, "v0"), minute: 10_200), 0);
        await data.SaveAsync(host);
        await host.SaveAsync(embeddings.ToArray());

        // A model that always names the first class contradicts most of these labels.
        var recipe = new RequestDataset.Command
        {
            By = "Ada",
            IncludeSuspects = true,
            ClosesWindow = false,
        };
        var version = await BuildAsync(host, recipe);
        var items = await ItemsAsync(host, version.Id!);
        Assert.Equal((241, 111, 41), (version.Photos, version.Groups, version.WithoutEmbedding));
        Assert.All(items.GroupBy(item => item.Group), group => Assert.Single(group.Select(item => item.Split).Distinct()));
        Assert.All(items.GroupBy(item => item.Group), group => Assert.Equal(group.Key, group.Min(item => item.StoredSha256)));
        var byHash = items.ToDictionary(item => item.StoredSha256);
        for (var i = 0; i < 100; i++)
            Assert.Equal(byHash[DatasetData.StoredOf(i)].Group, byHash[DatasetData.StoredOf(i + 1000)].Group);
        Assert.Equal(10, Enumerable.Range(2000, 40).Select(i => byHash[DatasetData.StoredOf(i)].Group).Distinct().Count());
        Assert.InRange(version.Tune, 20, 90);

        // More labels move no group that stays as it is.
        for (var i = 3000; i < 3050; i++)
            data.Label(data.Photo(i), i % 3);
        await data.SaveAsync(host);
        var later = (await ItemsAsync(host, (await BuildAsync(host, recipe)).Id!)).ToDictionary(item => item.StoredSha256);
        Assert.All(items, item => Assert.Equal((item.Group, item.Split), (later[item.StoredSha256].Group, later[item.StoredSha256].Split)));
    }

    [Fact]
    public async Task A_build_on_the_same_labels_repeats_the_version_and_a_deletion_leaves_one_tombstone()
    {
        var host = await StartAsync();
        var data = new DatasetData();
        var photos = Enumerable.Range(0, 12).Select(i => data.Photo(i)).ToList();
        foreach (var (i, photo) in photos.Index())
            data.Label(photo, i % 3);
        // Another person uploaded the same bytes.
        var copy = data.Photo(3, minute: 900);
        await data.SaveAsync(host);
        await host.InStepAsync(scope =>
        {
            scope.GetRequiredService<IRepository<Selection>>().Add(DatasetData.SelectionOf(copy));
            return Task.CompletedTask;
        });
        var version = await BuildAsync(host);
        var before = await ManifestAsync(host, version.Id!);
        Assert.Equal(before, await StoredManifestAsync(host, version.Id!));
        Assert.Equal(version.Id, IdOf(before));

        var again = await BuildAsync(host);
        Assert.Equal((version.Id, version.BuildId), (again.Id, again.BuildId));
        Assert.Single((await host.SendAsync(new ListDatasetVersions.Query(null, 100))).Items);
        Assert.Equal(12, (await host.RowsAsync<DatasetItem>()).Count);

        await host.SendAsync(new ErasePrediction.Command(photos[3].Id, Admin));
        await host.SendAsync(new BuildDataset.Command());
        var shown = await ManifestAsync(host, version.Id!);
        Assert.Equal(before.Replace(photos[3].Id.ToString(), copy.Id.ToString(), StringComparison.Ordinal), shown);

        var report = (await host.SendAsync(new ErasePrediction.Command(photos[5].Id, Admin))).Report;
        Assert.Equal((1, 1, 1), (report.Photos, report.Tasks, report.Labels));
        Assert.Equal([1], report.DatasetVersions);
        Assert.Empty(report.Models);
        Assert.Equal(1, (await host.SendAsync(new BuildDataset.Command())).Manifests);
        var after = await ManifestAsync(host, version.Id!);
        Assert.Equal(after, await StoredManifestAsync(host, version.Id!));
        Assert.Equal(version.Id, IdOf(after));
        foreach (var trace in new[] { photos[5].Id.ToString(), DatasetData.StoredOf(5), DatasetData.HashOf("upload 5") })
            Assert.DoesNotContain(trace, after, StringComparison.Ordinal);
        var (expected, actual) = (JsonNode.Parse(shown)!["items"]!.AsArray(), JsonNode.Parse(after)!["items"]!.AsArray());
        var changed = Enumerable.Range(0, 12).Where(i => expected[i]!.ToJsonString() != actual[i]!.ToJsonString()).ToList();
        Assert.Equal(["deleted"], actual[Assert.Single(changed)]!.AsObject().Select(member => member.Key));

        var found = await host.SendAsync(new GetDatasetVersion.Query("1"));
        Assert.Equal((1, 12), (found.Deleted, found.Version.Photos));
        Assert.Equal(11, (await ItemsAsync(host, version.Id!)).Count);
        var next = await BuildAsync(host);
        Assert.Equal((2, 11, 1), (next.Number, next.Photos, next.LeftOut[DatasetExclusion.Deleted]));
        var diff = await host.SendAsync(new DiffDatasets.Query("2", "1"));
        Assert.Equal((0, 0, 1, 11), (diff.Added, diff.Removed, diff.Deleted, diff.Unchanged));
    }

    [Fact]
    public async Task Two_versions_are_compared_photo_by_photo()
    {
        var host = await StartAsync();
        var data = new DatasetData();
        var tasks = Enumerable.Range(0, 6).Select(i => data.Label(data.Photo(i), i % 3)).ToList();
        await data.SaveAsync(host);
        await BuildAsync(host);
        await host.SendAsync(new ChangeLabel.Command(tasks[0].Id, Some.Labels[2], Admin));
        await host.SendAsync(new ExcludePhoto.Command(tasks[1].PredictionId, "Ada"));
        data.Label(data.Photo(50), 1);
        await data.SaveAsync(host);
        await BuildAsync(host);
        await BuildAsync(
            host,
            new RequestDataset.Command
            {
                By = "Ada",
                TrainShare = 1,
                TuneShare = 0,
                ClosesWindow = false,
            }
        );

        var diff = await host.SendAsync(new DiffDatasets.Query("2", "1"));
        Assert.Equal((1, 1, 1, 0, 4), (diff.Added, diff.Removed, diff.Relabelled, diff.Moved, diff.Unchanged));
        Assert.Equal(
            [(Some.Labels[0], 2, 0, 1, 1), (Some.Labels[1], 2, 1, 1, 2), (Some.Labels[2], 2, 1, 0, 3)],
            diff.Classes.Select(item => (item.Class, item.Before, item.Added, item.Removed, item.After))
        );
        Assert.Equal(
            [DiffDatasets.Change.Added, DiffDatasets.Change.Removed, DiffDatasets.Change.Relabelled],
            diff.Changes.Select(item => item.Change).Order()
        );
        var moved = await host.SendAsync(new DiffDatasets.Query("latest", "2"));
        var tuned = (await ItemsAsync(host, "2")).Count(item => item.Split == DatasetSplit.Tune);
        Assert.Equal((0, 0, tuned, 6 - tuned), (moved.Added, moved.Removed, moved.Moved, moved.Unchanged));
        Assert.Equal(diff.Id, (await host.SendAsync(new GetDatasetVersion.Query(diff.Id[..8]))).Version.Id);
        foreach (var unknown in new[] { "99", "abc", "ffffffffff", "x", "" })
            await Assert.ThrowsAsync<NotFoundException>(() => host.SendAsync(new GetDatasetVersion.Query(unknown)));
    }

    [Fact]
    public async Task Confident_answers_of_the_model_have_less_weight_and_a_limit()
    {
        var host = await StartAsync();
        var data = new DatasetData();
        for (var i = 0; i < 3; i++)
            data.Label(data.Photo(i), 1);
        for (var i = 10; i < 20; i++)
            data.Photo(i, confidence: 0.97f);
        data.Photo(20, confidence: 0.9f);
        data.Photo(21, confidence: 0.99f, isMeasuring: true);
        data.Photo(22, confidence: 0.99f, isMeasuring: null);
        var flagged = data.Photo(23, confidence: 0.99f);
        data.Label(data.Photo(24, confidence: 0.99f), null, Answer.None);
        await data.SaveAsync(host);
        await host.SendAsync(new FlagPrediction.Command(flagged.Id, Admin, FeedbackSource.Api));

        Assert.Equal(3, (await BuildAsync(host)).Photos);
        var all = await BuildAsync(host, Noisy(limit: 100));
        Assert.Equal((13, 10), (all.Photos, all.Sources[DatasetContent.ModelSource]));
        var items = await ItemsAsync(host, all.Id!);
        Assert.All(items.Where(item => item.Source == DatasetContent.ModelSource), item =>
            Assert.Equal((0.3, Some.Labels[0]), (item.Weight, item.Class))
        );
        Assert.Equal(3, items.Count(item => item.Weight.Equals(1)));
        // The newest photos come first.
        var some = await ItemsAsync(host, (await BuildAsync(host, Noisy(limit: 4))).Id!);
        Assert.Equal(
            Enumerable.Range(16, 4).Select(DatasetData.StoredOf).Order(StringComparer.Ordinal),
            some.Where(item => item.Source == DatasetContent.ModelSource).Select(item => item.StoredSha256)
        );
        await Assert.ThrowsAsync<ValidationException>(() => host.SendAsync(Noisy(limit: 0)));
        await Assert.ThrowsAsync<ValidationException>(() =>
            host.SendAsync(new RequestDataset.Command { By = "Ada", ModelLabels = new ModelLabelOptions(0.9, 1, 10) })
        );

        static RequestDataset.Command Noisy(int limit) =>
            new()
            {
                By = "Ada",
                ModelLabels = new ModelLabelOptions(0.95, 0.3, limit),
                ClosesWindow = false,
            };
    }

    [Fact]
    public async Task A_training_set_has_targets_weights_and_embeddings_of_one_backbone()
    {
        var host = await StartAsync();
        var data = new DatasetData();
        var photos = Enumerable.Range(0, 8).Select(i => data.Photo(i)).ToList();
        data.Label(photos[0], null, Answer.Class(0), Answer.Class(0), Answer.Class(2));
        foreach (var photo in photos.Skip(1))
            data.Label(photo, 1);
        await data.SaveAsync(host);
        float[] Values(int i) => [i, 1, 0, -2.5f];
        await host.SaveAsync([
            .. photos.Take(4).Select((photo, i) => PhotoEmbedding.Of(photo, Backbone, Values(i))),
            PhotoEmbedding.Of(photos[4], Backbone, [1, 2, 3]),
            PhotoEmbedding.Of(photos[5], Backbone, [float.NaN, 1, 0, 0]),
            PhotoEmbedding.Of(photos[6], new string('2', 64), Values(6)),
        ]);
        var version = await BuildAsync(host);
        await host.InScopeAsync(async scope =>
        {
            var reader = scope.GetRequiredService<ITrainingSetReader>();
            var summary = await reader.SummarizeAsync("latest", Backbone, Cancel);
            Assert.Equal((version.Id, 4, 4, 4), (summary.DatasetId, summary.Photos, summary.WithoutEmbedding, summary.Dimensions));
            var items = await reader.ReadAsync(summary, Cancel).ToListAsync(Cancel);
            Assert.Equal(
                photos.Take(4).OrderBy(photo => photo.Photo.StoredSha256, StringComparer.Ordinal).Select(photo => photo.Id),
                items.Select(item => item.PredictionId)
            );
            foreach (var item in items)
            {
                var i = photos.FindIndex(photo => photo.Id == item.PredictionId);
                Assert.Equal(Values(i), item.Embedding);
                double[]? target = i == 0 ? [2 / 3.0, 0, 1 / 3.0] : null;
                Assert.Equal(target, item.Target?.ToArray());
                Assert.Equal((i == 0 ? 0 : 1, 1.0), (item.ClassIndex, item.Weight));
            }

            Assert.Equal(Backbone, (await reader.SummarizeAsync("latest", backbone: null, Cancel)).Backbone);
            Assert.Equal(1, (await reader.SummarizeAsync("latest", new string('2', 64), Cancel)).Photos);
            Assert.Equal(0, (await reader.SummarizeAsync("latest", new string('3', 64), Cancel)).Photos);
            await AssertEmbeddingFileAsync(scope, version.Id!, items);
        });
    }

    [Fact]
    public async Task An_interrupted_build_starts_over_and_an_empty_one_says_why()
    {
        var host = await StartAsync();
        var none = await BuildAsync(host);
        Assert.Equal((DatasetState.Failed, "There are no labelled photos in these loops. Label photos first."), (none.State, none.Failure));
        var data = new DatasetData();
        data.Label(data.Photo(0, isMeasuring: true), 0);
        await data.SaveAsync(host);
        Assert.Contains("1 × reserved for measuring", (await BuildAsync(host)).Failure, StringComparison.Ordinal);

        for (var i = 1; i < 8; i++)
            data.Label(data.Photo(i), i % 3);
        await data.SaveAsync(host);
        var request = await host.SendAsync(new RequestDataset.Command { By = "Ada", ClosesWindow = false });
        // The process ended after some photos were stored.
        var row = new DatasetRow
        {
            StoredSha256 = DatasetData.StoredOf(99),
            UploadSha256 = DatasetData.StoredOf(99),
            ClassIndex = 0,
            Votes = System.Collections.Immutable.ImmutableSortedDictionary<int, int>.Empty,
            Group = DatasetData.StoredOf(99),
            Split = DatasetSplit.Train,
            Source = "lowconfidence",
            Weight = 1,
        };
        await host.SaveAsync(DatasetItem.Of(request.BuildId, 0, row, Guid.CreateVersion7(Some.Time), []));
        await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new RequestDataset.Command { By = "Bob" }));
        Assert.True((await host.SendAsync(new HasDatasetsToBuild.Query())).Any);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => host.SendAsync(new BuildDataset.Command()), Cancel)));
        Assert.False((await host.SendAsync(new HasDatasetsToBuild.Query())).Any);
        var version = (await host.SendAsync(new GetDatasetVersion.Query(request.BuildId.ToString()))).Version;
        Assert.Equal((DatasetState.Ready, 7), (version.State, version.Photos));
        Assert.Equal(7, (await host.RowsAsync<DatasetItem>()).Count);
        Assert.Equal(version.Id, IdOf(await StoredManifestAsync(host, version.Id!)));
    }

    [Fact]
    public async Task A_photo_that_is_deleted_during_a_build_is_not_in_the_version()
    {
        var interruption = new Interruption();
        await Host.DisposeAsync();
        var host = AddHost(more: services =>
        {
            DatasetData.AddModel(services);
            services.AddInterruption(interruption);
        });
        await host.MigrateAsync();
        var data = new DatasetData();
        var photos = Enumerable.Range(0, 5).Select(i => data.Photo(i)).ToList();
        foreach (var photo in photos)
            data.Label(photo, 1);
        await data.SaveAsync(host);
        // After the labels were read, before the photos are stored.
        interruption.Before("VersionWithContent", () => host.SendAsync(new ErasePrediction.Command(photos[2].Id, Admin)));
        var version = await BuildAsync(host);
        Assert.True(interruption.HasHappened);
        Assert.Equal((DatasetState.Ready, 4), (version.State, version.Photos));
        Assert.DoesNotContain(DatasetData.StoredOf(2), await ManifestAsync(host, version.Id!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closing_the_window_first_decides_which_photos_may_train()
    {
        var host = await StartAsync();
        var data = new DatasetData();
        for (var i = 0; i < 5; i++)
            data.Label(data.Photo(i, isMeasuring: null), i % 3);
        await data.SaveAsync(host);
        var open = await BuildAsync(host);
        Assert.Equal((DatasetState.Failed, true), (open.State, open.Failure!.Contains("5 × sampling window", StringComparison.Ordinal)));
        var closed = await BuildAsync(host, new RequestDataset.Command { By = "Ada" });
        var window = Assert.Single(await host.RowsAsync<SamplingWindow>());
        Assert.NotNull(window.ClosedAt);
        Assert.Equal(window.IsForMeasuring ? DatasetState.Failed : DatasetState.Ready, closed.State);
    }

    private protected async Task<PersistenceHost> StartAsync()
    {
        await Host.DisposeAsync();
        var host = AddHost(more: services =>
        {
            DatasetData.AddModel(services);
            services.AddScoped<IEmbeddingExport, EmbeddingExport>();
        });
        await host.MigrateAsync();
        return host;
    }

    private protected static Task<DatasetVersionResponse> BuildAsync(PersistenceHost host, string[]? loops = null) =>
        BuildAsync(
            host,
            new RequestDataset.Command
            {
                By = "Ada",
                Loops = loops,
                ClosesWindow = false,
            }
        );

    private static async Task<DatasetVersionResponse> BuildAsync(PersistenceHost host, RequestDataset.Command command)
    {
        var request = await host.SendAsync(command);
        await host.SendAsync(new BuildDataset.Command(request.BuildId));
        return (await host.SendAsync(new GetDatasetVersion.Query(request.BuildId.ToString()))).Version;
    }

    private static async Task<List<DatasetItemResponse>> ItemsAsync(PersistenceHost host, string version)
    {
        var items = new List<DatasetItemResponse>();
        string? cursor = null;
        do
        {
            var page = await host.SendAsync(new ListDatasetItems.Query(version, cursor, 7));
            items.AddRange(page.Items);
            cursor = page.Next;
        } while (cursor is not null);
        return items;
    }

    private static Task<string> ManifestAsync(PersistenceHost host, string version) =>
        host.InScopeAsync(async scope =>
        {
            var photos = scope.GetRequiredService<IDatasetPhotos>();
            using var content = new MemoryStream();
            await photos.WriteManifestAsync(content, await photos.FindAsync(version, Cancel), Cancel);
            return Encoding.UTF8.GetString(content.ToArray());
        });

    private static Task<string> StoredManifestAsync(PersistenceHost host, string id) =>
        host.InScopeAsync(async scope =>
        {
            var store = scope.GetRequiredService<IObjectStore>();
            var content = await store.OpenReadAsync(new ObjectAddress("datasets", $"{id}/manifest.json"), Cancel);
            return Encoding.UTF8.GetString(await content.ReadAllAsync());
        });

    /// <summary>The id as docs/datasets.md says it is computed, written here again.</summary>
    private static string IdOf(string manifest)
    {
        var json = JsonNode.Parse(manifest)!;
        var classes = json["classes"]!.AsArray().Select(name => name!.GetValue<string>()).ToList();
        var rows = json["items"]!
            .AsArray()
            .Select(item =>
                item!["deleted"]?.GetValue<string>()
                ?? Sha256(
                    string.Join(
                        '\t',
                        item["storedSha256"],
                        item["uploadSha256"],
                        item["classIndex"],
                        string.Join(
                            ',',
                            item["votes"]!
                                .AsObject()
                                .Select(vote => (Index: classes.IndexOf(vote.Key), People: vote.Value))
                                .OrderBy(vote => vote.Index)
                                .Select(vote => $"{vote.Index}:{vote.People}")
                        ),
                        item["group"],
                        item["split"],
                        item["source"],
                        item["weight"]
                    )
                )
            )
            .Order(StringComparer.Ordinal);
        return Sha256(string.Join('\n', rows.Prepend($"gourmetgram-dataset/1\t{string.Join('\t', classes)}")));
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static async Task AssertEmbeddingFileAsync(IServiceProvider scope, string version, List<TrainingItem> items)
    {
        var export = scope.GetRequiredService<IEmbeddingExport>();
        using var file = new MemoryStream();
        await (await export.PrepareAsync(version, backbone: null, Cancel))(file);
        var read = SafeTensors.Read(file.ToArray());
        Assert.Equal(["embedding", "label", "split", "weight"], read.Tensors.Keys);
        Assert.Equal([items.Count, 4L], read.Tensors["embedding"].Shape);
        Assert.Equal(items.SelectMany(item => item.Embedding), read.ReadSingles("embedding", items.Count, 4));
        Assert.Equal(items.Select(item => (long)item.ClassIndex), read.ReadIntegers("label", items.Count));
        Assert.Equal(items.Select(item => item.Weight), read.ReadDoubles("weight", items.Count));
        Assert.Equal(TensorType.Int8, read.Tensors["split"].Type);
        Assert.Equal([items.Count], read.Tensors["split"].Shape);
        Assert.Equal((version, Backbone, "4"), (read.Metadata["dataset"], read.Metadata["backbone"], read.Metadata["without_embedding"]));
        Assert.Equal(
            items.Select(item => item.PredictionId.ToString()),
            JsonNode.Parse(read.Metadata["photo_ids"])!.AsArray().Select(id => id!.GetValue<string>())
        );
        using var again = new MemoryStream();
        await (await export.PrepareAsync(version, Backbone, Cancel))(again);
        Assert.Equal(file.ToArray(), again.ToArray());
        await Assert.ThrowsAsync<ConflictException>(() => export.PrepareAsync(version, new string('3', 64), Cancel));
    }
}
