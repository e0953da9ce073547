using System.Text;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Labeling;

public sealed class ProcessAnnotationsOnSqlite() : ProcessAnnotationsTests(DatabaseProvider.Sqlite, outputs: 10_000);

public sealed class ProcessAnnotationsOnPostgreSql() : ProcessAnnotationsTests(DatabaseProvider.PostgreSql, outputs: 2_000);

/// <summary>Finished labels of other programs become datasets, whatever is in them and whatever happens meanwhile.</summary>
public abstract class ProcessAnnotationsTests(DatabaseProvider provider, int outputs) : PersistenceTests(provider)
{
    private const string Loop = "lowconfidence";

    /// <summary>One in fifty is malformed, in ten ways.</summary>
    private const int OneIn = 50;

    /// <summary>Ways in which an annotation is one, and cannot be used: such objects are Label Studio's and stay.</summary>
    private static readonly string[] UnusableAnnotations = ["unknown class", "two classes", "no photo"];

    private static readonly string[] Ways =
    [
        "empty",
        "cut off",
        "list",
        "number",
        "no result",
        "no task",
        "mark before",
        .. UnusableAnnotations,
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_output_is_accounted_for_and_a_second_run_finds_nothing_to_do()
    {
        var expected = await PrepareAsync(Host, outputs);
        var done = await Host.SendAsync(new ProcessAnnotations.Command());
        Assert.Equal(outputs / OneIn, done.Outputs[OutputOutcome.Invalid]);
        Assert.Equal(outputs - outputs / OneIn, done.Outputs[OutputOutcome.Labelled]);
        Assert.Equal(expected.Count, done.Copied);
        await AssertAccountedAsync(Host, expected, outputs);

        var again = await Host.SendAsync(new ProcessAnnotations.Command());
        Assert.Equal(0, again.Outputs.Values.Sum() + again.Copied + again.Removed);
    }

    [Fact]
    public async Task A_store_that_fails_at_any_point_loses_and_doubles_nothing()
    {
        const int Some = 400;
        var dice = new Random(20261124);
        FailingStore? failing = null;
        await using var host = AddHost(durability: Durability.Process, more: services =>
            services.Decorate<IObjectStore>(store => failing = new FailingStore(store))
        );
        var expected = await PrepareAsync(host, Some);
        var failures = 0;
        for (var attempt = 0; attempt < 40; attempt++)
        {
            failing!.Fail(after: dice.Next(0, 250));
            try
            {
                await host.SendAsync(new ProcessAnnotations.Command());
            }
            catch (StoreUnavailableException)
            {
                failures++;
            }
        }

        Assert.True(failures > 3, $"The store failed {failures} times only.");
        failing!.Mend();
        await host.SendAsync(new ProcessAnnotations.Command());
        await AssertAccountedAsync(host, expected, Some);
    }

    [Fact]
    public async Task Two_processors_at_once_double_nothing()
    {
        const int Some = 600;
        var expected = await PrepareAsync(Host, Some);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Host.SendAsync(new ProcessAnnotations.Command()), Cancel)));
        await Host.SendAsync(new ProcessAnnotations.Command());
        await AssertAccountedAsync(Host, expected, Some);
    }

    [Fact]
    public async Task A_changed_annotation_moves_the_photo_and_an_older_one_does_not()
    {
        var expected = await PrepareAsync(Host, OneIn - 1);
        await Host.SendAsync(new ProcessAnnotations.Command());
        var (id, label) = expected.First();
        var other = (label + 1) % 3;
        var key = await KeyOfAsync(id);
        await PutAsync(Host, key, Annotation(id, other, version: 2, NumberOf(key)));
        var changed = await Host.SendAsync(new ProcessAnnotations.Command());
        Assert.Equal((1, 1, 1), (changed.Outputs[OutputOutcome.Labelled], changed.Copied, changed.Removed));
        expected[id] = other;
        await AssertBucketAsync(Host, expected);

        await PutAsync(Host, key, Annotation(id, label, version: 1, NumberOf(key)) + " ");
        Assert.Equal(1, (await Host.SendAsync(new ProcessAnnotations.Command())).Outputs[OutputOutcome.Superseded]);
        await AssertBucketAsync(Host, expected);
        var labels = (await Host.RowsAsync<HumanLabel>())
            .Where(found => found.ExternalId!.EndsWith($"/{key.Split('/')[^1]}", StringComparison.Ordinal))
            .OrderBy(found => found.CreatedAt)
            .ToList();
        Assert.Equal([LabelEnd.Superseded, null], labels.Select(found => found.End));
    }

    [Fact]
    public async Task A_run_with_nothing_new_costs_one_listing()
    {
        CountingStore? counting = null;
        await using var host = AddHost(durability: Durability.Process, more: services =>
            services.Decorate<IObjectStore>(store => counting = new CountingStore(store))
        );
        await PrepareAsync(host, 300);
        await host.SendAsync(new ProcessAnnotations.Command());
        Assert.True(counting!.Calls.Count > 600, $"{counting.Calls.Count} calls are not all.");
        counting.Calls.Clear();
        await host.SendAsync(new ProcessAnnotations.Command());
        Assert.Equal(["ListAsync labelstudio/output/"], counting.Calls);
    }

    [Fact]
    public async Task A_photo_that_was_cut_off_in_the_store_is_not_taken_for_copied()
    {
        var expected = await PrepareAsync(Host, OneIn - 1);
        await Host.SendAsync(new ProcessAnnotations.Command());
        var (id, label) = expected.First();
        var photo = (await Host.RowsAsync<Prediction>()).Single(found => found.Id == id);
        await Host
            .Services.GetRequiredService<IObjectStore>()
            .PutAsync(new ObjectAddress("production", photo.ObjectKey), new byte[1], "image/jpeg", Cancel);
        var key = await KeyOfAsync(id);
        await PutAsync(Host, key, Annotation(id, (label + 1) % 3, version: 2, NumberOf(key)));

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Host.SendAsync(new ProcessAnnotations.Command()));

        Assert.Contains("has 1 bytes", failure.Message, StringComparison.Ordinal);
        var copies = (await Host.RowsAsync<CollectedImage>()).Where(image => image.PredictionId == id).ToList();
        Assert.Contains(copies, image => image.State == CollectedState.Pending);
    }

    [Theory]
    [InlineData("1.16.0")]
    [InlineData("1.23.2")]
    public async Task What_Label_Studio_really_wrote_becomes_labels_of_the_photo_it_names(string version)
    {
        await Host.MigrateAsync();
        var store = Host.Services.GetRequiredService<IObjectStore>();
        var model = ModelVersion.Register(
            "food",
            "1",
            "float",
            new string('a', 64),
            1,
            ["Bread", "Noodles/Pasta", "Rice", "Soup"],
            Some.Time
        );
        var files = Directory.GetFiles(Repository.PathOf($"tests/Unit/Labeling/Outputs/{version}"));
        // Each of another photo: of one person's decisions on the same photo the newest alone would count.
        var photos = files.Select((_, number) => Photo(model, number + 1, 0.1f, 0.1f, 0.1f, 0.7f)).ToArray();
        await Host.SaveAsync(photos);
        foreach (var (photo, file) in photos.Zip(files))
        {
            await store.PutAsync(new ObjectAddress("production", photo.ObjectKey), new byte[] { 1, 2, 3, 4 }, "image/jpeg", Cancel);
            var content = (await File.ReadAllTextAsync(file, Cancel)).Replace(
                "01997d2e-0000-7000-8000-000000000009",
                photo.Id.ToString(),
                StringComparison.Ordinal
            );
            await PutAsync(Host, $"output/{Loop}/{Path.GetFileNameWithoutExtension(file)}", content);
        }

        await Host.SendAsync(new ProcessAnnotations.Command());
        var outcomes = (await Host.RowsAsync<ReadOutput>()).ToDictionary(
            row => row.Key.Split('/')[^1].Replace("-object", "", StringComparison.Ordinal),
            row => (row.Outcome, row.Reason)
        );
        Assert.Equal(files.Length, outcomes.Count);
        string[] skipped = ["skip", "skip-with-result", "empty", "no-result"],
            labelled = ["annotate", "update", "delete", "second-user", "slash-class", "other-control", "ground-truth", "future-task"];
        Assert.All(skipped, name => Assert.Equal((OutputOutcome.Skipped, null), outcomes[name]));
        Assert.All(labelled, name => Assert.Equal((OutputOutcome.Labelled, null), outcomes[name]));
        Assert.Equal(
            ["The annotation has 2 classes: Soup, Rice.", "There is no class 'Pizza'. The classes are: Bread, Noodles/Pasta, Rice, Soup."],
            new[] { "two-choices", "wrong-choice" }.Select(name => outcomes[name].Reason)
        );
        Assert.All(outcomes.Values, found => Assert.Equal(found.Outcome == OutputOutcome.Invalid, found.Reason is not null));
        // Label Studio's own objects stay.
        Assert.Equal(outcomes.Count, (await ListAsync(Host, "labelstudio", "output/")).Count);
        Assert.Equal(labelled.Length, (await ListAsync(Host, Loop, "")).Count);
    }

    [Fact]
    public async Task What_names_a_photo_that_comes_later_is_read_when_it_is_there_and_what_is_put_back_is_read_again()
    {
        await Host.MigrateAsync();
        var photo = Photo(Some.Model(), 1);
        const string Lab = "output/userfeedback2/feedback_2f1c5a7e-58a4-4d53-9f0e-2f8b6f0a1c11.json";
        await PutAsync(Host, $"output/{Loop}/7", Annotation(photo.Id, 0, version: 1, number: 7));
        await PutAsync(
            Host,
            Lab,
            $$$"""{"task": {"data": {"image": "http://lab:9000/production/class_02/{{{photo.Id}}}.jpg"}}, "result": [{"type": "choices", "value": {"choices": ["Bread"]}}]}"""
        );
        Assert.Equal(2, (await Host.SendAsync(new ProcessAnnotations.Command())).Outputs[OutputOutcome.Invalid]);
        Assert.Equal(0, (await Host.SendAsync(new ProcessAnnotations.Command())).Outputs.Values.Sum());
        Assert.Equal(
            new[] { $"output/{Loop}/7", Lab }.Order(StringComparer.Ordinal),
            (await ListAsync(Host, "labelstudio", "output/")).Order(StringComparer.Ordinal)
        );

        await Host.SaveAsync(photo);
        await Host
            .Services.GetRequiredService<IObjectStore>()
            .PutAsync(new ObjectAddress("production", photo.ObjectKey), new byte[] { 1, 2, 3, 4 }, "image/jpeg", Cancel);
        Assert.Equal(2, (await Host.SendAsync(new ProcessAnnotations.Command())).Outputs[OutputOutcome.Labelled]);
        Assert.Equal([$"class_00/{photo.Id}.jpg"], await ListAsync(Host, Loop, ""));
        Assert.Empty(await ListAsync(Host, "labelstudio", "quarantine/"));

        // A file without an annotation's number goes to quarantine; put back unchanged or put right, it is read again.
        const string Broken =
            """{"result": [{"type": "choices", "value": {"choices": ["Pizza"]}}], "task": {"data": {"image": "http://lab:9000/production/class_02/PHOTO.jpg"}}}""";
        var content = Broken.Replace("PHOTO", photo.Id.ToString(), StringComparison.Ordinal);
        for (var time = 0; time < 2; time++)
        {
            await PutAsync(Host, $"output/{Loop}/by-hand.json", content);
            Assert.Equal(1, (await Host.SendAsync(new ProcessAnnotations.Command())).Outputs[OutputOutcome.Invalid]);
            Assert.Contains($"quarantine/{Loop}/by-hand.json", await ListAsync(Host, "labelstudio", "quarantine/"));
            Assert.DoesNotContain($"output/{Loop}/by-hand.json", await ListAsync(Host, "labelstudio", "output/"));
        }
    }

    [Fact]
    public async Task The_lab_s_own_file_is_a_label_and_is_moved_away()
    {
        var expected = await PrepareAsync(Host, OneIn - 1);
        await Host.SendAsync(new ProcessAnnotations.Command());
        var id = expected.Keys.First();
        const string Name = "userfeedback2/feedback_2f1c5a7e-58a4-4d53-9f0e-2f8b6f0a1c11.json";
        await PutAsync(
            Host,
            $"output/{Name}",
            $$$"""{"task": {"data": {"image": "http://lab:9000/production/class_02/{{{id}}}.jpg"}}, "result": [{"type": "choices", "value": {"choices": ["Bread"]}}]}"""
        );
        Assert.Equal(1, (await Host.SendAsync(new ProcessAnnotations.Command())).Outputs[OutputOutcome.Labelled]);
        Assert.Equal([$"processed/{Name}"], (await ListAsync(Host, "labelstudio", "processed/")).Order());
        Assert.Equal([$"class_00/{id}.jpg"], await ListAsync(Host, "userfeedback2", ""));
    }

    /// <summary>Photos that are stored, and outputs about them; some are malformed.</summary>
    /// <returns>The class that each photo is given.</returns>
    private static async Task<Dictionary<Guid, int>> PrepareAsync(PersistenceHost host, int count)
    {
        await host.MigrateAsync();
        var store = host.Services.GetRequiredService<IObjectStore>();
        var model = Some.Model();
        var photos = Enumerable.Range(0, count).Select(i => Photo(model, i)).ToArray();
        await host.SaveAsync(photos);
        var expected = new Dictionary<Guid, int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), Cancel, async (i, token) =>
        {
            await store.PutAsync(new ObjectAddress("production", photos[i].ObjectKey), BitConverter.GetBytes(i), "image/jpeg", token);
            var content =
                i % OneIn == OneIn - 1
                    ? Malformed(Ways[i / OneIn % Ways.Length], i)
                    : Encoding.UTF8.GetBytes(Annotation(photos[i].Id, i % 3, version: 1, number: i));
            await store.PutAsync(new ObjectAddress("labelstudio", $"output/{Loop}/{i}"), content, "binary/octet-stream", token);
        });
        for (var i = 0; i < count; i++)
        {
            if (i % OneIn != OneIn - 1)
                expected[photos[i].Id] = i % 3;
        }

        return expected;
    }

    private static Prediction Photo(ModelVersion model, int number) => Photo(model, number, 0.1f, 0.2f, 0.7f);

    private static Prediction Photo(ModelVersion model, int number, params float[] probabilities)
    {
        var photo = Some.Jpeg($"{number:x64}", 4);
        var prediction = Prediction.Record(
            photo,
            new ClassProbabilities([.. probabilities]),
            model,
            Some.Visitor,
            TimeSpan.Zero,
            TimeSpan.Zero,
            Some.Time.AddSeconds(number)
        );
        prediction.MarkImageStored();
        return prediction;
    }

    private static string Annotation(Guid photo, int label, int version, int number) =>
        JsonSerializer.Serialize(
            new
            {
                id = number,
                result = new[]
                {
                    new
                    {
                        from_name = "label",
                        type = "choices",
                        value = new { choices = new[] { Some.Labels[label] } },
                    },
                },
                completed_by = new { id = 1 },
                task = new { id = 1, data = new { image = $"s3://production/class_02/{photo}.jpg" } },
                was_cancelled = false,
                updated_at = $"2026-11-23T17:0{version}:24.926737Z",
                lead_time = 3.2,
            }
        );

    private static byte[] Malformed(string way, int number) =>
        way switch
        {
            "empty" => [],
            "cut off" => "{\"id\": 1, \"result\": ["u8.ToArray(),
            "list" => "[]"u8.ToArray(),
            "number" => "17"u8.ToArray(),
            "no result" => "{\"id\": 1, \"task\": {\"data\": {}}}"u8.ToArray(),
            "no task" => "{\"id\": 1, \"result\": []}"u8.ToArray(),
            "mark before" => [0xEF, 0xBB, 0xBF, .. "{}"u8],
            "unknown class" => Encoding.UTF8.GetBytes(
                Annotation(new Guid(number, 0, 0, new byte[8]), 0, 1, number).Replace("Bread", "Pizza", StringComparison.Ordinal)
            ),
            "two classes" => Encoding.UTF8.GetBytes(
                Annotation(Guid.Empty, 0, 1, number).Replace("\"Bread\"", "\"Bread\",\"Soup\"", StringComparison.Ordinal)
            ),
            "no photo" => Encoding.UTF8.GetBytes(Annotation(Guid.Empty, 0, 1, number)),
            _ => throw new ArgumentOutOfRangeException(nameof(way), way, "There is no such way."),
        };

    private static async Task AssertAccountedAsync(PersistenceHost host, Dictionary<Guid, int> expected, int count)
    {
        await AssertBucketAsync(host, expected);
        var reads = await host.RowsAsync<ReadOutput>();
        Assert.Equal(
            Enumerable.Range(0, count).Select(i => $"output/{Loop}/{i}").Order(StringComparer.Ordinal),
            reads.Select(row => row.Key).Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain(reads, row => row.Outcome == OutputOutcome.Invalid && row.Reason is null);
        var moved = Enumerable
            .Range(0, count)
            .Where(i => i % OneIn == OneIn - 1 && !UnusableAnnotations.Contains(Ways[i / OneIn % Ways.Length]))
            .ToList();
        var quarantined = await ListAsync(host, "labelstudio", "quarantine/");
        // Of what is Label Studio's, a copy: the object itself stays.
        var unusable = Enumerable.Range(0, count).Where(i => i % OneIn == OneIn - 1);
        Assert.Equal(
            unusable.SelectMany(i => new[] { $"quarantine/{Loop}/{i}", $"quarantine/{Loop}/{i}.reason.txt" }).Order(StringComparer.Ordinal),
            quarantined.Order(StringComparer.Ordinal)
        );
        Assert.Equal(count - moved.Count, (await ListAsync(host, "labelstudio", "output/")).Count);
        var labels = await host.RowsAsync<HumanLabel>();
        Assert.Equal(expected.Count, labels.Count);
        Assert.All(labels, label => Assert.Null(label.EndedAt));
    }

    private static async Task AssertBucketAsync(PersistenceHost host, Dictionary<Guid, int> expected) =>
        Assert.Equal(
            expected.Select(pair => $"class_{pair.Value:00}/{pair.Key}.jpg").Order(StringComparer.Ordinal),
            (await ListAsync(host, Loop, "")).Order(StringComparer.Ordinal)
        );

    private static int NumberOf(string key) => int.Parse(key.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);

    private async Task<string> KeyOfAsync(Guid prediction)
    {
        var task = (await Host.RowsAsync<AnnotationTask>()).Single(found => found.PredictionId == prediction);
        var label = (await Host.RowsAsync<HumanLabel>()).Single(found => found.TaskId == task.Id);
        return $"output/{Loop}/{label.ExternalId!.Split('/')[^1]}";
    }

    private static async Task<List<string>> ListAsync(PersistenceHost host, string bucket, string prefix)
    {
        var keys = new List<string>();
        await foreach (var found in host.Services.GetRequiredService<IObjectStore>().ListAsync(bucket, prefix, Cancel))
            keys.Add(found.Key);
        return keys;
    }

    private static Task PutAsync(PersistenceHost host, string key, string content) =>
        host
            .Services.GetRequiredService<IObjectStore>()
            .PutAsync(new ObjectAddress("labelstudio", key), Encoding.UTF8.GetBytes(content), "application/json", Cancel);

    /// <summary>Remembers what was asked of it.</summary>
    private sealed class CountingStore(IObjectStore store) : ForwardingStore(store)
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Calls { get; } = new();

        public override Task PutAsync(
            ObjectAddress address,
            ReadOnlyMemory<byte> content,
            string mediaType,
            CancellationToken cancellationToken
        )
        {
            Count(address);
            return base.PutAsync(address, content, mediaType, cancellationToken);
        }

        public override Task PutAsync(ObjectAddress address, Stream content, string mediaType, CancellationToken cancellationToken)
        {
            Count(address);
            return base.PutAsync(address, content, mediaType, cancellationToken);
        }

        public override Task<bool> TryPutAsync(
            ObjectAddress address,
            ReadOnlyMemory<byte> content,
            string mediaType,
            CancellationToken cancellationToken
        )
        {
            Count(address);
            return base.TryPutAsync(address, content, mediaType, cancellationToken);
        }

        public override Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken)
        {
            Count(address);
            return base.OpenReadAsync(address, cancellationToken);
        }

        public override Task<ObjectDetails?> FindAsync(ObjectAddress address, CancellationToken cancellationToken)
        {
            Count(address);
            return base.FindAsync(address, cancellationToken);
        }

        public override IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, CancellationToken cancellationToken)
        {
            Calls.Enqueue($"{nameof(ListAsync)} {bucket}/{prefix}");
            return base.ListAsync(bucket, prefix, cancellationToken);
        }

        public override Task CopyAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken)
        {
            Count(target);
            return base.CopyAsync(source, target, cancellationToken);
        }

        public override Task MoveAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken)
        {
            Count(target);
            return base.MoveAsync(source, target, cancellationToken);
        }

        public override Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken)
        {
            Count(address);
            return base.DeleteAsync(address, cancellationToken);
        }

        public override Task<IReadOnlyDictionary<string, string>> ReadTagsAsync(ObjectAddress address, CancellationToken cancellationToken)
        {
            Count(address);
            return base.ReadTagsAsync(address, cancellationToken);
        }

        public override Task WriteTagsAsync(
            ObjectAddress address,
            IReadOnlyDictionary<string, string> tags,
            CancellationToken cancellationToken
        )
        {
            Count(address);
            return base.WriteTagsAsync(address, tags, cancellationToken);
        }

        private void Count(ObjectAddress address, [System.Runtime.CompilerServices.CallerMemberName] string? call = null) =>
            Calls.Enqueue($"{call} {address.Bucket}/{address.Key}");
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

        public override async Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken)
        {
            Count();
            return await base.OpenReadAsync(address, cancellationToken);
        }

        public override async Task CopyAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken)
        {
            Count();
            await base.CopyAsync(source, target, cancellationToken);
            Count();
        }

        public override async Task MoveAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken)
        {
            Count();
            await base.MoveAsync(source, target, cancellationToken);
            Count();
        }

        public override async Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken)
        {
            Count();
            await base.DeleteAsync(address, cancellationToken);
            Count();
        }

        private void Count()
        {
            if (left != int.MaxValue && Interlocked.Decrement(ref left) < 0)
                throw new StoreUnavailableException("The store is away, says the test.");
        }
    }
}
