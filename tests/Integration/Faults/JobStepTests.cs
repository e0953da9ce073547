using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Monitoring;
using GourmetGram.Tests.Integration.Persistence;
using GourmetGram.Tests.Integration.Retraining;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Faults;

public sealed class JobStepsOnSqlite() : JobStepTests(DatabaseProvider.Sqlite);

public sealed class JobStepsOnPostgreSql() : JobStepTests(DatabaseProvider.PostgreSql);

/// <summary>
/// A process is killed at every place of every job at which the world can notice, and the job is run again by another process. In the end
/// database, object store and annotation platform hold what an undisturbed run leaves: everything that was acknowledged has its
/// consequence, once.
/// </summary>
public abstract partial class JobStepTests(DatabaseProvider provider) : IAsyncLifetime
{
    private const string Rule = "lowconfidence";
    private const string Outside = "userfeedback";

    private static readonly Caller Ada = new(new Actor(ActorKind.Account, "ada"), IsReviewer: true, IsAdministrator: true);

    /// <summary>Rows of the machinery: whose turn it is, when jobs ran, who signs in.</summary>
    private static readonly string[] NotCompared =
    [
        "Turns",
        "JobRuns",
        "JobSchedules",
        "MediaKeys",
        "SamplingKeys",
        "DataProtectionKeys",
        "__EFMigrationsHistory",
    ];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gourmetgram-job-steps-");
    private Copy prepared = new("", "");
    private Platform platform = new();
    private int copies;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        prepared = new Copy(
            Path.Combine(folder.FullName, "prepared"),
            provider == DatabaseProvider.PostgreSql ? await MigratedDatabase.TakeAsync() : ""
        );
        await using (var host = CreateHost(prepared, platform, process: null, TimeSpan.Zero))
        {
            await PrepareAsync(host);
            if (provider == DatabaseProvider.Sqlite)
                await host.ExecuteAsync($"VACUUM INTO '{Path.Combine(folder.FullName, "prepared.db")}'");
        }

