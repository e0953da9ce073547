using System.Security.Cryptography;
using GourmetGram.Application;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Imaging;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Retraining;

public sealed class TrialsOnSqlite() : TrialTests(DatabaseProvider.Sqlite);

public sealed class TrialsOnPostgreSql() : TrialTests(DatabaseProvider.PostgreSql);

/// <summary>A challenger is compared on photos of measuring windows, by labels on those on which it disagrees with the champion.</summary>
public abstract class TrialTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const string Loop = "randomsampled";
    private const int Third = 2;

    private static readonly Caller Annotator = new(new Actor(ActorKind.Account, "ada"), IsReviewer: true);

    private readonly ThreeClassSwitch models = new();
    private readonly Dictionary<string, int> truths = new(StringComparer.Ordinal);
    private PersistenceHost host = null!;
    private int photos;

    private static readonly byte[] Bytes = Photos.File("plain.jpg");

    [Fact]
    public async Task The_pool_is_measuring_windows_only_and_disagreements_are_counted_by_the_champion_s_class()
    {
        await StartAsync();
        await AddWindowsAsync(minimum: 120);

        var trial = await BeginAsync();

        var pool = await PoolAsync();
        Assert.Equal((pool.Count, pool.Count(photo => photo.Differs)), (trial.Photos, trial.Disagreements));
        Assert.True((await host.RowsAsync<Prediction>()).Count > trial.Photos);
        Assert.Equal(
            pool.Where(photo => photo.Differs).Select(photo => photo.Id).Order(),
            (await host.RowsAsync<Disagreement>()).Select(photo => photo.PredictionId).Order()
        );
        Assert.All(await host.RowsAsync<Disagreement>(), photo => Assert.Equal((1, Third), (photo.Champion, photo.Challenger)));
        Assert.Equal(GateReason.NeedLabels, trial.Reason);
        Assert.Null(trial.EndedAt);
    }

    [Fact]
    public async Task A_better_model_passes_and_the_decision_can_be_repeated()
    {
        await StartAsync();
        await AddWindowsAsync(minimum: 200, truthOf: differs => differs ? Third : 0);
        var trial = await BeginAsync();
        await LabelAllAsync();

        await DecideAsync();

        trial = await host.SendAsync(new GetTrial.Query(trial.Id));
        Assert.Equal((GateDecision.Promote, null), (trial.Decision, trial.Reason));
        Assert.NotNull(trial.EndedAt);
        var looks = (await host.SendAsync(new ListTrialLooks.Query(trial.Id))).Items;
        Assert.NotEmpty(looks);
        Assert.All(looks, look => Assert.True(look.Repeats));

        var serving = await host.SendAsync(new PromoteModel.Command("1.1", "ada"));
        Assert.Equal((ServingReason.Promotion, trial.Id), (serving.Reason, serving.TrialId));
        Assert.Equal("1.1", models.Serving.Version);
    }

    [Fact]
    public async Task A_model_that_was_rolled_back_from_has_to_pass_again()
    {
        await StartAsync();
        await AddWindowsAsync(minimum: 200, truthOf: differs => differs ? Third : 0);
        await BeginAsync();
        await LabelAllAsync();
        await DecideAsync();
        await host.SendAsync(new PromoteModel.Command("1.1", "ada"));
        await host.SendAsync(new RollbackModel.Command("ada"));

        var refused = await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new PromoteModel.Command("1.1", "ada")));
        Assert.Contains("Model 1.1 was rolled back from", refused.Message, StringComparison.Ordinal);

        // The labels are there already.
        await BeginAsync();
        await DecideAsync();
        Assert.Equal(ServingReason.Promotion, (await host.SendAsync(new PromoteModel.Command("1.1", "ada"))).Reason);
    }

    [Fact]
    public async Task Photos_that_were_gained_and_lost_are_listed_page_by_page_once_they_have_a_blind_label()
    {
        await StartAsync();
        var differing = 0;
        await AddWindowsAsync(minimum: 120, truthOf: differs => differs && differing++ % 3 > 0 ? Third : 1);
        var trial = await BeginAsync();
        Assert.Empty((await PhotosAsync(ListTrialPhotos.Kind.All)).Items);

        await LabelAllAsync(but: 1);

        var labelled = (await host.RowsAsync<AnnotationTask>())
            .Where(task => task.State == TaskState.Labelled)
            .Select(task => task.PredictionId)
            .ToHashSet();
        var hashes = (await host.RowsAsync<Prediction>()).ToDictionary(photo => photo.Id, photo => photo.Photo.UploadSha256);
        var expected = (await host.RowsAsync<Disagreement>()).Select(photo => photo.PredictionId).Where(labelled.Contains).ToList();
        Assert.True(labelled.Count < (await host.RowsAsync<AnnotationTask>()).Count);
        foreach (var (kind, right) in new[] { (ListTrialPhotos.Kind.Gained, Third), (ListTrialPhotos.Kind.Lost, 1) })
        {
            var ids = expected.Where(id => truths[hashes[id]] == right).OrderDescending().ToList();
            Assert.NotEmpty(ids);
            var listed = await PhotosAsync(kind);
            Assert.Equal(ids.Count, listed.Total);
            Assert.Equal(ids, listed.Items.Select(photo => photo.PredictionId));
            Assert.All(listed.Items, photo =>
                Assert.Equal((Some.Labels[right], Some.Labels[1], Some.Labels[Third]), (photo.Label, photo.Champion, photo.Challenger))
            );
        }

        var all = await PhotosAsync(ListTrialPhotos.Kind.All);
        Assert.Equal(expected.Count, all.Total);
        Assert.Equal(expected.Order(), all.Items.Select(photo => photo.PredictionId).Order());
        // A reader who has seen the models' answers gives no blind label for these photos later.
        Assert.Equal(
            all.Items.Select(photo => hashes[photo.PredictionId]).Order(StringComparer.Ordinal),
            (await host.RowsAsync<SeenAnswer>()).Select(row => row.PhotoSha256).Order(StringComparer.Ordinal)
        );

        async Task<(List<ListTrialPhotos.Item> Items, int Total)> PhotosAsync(ListTrialPhotos.Kind kind)
        {
            var reader = new Caller(new Actor(ActorKind.Account, "eve"), IsReviewer: true);
            var items = new List<ListTrialPhotos.Item>();
            string? cursor = null;
            while (true)
            {
                var page = await host.SendAsync(new ListTrialPhotos.Query(trial.Id, kind, reader, cursor, 7));
                items.AddRange(page.Items);
                if (page.Next is null)
                    return (items, page.Total);
                cursor = page.Next;
            }
        }
    }

    [Fact]
    public async Task A_worse_model_is_held()
    {
        await StartAsync();
        await AddWindowsAsync(minimum: 200, truthOf: differs => differs ? 1 : 0);
        var trial = await BeginAsync();
        await LabelAllAsync();

        await DecideAsync();

        trial = await host.SendAsync(new GetTrial.Query(trial.Id));
        Assert.Equal((GateDecision.Hold, GateReason.Worse), (trial.Decision, trial.Reason));
        var refused = await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new PromoteModel.Command("1.1", "ada")));
        Assert.Contains("Model 1.1 is worse than 1.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_that_do_not_count_are_replaced_until_no_photo_is_left_and_a_person_has_to_decide()
    {
        await StartAsync();
        await AddWindowsAsync(minimum: 120, truthOf: differs => differs ? Third : 0);
        await SeeAllAnswersAsync();
        await LabelAllAsync();
        var trial = await BeginAsync(mostLabels: 10);
        await DecideAsync();
        var asked = 0;
        while (await DrawnAsync() is var drawn && drawn > asked)
        {
            asked = drawn;
            Assert.Null((await host.SendAsync(new GetTrial.Query(trial.Id))).EndedAt);
            // While photos wait for an answer, nothing is drawn in their place.
            await DecideAsync();
            Assert.Equal(asked, await DrawnAsync());
            await LabelAllAsync();
            await DecideAsync();
        }

        var tasks = await host.RowsAsync<AnnotationTask>();
        Assert.All(await host.RowsAsync<Disagreement>(), photo =>
            Assert.Equal(TaskState.Labelled, tasks.Single(task => task.PredictionId == photo.PredictionId).State)
        );
        trial = await host.SendAsync(new GetTrial.Query(trial.Id));
        Assert.Equal((GateDecision.Ask, GateReason.LabelsRunOut), (trial.Decision, trial.Reason));
        Assert.NotNull(trial.EndedAt);
        await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new PromoteModel.Command("1.1", "ada")));

        async Task<int> DrawnAsync() => (await host.RowsAsync<ExtraDraw>()).Sum(draw => draw.Taken);
    }

    [Fact]
    public async Task Another_person_s_labels_on_the_replacements_decide()
    {
        await StartAsync();
        await AddWindowsAsync(minimum: 120, truthOf: differs => differs ? Third : 0);
        await SeeAllAnswersAsync();
        await LabelAllAsync();
        var trial = await BeginAsync(mostLabels: 10);
        await LabelAllAsync();
        await DecideAsync();
        Assert.Equal(GateReason.NeedLabels, (await host.SendAsync(new GetTrial.Query(trial.Id))).Reason);

        await LabelAllAsync(person: new Caller(new Actor(ActorKind.Account, "eve"), IsReviewer: true));
        await DecideAsync();

        Assert.Equal(GateDecision.Promote, (await host.SendAsync(new GetTrial.Query(trial.Id))).Decision);
    }

    [Fact]
    public async Task Photos_that_trained_the_challenger_or_are_older_are_not_in_the_pool()
    {
        await StartAsync(newestPhotoAt: Some.Time.AddSeconds(10_000));
        await AddWindowsAsync(minimum: 120);
        var trial = await BeginAsync();
        Assert.Equal((0, GateDecision.Hold, GateReason.TooFewPhotos), (trial.Photos, trial.Decision, trial.Reason));
    }

    [Fact]
    public async Task Labels_on_disagreements_enter_the_accuracy_with_their_probability()
    {
        await StartAsync();
        await AddWindowsAsync(minimum: 200, truthOf: differs => differs ? Third : 0, perWindow: 10);
        await LabelAllAsync();
        var before = await AccuracyAsync();
        await BeginAsync();
        await LabelAllAsync();

        var after = await AccuracyAsync();

        Assert.True(after.Labels > before.Labels);
        Assert.Equal(EstimateState.Estimated, after.State);
        var draws = (await host.RowsAsync<ExtraDraw>()).Where(draw => draw.TrialId is not null).ToList();
        Assert.NotEmpty(draws);
        Assert.Equal(after.Labels - before.Labels, draws.Sum(draw => draw.Taken));
        // A correct interval misses the truth in one of twenty samples, so half of the photos are drawn and there is some room. Without the
        // probabilities, the labels on disagreements would move the estimate three times as far.
        const double Room = 0.05;
        var all = await host.RowsAsync<Prediction>();
        var truth = all.Average(photo => truths[photo.Photo.UploadSha256] == photo.PredictedIndex ? 1.0 : 0.0);
        Assert.InRange(truth, after.Low!.Value - Room, after.High!.Value + Room);
        Assert.True(after.High - after.Low <= before.High - before.Low);
    }

    [Fact]
    public async Task A_second_trial_of_a_model_ends_the_first_and_draws_what_is_missing_only()
    {
        await StartAsync();
        await AddWindowsAsync(minimum: 120);
        var first = await BeginAsync();
        var drawn = (await host.RowsAsync<ExtraDraw>()).Sum(draw => draw.Taken);
        var second = await BeginAsync();
        Assert.NotNull((await host.SendAsync(new GetTrial.Query(first.Id))).EndedAt);
        Assert.Null(second.EndedAt);
        Assert.Equal(drawn, (await host.RowsAsync<ExtraDraw>()).Sum(draw => draw.Taken));
    }

    [Fact]
    public async Task A_trial_ends_without_a_decision_when_another_model_begins_to_serve()
    {
        await StartAsync();
        await AddWindowsAsync(minimum: 120);
        var trial = await BeginAsync();
        await AddModelAsync("1.2", newestPhotoAt: null);
        await host.SendAsync(new PromoteModel.Command("1.2", "ada", "judged by hand on 50 photos"));
        await DecideAsync();
        trial = await host.SendAsync(new GetTrial.Query(trial.Id));
        Assert.NotNull(trial.EndedAt);
        Assert.NotEqual(GateDecision.Promote, trial.Decision);
    }

    [Fact]
    public async Task The_photos_that_decide_are_a_task_list_of_their_own()
    {
        await StartAsync();
        await AddWindowsAsync(minimum: 120, perWindow: 5);
        var trial = await BeginAsync();
        var drawn = (await host.RowsAsync<Selection>()).Where(one => one.DrawId is not null).Select(one => one.PredictionId).ToHashSet();
        var tasks = (await host.RowsAsync<AnnotationTask>()).ToDictionary(task => task.Id);
        Assert.True(tasks.Count > drawn.Count);
        Assert.Equal(new GetTrialTasks.Response(Loop, drawn.Count, drawn.Count), await TasksAsync());

        var handedOut = new HashSet<Guid>();
        while (await host.SendAsync(new NextTask.Command(Loop, Annotator, TrialId: trial.Id)) is { } next)
        {
            handedOut.Add(tasks[next.Id].PredictionId);
            await host.SendAsync(new LabelTask.Command(next.Id, Some.Labels[truths[tasks[next.Id].PhotoSha256]], Annotator));
        }

        Assert.Equal(drawn.Order(), handedOut.Order());
        Assert.Equal(new GetTrialTasks.Response(Loop, drawn.Count, 0), await TasksAsync());
        Assert.NotNull(await host.SendAsync(new NextTask.Command(Loop, Annotator)));
        Assert.Null(await host.SendAsync(new NextTask.Command(Loop, Annotator, TrialId: Guid.CreateVersion7(Some.Time))));

        Task<GetTrialTasks.Response> TasksAsync() => host.SendAsync(new GetTrialTasks.Query(trial.Id, Annotator));
    }

    [Fact]
    public async Task A_model_that_serves_or_is_not_registered_is_not_compared()
    {
        await StartAsync();
        await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new BeginTrial.Command("1", "ada")));
        await Assert.ThrowsAsync<NotFoundException>(() => host.SendAsync(new BeginTrial.Command("9", "ada")));
    }

    /// <summary>The champion's answers are those of its time of service.</summary>
    [Fact]
    public async Task A_model_with_another_network_is_compared_by_what_it_answered_in_shadow()
    {
        await StartAsync(more: services => services.AddSingleton<IModelFiles, AnyFiles>());
        var challenger = await AddNetworkAsync("7");
        await AddWindowsAsync(minimum: 200, truthOf: differs => differs ? Third : 0);
        var pool = await PoolAsync();
        await host.InStepAsync(scope =>
        {
            foreach (var photo in host.RowsAsync<Prediction>().GetAwaiter().GetResult())
            {
                var index = pool.Contains((photo.Id, true)) ? Third : photo.PredictedIndex;
                float[] answer = [.. Enumerable.Range(0, 3).Select(k => k == index ? 0.8f : 0.1f)];
                scope
                    .GetRequiredService<IRepository<ModelAnswer>>()
                    .Add(ModelAnswer.Computed(challenger, photo.Id, new ClassProbabilities([.. answer]), Some.Time));
            }

            return Task.CompletedTask;
        });

        var trial = await host.SendAsync(new BeginTrial.Command("7", "ada"));
        Assert.True(trial.Preparing);
        Assert.Equal(0, (await host.SendAsync(new DecideTrials.Command())).Looked);
        var done = await host.SendAsync(new AnswerPhotos.Command());

        Assert.Equal(new AnswerPhotos.Response(Answered: 0, Begun: 1, Refused: 0), done);
        trial = await host.SendAsync(new GetTrial.Query(trial.Id));
        Assert.Equal((pool.Count, pool.Count(photo => photo.Differs)), (trial.Photos, trial.Disagreements));
        Assert.False(trial.Preparing);
        await LabelAllAsync();
        await DecideAsync();
        trial = await host.SendAsync(new GetTrial.Query(trial.Id));
        Assert.Equal((GateDecision.Promote, null), (trial.Decision, trial.Reason));
        var last = (await host.SendAsync(new ListTrialLooks.Query(trial.Id))).Items[^1];
        Assert.True(last.Repeats);
        Assert.Equal(System.Text.Json.JsonValueKind.Object, last.Input.GetProperty("Brier").ValueKind);
        Assert.Equal(ServingReason.Promotion, (await host.SendAsync(new PromoteModel.Command("7", "ada"))).Reason);
    }

    [Fact]
    public async Task Missing_answers_are_computed_from_the_stored_photos_and_a_run_goes_on_where_it_was_stopped()
    {
        const int deleted = 3;
        var gate = new CountingGate { Most = 50 };
        var network = new ThirdClassNetwork();
        await StartAsync(more: services =>
            services.AddImaging().AddSingleton<IInferenceGate>(gate).AddSingleton<INetworks>(network).AddSingleton<IModelFiles, AnyFiles>()
        );
        var challenger = await AddNetworkAsync("7");
        await AddWindowsAsync(minimum: 120, store: host.Services.GetRequiredService<IObjectStore>());
        var pool = await PoolAsync();
        var lost = (await host.RowsAsync<Prediction>()).Where(photo => pool.Any(one => one.Id == photo.Id)).Take(deleted).ToList();
        foreach (var photo in lost)
            await host.Services.GetRequiredService<IObjectStore>().DeleteAsync(AddressOf(photo), TestContext.Current.CancellationToken);
        var trial = await host.SendAsync(new BeginTrial.Command("7", "ada"));

        var first = await host.SendAsync(new AnswerPhotos.Command());
        Assert.Equal((0, true), (first.Begun, (await host.SendAsync(new GetTrial.Query(trial.Id))).Preparing));
        gate.Most = int.MaxValue;
        var kept = (await host.RowsAsync<ModelAnswer>()).Count;
        var second = await host.SendAsync(new AnswerPhotos.Command());

        Assert.InRange(kept, 1, gate.Entered);
        Assert.Equal((pool.Count - kept, 1), (second.Answered, second.Begun));
        var answers = await host.RowsAsync<ModelAnswer>();
        Assert.Equal(pool.Select(photo => photo.Id).Order(), answers.Select(answer => answer.PredictionId).Order());
        Assert.All(answers, answer => Assert.Equal(challenger, answer.ModelId));
        Assert.Equal(deleted, answers.Count(answer => answer.Read() is null));
        trial = await host.SendAsync(new GetTrial.Query(trial.Id));
        Assert.Equal((pool.Count - deleted, pool.Count - deleted), (trial.Photos, trial.Disagreements));
        Assert.Equal((2, 2), (network.Loaded, network.Closed));
    }

    [Fact]
    public async Task A_comparison_with_a_model_that_cannot_be_loaded_ends_and_a_person_has_to_decide()
    {
        await StartAsync(more: services =>
            services
                .AddImaging()
                .AddSingleton<IInferenceGate>(new CountingGate())
                .AddSingleton<INetworks>(new ThirdClassNetwork { Fault = "The file is damaged." })
                .AddSingleton<IModelFiles, AnyFiles>()
        );
        await AddNetworkAsync("7");
        await AddWindowsAsync(minimum: 120);
        var trial = await host.SendAsync(new BeginTrial.Command("7", "ada"));

        Assert.Equal(1, (await host.SendAsync(new AnswerPhotos.Command())).Refused);

        trial = await host.SendAsync(new GetTrial.Query(trial.Id));
        Assert.Equal((GateDecision.Ask, GateReason.ModelUnusable, false), (trial.Decision, trial.Reason, trial.Preparing));
        Assert.False((await host.SendAsync(new HasPhotosToAnswer.Query())).Any);
        await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new PromoteModel.Command("7", "ada")));
    }

    private async Task StartAsync(DateTimeOffset? newestPhotoAt = null, Action<IServiceCollection>? more = null)
    {
        host = AddHost(more: services =>
        {
            services.AddSingleton<IModelSwitch>(models);
            services.AddServing();
            more?.Invoke(services);
        });
        await host.MigrateAsync();
        await AddModelAsync("1.1", newestPhotoAt);
    }

    /// <summary>Registers an imported model with a network of its own.</summary>
    private async Task<Guid> AddNetworkAsync(string version)
    {
        var id = Guid.Empty;
        await host.InStepAsync(scope =>
        {
            var row = ModelVersion.Register("other", version, "float", new string('7', 64), 1, Some.Labels, Some.Time);
            scope.GetRequiredService<IRepository<ModelVersion>>().Add(row);
            var model = RegisteredModel.Imported(row, new Lineage(null, null, null, null, "ada"), Some.Time);
            scope.GetRequiredService<IRepository<RegisteredModel>>().Add(model);
            id = model.Id;
            return Task.CompletedTask;
        });
        return id;
    }

    private static ObjectAddress AddressOf(Prediction photo) => new("production", photo.ObjectKey);

    private Task<TrialResponse> BeginAsync(int mostLabels = 200) =>
        host.SendAsync(new BeginTrial.Command("1.1", "ada", MostLabels: mostLabels));

    /// <summary>Lets the annotator read the model's answer on every photo.</summary>
    private async Task SeeAllAnswersAsync()
    {
        var all = await host.RowsAsync<Prediction>();
        await host.InStepAsync(scope =>
        {
            foreach (var photo in all)
                scope.GetRequiredService<IRepository<SeenAnswer>>().Add(SeenAnswer.Of(photo, Annotator.Actor, Some.Time));
            return Task.CompletedTask;
        });
    }

    private async Task DecideAsync()
    {
        DecideTrials.Response done;
        do done = await host.SendAsync(new DecideTrials.Command());
        while (done is { Looked: > 0, Ended: > 0 });
    }

    private Task<GetAccuracy.Response> AccuracyAsync()
    {
        var day = DateOnly.FromDateTime(Some.Time.UtcDateTime);
        return host.SendAsync(new GetAccuracy.Query(new PeriodQuery(day, day.AddDays(1))));
    }

    private Task AddModelAsync(string version, DateTimeOffset? newestPhotoAt) =>
        host.InStepAsync(scope =>
        {
            var hash = Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(version)).PadLeft(64, '0');
            var row = ModelVersion.Register(Some.LoadedModel.Name, version, "float", hash, 1, Some.Labels, Some.Time);
            scope.GetRequiredService<IRepository<ModelVersion>>().Add(row);
            var lineage = new Lineage(ParentId: null, new string('d', 64), "{}", newestPhotoAt, "ada");
            scope
                .GetRequiredService<IRepository<RegisteredModel>>()
                .Add(RegisteredModel.Trained(row, Some.LoadedModel.Backbone, ThreeClassSwitch.Challenger, lineage, Some.Time));
            return Task.CompletedTask;
        });

    /// <summary>
    /// Adds windows of 20 photos until the measuring windows have enough and there is another window: chance decides which windows
    /// measure. The models differ on every fourth photo.
    /// </summary>
    private async Task AddWindowsAsync(int minimum, Func<bool, int>? truthOf = null, int perWindow = 0, IObjectStore? store = null)
    {
        const int size = 20;
        var settings = new Dictionary<string, string> { ["perWindow"] = $"{Math.Max(perWindow, 1)}" };
        await host.SendAsync(Some.ChangeOf(Loop) with { Settings = settings });
        while (await PoolAsync() is var pool && (pool.Count < minimum || pool.Count == photos))
        {
            await host.InStepAsync(async scope =>
            {
                var model = await scope
                    .GetRequiredService<IRepository<ModelVersion>>()
                    .FirstOrDefaultAsync(new VersionOne(), TestContext.Current.CancellationToken);
                for (var i = 0; i < size; i++)
                    await AddAsync(scope, model!, photos++, truthOf, store);
            });
            await host.SendAsync(new SampleRandom.Command());
        }

        await host.SendAsync(new MakeTasks.Command());
    }

    private async Task AddAsync(IServiceProvider scope, ModelVersion model, int number, Func<bool, int>? truthOf, IObjectStore? store)
    {
        var differs = number % 4 == 0;
        // The champion names the second class for half of the photos, and the challenger the third class for half of these.
        float[] embedding = number % 2 == 0 ? [-1, differs ? 1 : -1] : [1, 0];
        var champion = number % 2 == 0 ? 1 : 0;
        var hash = $"{number:x64}";
        truths[hash] = truthOf?.Invoke(differs) ?? 0;
        if (!differs)
            truths[hash] = champion;
        float[] probabilities = champion == 0 ? [0.8f, 0.1f, 0.1f] : [0.1f, 0.8f, 0.1f];
        var photo = Some.Jpeg(hash, 4);
        if (store is not null)
            photo = photo with { StoredSha256 = Convert.ToHexStringLower(SHA256.HashData(Bytes)), StoredBytes = Bytes.Length };
        var prediction = Prediction.Record(
            photo,
            new ClassProbabilities([.. probabilities]),
            model,
            Some.Visitor,
            TimeSpan.Zero,
            TimeSpan.Zero,
            Some.Time.AddSeconds(number)
        );
        if (store is not null)
        {
            await store.PutAsync(AddressOf(prediction), new MemoryStream(Bytes), "image/jpeg", TestContext.Current.CancellationToken);
            prediction.MarkImageStored();
        }

        scope.GetRequiredService<IRepository<Prediction>>().Add(prediction);
        scope.GetRequiredService<IRepository<PhotoEmbedding>>().Add(PhotoEmbedding.Of(prediction, Some.LoadedModel.Backbone, embedding));
    }

    private async Task<List<(Guid Id, bool Differs)>> PoolAsync()
    {
        var measuring = (await host.RowsAsync<SamplingWindow>())
            .Where(window => window.IsForMeasuring)
            .Select(window => window.Id)
            .ToHashSet();
        return
        [
            .. (await host.RowsAsync<Prediction>())
                .Where(photo => photo.WindowId is { } window && measuring.Contains(window))
                .Select(photo => (photo.Id, Convert.ToInt32(photo.Photo.UploadSha256, 16) % 4 == 0)),
        ];
    }

    /// <param name="but">Number of tasks to leave open.</param>
    /// <param name="person">Who labels.</param>
    private async Task LabelAllAsync(int but = 0, Caller? person = null)
    {
        person ??= Annotator;
        var tasks = await host.RowsAsync<AnnotationTask>();
        foreach (var _ in tasks.Where(task => task.State == TaskState.Created).Skip(but))
        {
            var task = (await host.SendAsync(new NextTask.Command(Loop, person)))!;
            var photo = tasks.Single(one => one.Id == task.Id).PhotoSha256;
            await host.SendAsync(new LabelTask.Command(task.Id, Some.Labels[truths[photo]], person));
        }
    }

    /// <summary>Refuses entry after so many photos, as a busy server does.</summary>
    private sealed class CountingGate : IInferenceGate
    {
        public int Most { get; set; } = int.MaxValue;

        public int Entered { get; private set; }

        public void ThrowIfFull(int requests) => throw new NotSupportedException();

        public Task<IDisposable> EnterAsync(PhotoHeader photo, CancellationToken cancellationToken) =>
            ++Entered > Most
                ? throw new ServerBusyException("The server is busy.", TimeSpan.Zero)
                : Task.FromResult<IDisposable>(new MemoryStream());
    }

    /// <summary>The folder of a model is where it should be.</summary>
    private sealed class AnyFiles : IModelFiles
    {
        public Task KeepAsync(string directory, string version, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string?> ReadReportAsync(string directory, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> FetchAsync(RegisteredModel model, CancellationToken cancellationToken) => Task.FromResult(model.Version);
    }

    /// <summary>A network that names the third class on every photo.</summary>
    private sealed class ThirdClassNetwork : INetworks, ILoadedNetwork, IModelLease
    {
        public string? Fault { get; init; }

        public int Loaded { get; private set; }

        public int Closed { get; private set; }

        public IClassifier Base => throw new NotSupportedException();

        public ModelDescription Model { get; } = Some.LoadedModel with { Version = "7", InputWidth = 8, InputHeight = 8 };

        public Task<ILoadedNetwork> LoadAsync(string directory, string variant, CancellationToken cancellationToken)
        {
            Loaded++;
            return Fault is null ? Task.FromResult<ILoadedNetwork>(this) : throw new UnusableModelException(Fault);
        }

        public IModelLease Lease() => this;

        public ClassifierOutput Run(ReadOnlySpan<byte> rgb, CancellationToken cancellationToken)
        {
            Assert.Equal(3 * Model.InputWidth * Model.InputHeight, rgb.Length);
            return new ClassifierOutput(Model, [0, 0, 5], Embedding: null);
        }

        public ValueTask DisposeAsync()
        {
            Closed++;
            return ValueTask.CompletedTask;
        }

        void IDisposable.Dispose() { }
    }

    private sealed class VersionOne : Ardalis.Specification.Specification<ModelVersion>
    {
        public VersionOne() => Ardalis.Specification.SpecificationBuilderExtensions.Where(Query, model => model.Version == "1");
    }
}