        if (provider == DatabaseProvider.PostgreSql)
            await DatabaseSnapshot.TakeAsync(prepared.Database);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        folder.Delete(recursive: true);
        if (prepared.Database.Length > 0)
            await PostgresServer.DropDatabaseAsync(prepared.Database);
    }

    [Fact]
    public async Task A_job_that_is_killed_anywhere_and_run_again_leaves_what_an_undisturbed_run_leaves()
    {
        var (before, names) = await UndisturbedAsync(job: null);
        Assert.Contains("select-candidates", names, StringComparer.Ordinal);
        foreach (var name in names)
        {
            var (after, _) = await UndisturbedAsync(name);
            Assert.True(before != after, $"{name} has nothing to do: give it something in {nameof(PrepareAsync)}.");
            var place = 0;
            while (await KilledAsync(name, ++place) is { } result)
                Assert.True(after == result, $"{name}, killed at place {place}:\n{Difference(after, result)}");
            Assert.True(place > 2, $"{name} was killed nowhere.");
        }
    }

    [Fact]
    public async Task All_jobs_together_give_everything_that_was_acknowledged_its_consequence_once()
    {
        var copy = await CopyAsync();
        await using var host = CreateHost(copy, new Platform(platform), process: null, TimeSpan.Zero);
        for (var round = 0; round < 3; round++)
        {
            foreach (var name in await NamesAsync(host))
                await RunAsync(host, name);
        }

        var photos = (await host.RowsAsync<Prediction>()).ToDictionary(photo => photo.Id);
        Assert.All(photos.Values, photo =>
            Assert.Equal((ImageState.Stored, SelectionState.Considered), (photo.ImageState, photo.SelectionState))
        );
        var selections = await host.RowsAsync<Selection>();
        var facts = await host.RowsAsync<UserFeedback>();
        Assert.All(facts, fact => Assert.Equal(FeedbackSelection.Considered, fact.SelectionState));
        Assert.Equal(OfKind(FeedbackKind.Flag), OfLoop("userfeedback"));
        Assert.Equal(OfKind(FeedbackKind.Correction), OfLoop("userfeedback2"));
        Assert.Equal(photos.Keys.Order(), OfLoop(Rule));
        var tasks = await host.RowsAsync<AnnotationTask>();
        Assert.Equal(
            selections.Select(line => (line.Loop, line.PhotoSha256)).Distinct().Order(),
            tasks.Select(task => (task.Loop, task.PhotoSha256)).Order()
        );
        var collected = await host.RowsAsync<CollectedImage>();
        Assert.Equal(
            tasks.Where(task => task.State == TaskState.Labelled).Select(task => (task.Loop, task.PredictionId, task.ClassIndex)).Order(),
            collected
                .Where(image => image.State == CollectedState.Copied)
                .Select(image => (image.Loop, image.PredictionId, (int?)image.ClassIndex))
                .Order()
        );
        Assert.All(collected.Where(image => image.State == CollectedState.Copied), image =>
            Assert.True(File.Exists(Path.Combine(host.Folder, "objects", image.Bucket, image.ObjectKey)))
        );

        IEnumerable<Guid> OfKind(FeedbackKind kind) => facts.Where(fact => fact.Kind == kind).Select(fact => fact.PredictionId).Order();

        IEnumerable<Guid> OfLoop(string loop) => selections.Where(line => line.Loop == loop).Select(line => line.PredictionId).Order();
    }

    /// <summary>Something to do for every job, as it would be after a day: what was acknowledged, and what other programs wrote.</summary>
    private async Task PrepareAsync(PersistenceHost host)
    {
        await host.MigrateAsync();
        var store = host.Services.GetRequiredService<IObjectStore>();
        var model = Some.Model();
        var photos = Enumerable.Range(1, 13).Select(number => Photo(model, number, isStored: number is not 11 and not 12)).ToArray();
        await host.SaveAsync([.. photos[..7], .. photos[10..11]]);
        foreach (var photo in photos.Where(photo => photo.ImageState == ImageState.Stored))
            await store.PutAsync(new ObjectAddress("production", photo.ObjectKey), Content(photo), "image/jpeg", Cancel);
        await host.InStepAsync(step => step.GetRequiredService<IPhotoSpool>().AddAsync(photos[10], Content(photos[10]), Cancel));

        // Selected, labelled and in a dataset; then labelled otherwise, so that it has to move.
        await host.SendAsync(new SelectCandidates.Command());
        await host.SendAsync(new MakeTasks.Command());
        await LabelAsync(host, photos[0], 0);
        await LabelAsync(host, photos[1], 1);
        await host.SendAsync(new ProcessAnnotations.Command());
        await LabelAsync(host, photos[1], 2);
        await LabelAsync(host, photos[2], 0);

        // Handed out by Label Studio: one is decided there, one is open, one is to be published.
        foreach (var photo in photos[3..5])
            await host.SendAsync(new FlagPrediction.Command(photo.Id, Ada, FeedbackSource.Page));
        await host.SendAsync(new SelectCandidates.Command());
        await host.SendAsync(new MakeTasks.Command());
        await host.SendAsync(Some.ChangeOf(Outside) with { Surface = Surface.LabelStudio });
        await host.SendAsync(new PublishTasks.Command());
        await host.SendAsync(new SyncStorages.Command());
        platform.Annotate(1, Some.Labels[1]);
        await store.PutAsync(new ObjectAddress("labelstudio", $"output/{Outside}/1"), platform.OutputOf(1), "application/json", Cancel);
        await host.SendAsync(new ProcessAnnotations.Command());
        platform.Annotate(2, Some.Labels[0]);

        // New since.
        await AddAsync(host, model, photos[7..10]);
        foreach (var photo in photos[5..9])
            await host.SendAsync(new FlagPrediction.Command(photo.Id, Ada, FeedbackSource.Page));
        await host.SendAsync(new CorrectLabel.Command(photos[3].Id, Some.Labels[0], Ada, FeedbackSource.Page));
        await host.SendAsync(new CorrectLabel.Command(photos[9].Id, Some.Labels[0], Ada, FeedbackSource.Page));
        await host.SendAsync(new SelectCandidates.Command());
        await host.SendAsync(new MakeTasks.Command());
        await host.SendAsync(new CorrectLabel.Command(photos[8].Id, Some.Labels[1], Ada, FeedbackSource.Page));
        await host.SendAsync(new FlagPrediction.Command(photos[9].Id, Ada, FeedbackSource.Page));

        await AddAsync(host, model, photos[12..]);

        // A hundred days older than the others, so that it is to be deleted.
        var old = Photo(model, -100 * 24 * 60 * 60, isStored: true);
        await AddAsync(host, model, [old]);
        await store.PutAsync(new ObjectAddress("production", old.ObjectKey), Content(old), "image/jpeg", Cancel);

        // Written by other programs: a label, and something that is none.
        await store.PutAsync(
            new ObjectAddress("labelstudio", $"output/{Rule}/77"),
            Annotation(photos[6].Id, 77),
            "application/json",
            Cancel
        );
        await store.PutAsync(new ObjectAddress("labelstudio", $"output/{Rule}/78"), "[]"u8.ToArray(), "application/json", Cancel);

        // Deleted, but its files could not be removed yet; and a key that has expired.
        await host.SaveAsync(Tombstone.For(photos[11], Some.Time));
        await store.PutAsync(new ObjectAddress("production", photos[11].ObjectKey), Content(photos[11]), "image/jpeg", Cancel);
        await host.SaveAsync(IdempotencyRecord.For("ada", "key", photos[0]));

        // A message through a channel that is not configured any more.
        var alert = Alert.Create("backlog", AlertState.Ok, Some.Time);
        alert.Look(isFailing: true, "", Some.Time);
        var change = AlertChange.Of(alert, AlertState.Ok);
        await host.SaveAsync(change);
        await host.SaveAsync(MessageDelivery.Of(change, MessageChannel.Webhook, "{}"));

        // A dataset version was requested, and two labelled photos may train.
        await host.InStepAsync(async step =>
        {
            var context = step.GetRequiredService<GourmetGramDbContext>();
            var window = SamplingWindow.ForImport(Guid.CreateVersion7(Some.Time), MonitoringData.Order, Some.Time);
            context.Add(window);
            foreach (var id in new[] { photos[0].Id, photos[2].Id })
            {
                var photo = (await context.FindAsync<Prediction>([id], Cancel))!;
                context.Entry(photo).Property(p => p.WindowId).CurrentValue = window.Id;
            }
        });
        var dataset = await host.SendAsync(new RequestDataset.Command { By = "Ada", ClosesWindow = false });

        // Photos of the last weeks, and results of a time when there were enough photos and labels to compare.
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        await host.InStepAsync(step =>
        {
            var context = step.GetRequiredService<GourmetGramDbContext>();
            var window = SamplingWindow.Begin(MonitoringData.Order, model.Id, Some.Time);
            window.Close(population: 14, Some.Time, Some.Time);
            context.Add(window);
            context.AddRange(Enumerable.Range(1, 14).Select(days => WindowCount.Record(window.Id, today.AddDays(-days), 0, 10, 1)));
            foreach (var name in new[] { "drift", "label-errors/30" })
                context.Add(MonitoringResult.Record(name, today.AddDays(-30), today, format: 1, "{}", Some.Time));
            return Task.CompletedTask;
        });

        // A model waits to be judged, another comparison for answers, a training is queued on a version that was deleted, the
        // pipeline builds the version that was requested, and an embedding is old.
        await host.InStepAsync(step =>
        {
            var context = step.GetRequiredService<GourmetGramDbContext>();
            context.Attach(model);
            var champion = RegisteredModel.OfFolder("1", model, "Ada", Some.Time);
            var next = ModelVersion.Register("three", "1.1", "float", new string('e', 64), 1, Some.Labels, Some.Time);
            var lineage = new Lineage(champion.Id, new string('d', 64), "{}", NewestPhotoAt: null, "Ada");
            var challenger = RegisteredModel.Trained(next, Some.LoadedModel.Backbone, ThreeClassSwitch.Challenger, lineage, Some.Time);
            var pool = new TrialPool(Photos: 0, Disagreements: 0, [], NewerThan: null);
            var trial = ModelTrial.Begin(Guid.CreateVersion7(Some.Time), challenger, champion, new TrialRule(), pool, "Ada", Some.Time);
            var run = PipelineRun.Start(PipelineTrigger.Person, "Ada", Some.Time);
            run.BeginBuild(dataset.BuildId);
            var later = Some.Time.AddSeconds(1);
            context.Add(
                ModelTrial.Prepare(Guid.CreateVersion7(later), challenger, champion, new TrialRule(), newerThan: null, "Ada", later)
            );
            context.AddRange(champion, challenger, ServingPeriod.First(champion, "Ada", Some.Time), trial, run);
            context.Add(TrainingRun.Queue(new string('d', 64), l2: null, "Ada", Some.Time));
            context.Add(PhotoEmbedding.Of(photos[12], Some.LoadedModel.Backbone, [1, 0]));
            return Task.CompletedTask;
        });
    }

    private static Task AddAsync(PersistenceHost host, ModelVersion model, IEnumerable<Prediction> photos) =>
        host.InStepAsync(step =>
        {
            var context = step.GetRequiredService<GourmetGramDbContext>();
            context.Attach(model);
            context.AddRange(photos.Cast<object>());
            return Task.CompletedTask;
        });

    /// <returns>What a run leaves, or what there was before where no job is named; and the names of all jobs.</returns>
    private async Task<(string Dump, IReadOnlyList<string> Names)> UndisturbedAsync(string? job)
    {
        var world = new Platform(platform);
        var copy = await CopyAsync();
        await using var host = CreateHost(copy, world, process: null, TimeSpan.Zero);
        if (job is not null)
        {
            await RunAsync(host, job);
            // The second run finds what the first one left to the next, as the run after a kill does.
            await RunAsync(host, job);
        }

        return (await DumpAsync(host, world), await NamesAsync(host));
    }

    /// <returns>What the killed run and the one after it leave; null when the first one came to its end.</returns>
    private async Task<string?> KilledAsync(string job, int place)
    {
        var process = new MortalProcess();
        var world = new Platform(platform);
        var copy = await CopyAsync();
        await using (var dying = CreateHost(copy, world, process, TimeSpan.Zero))
        {
            process.KillAt(place);
            try
            {
                await RunAsync(dying, job);
                return null;
            }
            catch (ProcessKilledException)
            {
                Assert.True(process.IsDead);
            }
        }

        // What the dead process had leased has expired.
        await using var next = CreateHost(copy, world, process: null, TimeSpan.FromMinutes(2));
        await RunAsync(next, job);
        await RunAsync(next, job);
        return await DumpAsync(next, world);
    }

    private static Task RunAsync(PersistenceHost host, string name) =>
        host.InScopeAsync(scope =>
            (Task)
                JobTable
                    .All.Single(job => job.Name == name)
                    .RunAsync(scope.GetRequiredService<IMediator>(), new Progress<JobProgress>(), Cancel)
        );

    private static async Task<IReadOnlyList<string>> NamesAsync(PersistenceHost host) =>
        [.. (await host.Services.GetRequiredService<IJobs>().ListAsync(Cancel)).Select(job => job.Name)];

    private static async Task LabelAsync(PersistenceHost host, Prediction photo, int index)
    {
        var task = (await host.RowsAsync<AnnotationTask>()).Single(found => found.PredictionId == photo.Id && found.Loop == Rule);
        await host.SendAsync(new LabelTask.Command(task.Id, Some.Labels[index], Ada));
    }

    private static Prediction Photo(ModelVersion model, int number, bool isStored)
    {
        var content = Encoding.ASCII.GetBytes($"photo {number}");
        var photo = new StoredPhoto
        {
            UploadSha256 = $"{number:x64}",
            StoredSha256 = Convert.ToHexStringLower(SHA256.HashData(content)),
            StoredBytes = content.Length,
            MediaType = "image/jpeg",
            Extension = ".jpg",
            Width = 40,
            Height = 30,
            FileName = null,
        };
        var prediction = Prediction.Record(
            photo,
            new ClassProbabilities([0.2f, 0.3f, 0.5f]),
            model,
            Some.Visitor,
            TimeSpan.Zero,
            TimeSpan.Zero,
            Some.Time.AddSeconds(number)
        );
        if (isStored)
            prediction.MarkImageStored();
        return prediction;
    }

    private static byte[] Content(Prediction photo) =>
        Encoding.ASCII.GetBytes($"photo {int.Parse(photo.Photo.UploadSha256, NumberStyles.HexNumber, CultureInfo.InvariantCulture)}");

    private static byte[] Annotation(Guid photo, int number) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                id = number,
                result = new[]
                {
                    new
                    {
                        from_name = "label",
                        type = "choices",
                        value = new { choices = new[] { Some.Labels[2] } },
                    },
                },
                completed_by = new { id = 1 },
                task = new { id = 1, data = new { prediction_id = photo } },
                was_cancelled = false,
                updated_at = "2026-11-23T17:01:24.926737Z",
            }
        );

    private PersistenceHost CreateHost(Copy copy, Platform world, MortalProcess? process, TimeSpan later) =>
        new(provider, copy.Folder, copy.Database, Durability.Process, services =>
        {
            services.AddSingleton<TimeProvider>(new LaterTime(later));
            services.AddScheduling();
            services.Configure<RetrainingOptions>(options => (options.EmbeddingDays, options.MeasuringEmbeddingDays) = (1, 1));
            services.Configure<RetentionOptions>(options =>
                options.PhotoDays = (int)(TimeProvider.System.GetUtcNow() - Some.Time).TotalDays + 50
            );
            services.AddSingleton<IClassifier, ThreeClasses>();
            services.Decorate<IObjectStore>(store => new WithoutFolders(store));
            if (process is not null)
                services.AddMortality(process);
            services.AddScoped<IAnnotationPlatform>(provider => new PlatformOf(
                world,
                provider.GetRequiredService<IObjectStore>(),
                process
            ));
        });

    /// <summary>Copies what was prepared. On PostgreSQL, the rows are put back, so that only the latest copy can be used.</summary>
    private async Task<Copy> CopyAsync()
    {
        var (from, to) = (prepared.Folder, Path.Combine(folder.FullName, $"copy{++copies}"));
        foreach (var part in new[] { "objects", "spool" }.Select(part => Path.Combine(from, part)).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(part, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
                File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(file));
            }
        }

        if (provider == DatabaseProvider.PostgreSql)
            Assert.True(await DatabaseSnapshot.TryRestoreAsync(prepared.Database));
        else
            File.Copy(Path.Combine(folder.FullName, "prepared.db"), Path.Combine(to, "gourmetgram.db"));
        return prepared with { Folder = to };
    }

    /// <summary>
    /// All that the world holds, without what differs between two runs that do the same: new ids, times, versions of files.
    /// </summary>
    private async Task<string> DumpAsync(PersistenceHost host, Platform world)
    {
        var lines = new List<string>();
        await host.InScopeAsync(async scope =>
        {
            var context = scope.GetRequiredService<GourmetGramDbContext>();
            await context.Database.OpenConnectionAsync(Cancel);
            foreach (
                var table in context
                    .Model.GetEntityTypes()
                    .Select(type => type.GetTableName()!)
                    .Distinct()
                    .Where(table => !NotCompared.Contains(table) && !table.StartsWith("AspNet", StringComparison.Ordinal))
            )
            {
                await using var command = context.Database.GetDbConnection().CreateCommand();
                command.CommandText = $"SELECT * FROM \"{table}\"";
                await using var rows = await command.ExecuteReaderAsync(Cancel);
                while (await rows.ReadAsync(Cancel))
                {
                    var cells = Enumerable
                        .Range(0, rows.FieldCount)
                        .Where(i => IsCompared(rows.GetName(i)))
                        // Logs tell of the interruption.
                        .Where(i => (table, rows.GetName(i)) is not (("Alerts", "Since") or ("TrainingRuns", "Log")))
                        .Select(i => $"{rows.GetName(i)}={Text(rows.GetValue(i))}");
                    lines.Add($"{table}: {string.Join(", ", cells)}");
                }
            }
        });
        var objects = Path.Combine(host.Folder, "objects");
        lines.AddRange(
            Directory
                .EnumerateFiles(objects, "*", SearchOption.AllDirectories)
                .Where(file => !file.EndsWith("written-by-gourmetgram.json", StringComparison.Ordinal))
                .Select(file => $"object {Path.GetRelativePath(objects, file)}: {new FileInfo(file).Length} bytes")
        );
        lines.AddRange(world.Tasks.Select(task => $"platform {task.Key}: {task.Label}"));
        var known = KnownIds();
        // A window that an interruption left is closed with the next one, which then is empty.
        var compared = lines
            .Where(line =>
                !(line.StartsWith("Sampling", StringComparison.Ordinal) || line.StartsWith("WindowDraw", StringComparison.Ordinal))
                || !line.Contains("Population=0,", StringComparison.Ordinal)
            )
            .Select(line => Ids().Replace(line, id => known.Contains(id.Value) ? id.Value.ToLowerInvariant() : "new"));
        return string.Join('\n', compared.Order(StringComparer.Ordinal));

        static bool IsCompared(string column) =>
            column is not ("Revision" or "Version" or "IsForMeasuring" or "WebhookSecret" or "AsOf" or "FailingSince")
            && !column.EndsWith("At", StringComparison.Ordinal)
            && !column.EndsWith("Until", StringComparison.Ordinal)
            && !column.EndsWith("Time", StringComparison.Ordinal)
            && column != "SeenTo";

        static string Text(object value) =>
            value is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }

    /// <summary>Ids of photos, which tests made; those of what jobs make differ between runs.</summary>
    private HashSet<string> KnownIds() =>
        Directory
            .EnumerateFiles(Path.Combine(prepared.Folder, "objects", "production"), "*.jpg", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static string Difference(string expected, string actual)
    {
        return string.Join(
            '\n',
            [.. Beyond(expected, actual).Select(line => $"- {line}"), .. Beyond(actual, expected).Select(line => $"+ {line}")]
        );

        // Rows may be equal but for their ids: then their number tells.
        static IEnumerable<string> Beyond(string more, string less)
        {
            var counts = less.Split('\n').CountBy(line => line).ToDictionary(StringComparer.Ordinal);
            return more.Split('\n')
                .CountBy(line => line)
                .Where(pair => pair.Value > counts.GetValueOrDefault(pair.Key))
                .Select(pair => $"{pair.Value} × {pair.Key}")
                .Take(20);
        }
    }

    [GeneratedRegex(
        "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Ids();

    /// <summary>What processes share: a folder for data, and on PostgreSQL a database.</summary>
    private sealed record Copy(string Folder, string Database);

    /// <summary>The clock of a process that is started later.</summary>
    private sealed class LaterTime(TimeSpan later) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + later;
    }

    /// <summary>What an annotation platform holds; it goes on while our processes are killed.</summary>
    private sealed class Platform
    {
        public Platform() { }

        /// <summary>The same, to be changed apart.</summary>
        public Platform(Platform other)
        {
            Tasks.AddRange(other.Tasks);
        }

        public List<(int Number, string Loop, string Key, JsonElement Data, string? Label)> Tasks { get; } = [];

        /// <summary>A person labels a task.</summary>
        public void Annotate(int number, string label)
        {
            var index = Tasks.FindIndex(task => task.Number == number);
            Tasks[index] = Tasks[index] with { Label = label };
        }

        /// <summary>What the platform writes when a task was labelled.</summary>
        public byte[] OutputOf(int number)
        {
            var task = Tasks.Find(task => task.Number == number);
            return JsonSerializer.SerializeToUtf8Bytes(AnnotationOf(task, new { id = task.Number, data = task.Data }));
        }

        /// <summary>The annotation of a task has the task's number.</summary>
        public static object AnnotationOf((int Number, string Loop, string Key, JsonElement Data, string? Label) task, object? parent) =>
            new
            {
                id = task.Number,
                completed_by = new { id = 7 },
                result = new[]
                {
                    new
                    {
                        from_name = "label",
                        type = "choices",
                        value = new { choices = new[] { task.Label } },
                    },
                },
                was_cancelled = false,
                created_at = "2026-11-23T17:01:24.926737Z",
                updated_at = "2026-11-23T17:01:24.926737Z",
                task = parent,
            };
    }

    /// <summary>The object that stands for a folder is for Label Studio, which reads S3 only: a folder of files cannot hold it.</summary>
    private sealed class WithoutFolders(IObjectStore store) : ForwardingStore(store)
    {
        public override Task<bool> TryPutAsync(
            ObjectAddress address,
            ReadOnlyMemory<byte> content,
            string mediaType,
            CancellationToken cancellationToken
        ) => address.Key.EndsWith('/') ? Task.FromResult(false) : base.TryPutAsync(address, content, mediaType, cancellationToken);
    }

    /// <summary>The port to it, in a process that may be killed.</summary>
    private sealed class PlatformOf(Platform world, IObjectStore store, MortalProcess? process) : IAnnotationPlatform
    {
        private static readonly DateTimeOffset Changed = new(2026, 11, 23, 17, 1, 24, TimeSpan.Zero);

        public Uri? Address => null;

        public DateTimeOffset? Now => null;

        public string? FindHindrance() => null;

        public string PlaceOf(ObjectAddress photo) => $"s3://{photo}";

        public Task<ProjectState> ProvisionAsync(
            ProjectPlan plan,
            AnnotationProject? known,
            bool isAsked,
            CancellationToken cancellationToken
        ) =>
            DoAsync(() =>
                Task.FromResult(
                    new ProjectState(
                        new ProjectParts(1, Some.Time, 1, 1, PicturesId: null, WebhookId: null),
                        IsAdopted: false,
                        ShowsAnswer: true,
                        [],
                        []
                    )
                )
            );

        public Task<int> RemoveLeftoversAsync(CancellationToken cancellationToken) => Task.FromResult(0);

        /// <summary>One label is enough here, so nobody else is asked anyway.</summary>
        public Task SettleAsync(IReadOnlyCollection<long> tasks, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<Transfer> ImportAsync(AnnotationProject project, CancellationToken cancellationToken) =>
            DoAsync(async () =>
            {
                var made = 0;
                var keys = await store
                    .ListAsync("labelstudio", $"tasks/{project.Loop}/", cancellationToken)
                    .Select(found => found.Key)
                    .Where(key => key.EndsWith(".json", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal)
                    .ToListAsync(cancellationToken);
                foreach (var key in keys.Where(key => world.Tasks.TrueForAll(task => task.Key != key)))
                {
                    await using var content = await store.OpenReadAsync(new ObjectAddress("labelstudio", key), cancellationToken);
                    using var json = await JsonDocument.ParseAsync(content, cancellationToken: cancellationToken);
                    world.Tasks.Add((world.Tasks.Count + 1, project.Loop, key, json.RootElement.GetProperty("data").Clone(), Label: null));
                    made++;
                }

                return new Transfer(TransferEnd.Completed, made, Reason: null);
            });

        public Task<Transfer> ExportAsync(AnnotationProject project, CancellationToken cancellationToken) =>
            DoAsync(async () =>
            {
                foreach (var task in world.Tasks.Where(task => task.Label is not null && task.Loop == project.Loop).ToList())
                    await store.PutAsync(
                        new ObjectAddress("labelstudio", $"output/{project.Loop}/{task.Number}"),
                        world.OutputOf(task.Number),
                        "application/json",
                        cancellationToken
                    );
                return new Transfer(TransferEnd.Completed, world.Tasks.Count, Reason: null);
            });

        public async IAsyncEnumerable<IReadOnlyList<PlatformTask>> TasksAsync(
            AnnotationProject project,
            DateTimeOffset? changedSince,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            process?.Live();
            await Task.Yield();
            foreach (var page in world.Tasks.Where(task => task.Loop == project.Loop).Chunk(1))
            {
                yield return
                [
                    .. page.Select(task => new PlatformTask(
                        task.Number,
                        Some.Time,
                        Changed,
                        task.Key,
                        IsUntouched: task.Label is null,
                        IsLabelled: task.Label is not null,
                        JsonSerializer.SerializeToElement(
                            new
                            {
                                id = task.Number,
                                data = task.Data,
                                annotations = task.Label is null ? Array.Empty<object>() : [Platform.AnnotationOf(task, parent: null)],
                            }
                        )
                    )),
                ];
            }
        }

        public Task RemoveAsync(AnnotationProject project, IReadOnlyCollection<long> tasks, CancellationToken cancellationToken) =>
            DoAsync(() => Task.FromResult(world.Tasks.RemoveAll(task => tasks.Contains(task.Number))));

        public Task<IReadOnlyList<Finding>> DiagnoseAsync(
            IReadOnlyList<(ProjectPlan Plan, AnnotationProject? Known)> projects,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        private Task<TResult> DoAsync<TResult>(Func<Task<TResult>> work) => process is null ? work() : process.DoAsync(work);
    }
}
