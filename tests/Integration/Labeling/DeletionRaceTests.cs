using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Labeling;

public sealed class DeletionRacesOnSqlite() : DeletionRaceTests(DatabaseProvider.Sqlite);

public sealed class DeletionRacesOnPostgreSql() : DeletionRaceTests(DatabaseProvider.PostgreSql);

/// <summary>
/// A photo is deleted while something that concerns it is between two reads. Nothing fails: there is nothing to do for that photo, and the
/// others are done.
/// </summary>
public abstract class DeletionRaceTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const string Rule = "lowconfidence";

    private static readonly Caller Administrator = new(new Actor(ActorKind.Account, "admin"), IsReviewer: true, IsAdministrator: true);

    private readonly Interruption interruption = new();
    private PersistenceHost app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        app = AddHost(more: services =>
        {
            services.AddInterruption(interruption);
            services.AddScoped<IAnnotationPlatform, ConnectedPlatform>();
        });
        await app.MigrateAsync();
    }

    [Theory]
    [InlineData("PredictionsToChange")]
    [InlineData("SelectionsOf")]
    public async Task Flags_on_the_other_photos_are_selected(string between)
    {
        var (deleted, other) = await TwoPhotosAsync();
        await app.SendAsync(new FlagPrediction.Command(deleted.Id, Administrator, FeedbackSource.Page));
        await app.SendAsync(new FlagPrediction.Command(other.Id, Administrator, FeedbackSource.Page));
        interruption.Before(between, () => DeleteAsync(deleted));
        await app.SendAsync(new SelectCandidates.Command());
        Assert.True(interruption.HasHappened);
        Assert.Equal(other.Id, Assert.Single(await app.RowsAsync<Selection>(), line => line.Loop == "userfeedback").PredictionId);
        Assert.Equal(FeedbackSelection.Considered, Assert.Single(await app.RowsAsync<UserFeedback>()).SelectionState);
    }

    [Fact]
    public async Task Corrections_of_the_other_photos_are_exported()
    {
        var (deleted, other) = await TwoPhotosAsync();
        await app.SendAsync(new CorrectLabel.Command(deleted.Id, Some.Labels[0], Administrator, FeedbackSource.Page));
        var kept = await app.SendAsync(new CorrectLabel.Command(other.Id, Some.Labels[0], Administrator, FeedbackSource.Page));
        await app.SendAsync(new SelectCandidates.Command());
        interruption.Before("PredictionsOfIds", () => DeleteAsync(deleted));
        await app.SendAsync(new ProcessAnnotations.Command());
        Assert.True(interruption.HasHappened);
        var store = app.Services.GetRequiredService<IObjectStore>();
        Assert.NotNull(await store.FindAsync(new ObjectAddress("labelstudio", kept.OutputKey), Cancel));
    }

    [Fact]
    public async Task Held_feedback_on_the_other_photos_is_decided()
    {
        var (deleted, other) = await TwoPhotosAsync();
        foreach (var photo in new[] { deleted, other })
            await app.SendAsync(new FlagPrediction.Command(photo.Id, Administrator, FeedbackSource.Page));
        await app.InStepAsync(async step =>
        {
            foreach (
                var fact in await step.GetRequiredService<IRepository<UserFeedback>>()
                    .ListAsync(Specifications.Create<UserFeedback>("UnconsideredFeedback", 10), Cancel)
            )
                fact.HoldBack("too many");
        });
        interruption.After("HeldBackFeedback", () => DeleteAsync(deleted));
        Assert.Equal(1, (await app.SendAsync(new DecideHeldBack.Command(Release: true, Ids: null, Administrator))).Decided);
        Assert.True(interruption.HasHappened);
        var fact = Assert.Single(await app.RowsAsync<UserFeedback>());
        Assert.Equal((other.Id, FeedbackSelection.Released), (fact.PredictionId, fact.SelectionState));
    }

    [Fact]
    public async Task Tasks_of_the_other_photos_are_published_and_no_object_is_left_of_the_deleted_one()
    {
        var (deleted, other) = await TwoPhotosAsync();
        await app.SendAsync(Some.ChangeOf(Rule) with { Surface = Surface.LabelStudio });
        await app.SendAsync(new SelectCandidates.Command());
        await app.SendAsync(new MakeTasks.Command());
        interruption.Before("PredictionsOfIds", () => DeleteAsync(deleted));
        Assert.Equal(1, (await app.SendAsync(new PublishTasks.Command())).Published);
        Assert.True(interruption.HasHappened);
        Assert.Equal([(await app.RowsAsync<AnnotationTask>()).Single().Id], await PublishedAsync());
        Assert.Equal(other.Id, (await app.RowsAsync<AnnotationTask>()).Single().PredictionId);
    }

    [Fact]
    public async Task A_task_whose_photo_is_deleted_while_its_object_is_written_leaves_no_object()
    {
        var (deleted, other) = await TwoPhotosAsync();
        await app.SendAsync(Some.ChangeOf(Rule) with { Surface = Surface.LabelStudio });
        await app.SendAsync(new SelectCandidates.Command());
        await app.SendAsync(new MakeTasks.Command());
        interruption.After("PredictionsOfIds", () => DeleteAsync(deleted));
        await app.SendAsync(new PublishTasks.Command());
        Assert.True(interruption.HasHappened);
        var left = Assert.Single(await app.RowsAsync<AnnotationTask>());
        Assert.Equal((other.Id, true), (left.PredictionId, left.HasObject));
        Assert.Equal([left.Id], await PublishedAsync());
    }

    [Theory]
    [InlineData("TaskById")]
    [InlineData("LabelsOfTask")]
    public async Task A_label_whose_photo_is_deleted_meanwhile_cannot_be_taken_back_for_it_is_gone(string between)
    {
        var (deleted, _) = await TwoPhotosAsync();
        await app.SendAsync(new SelectCandidates.Command());
        await app.SendAsync(new MakeTasks.Command());
        var task = (await app.RowsAsync<AnnotationTask>()).Single(found => found.PredictionId == deleted.Id);
        var label = await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[0], Administrator));
        interruption.Before(between, () => DeleteAsync(deleted));
        await Assert.ThrowsAsync<NotFoundException>(() => app.SendAsync(new UndoLabel.Command(label.Id, Administrator)));
        Assert.True(interruption.HasHappened);
    }

    [Fact]
    public async Task Who_asks_for_a_task_whose_photo_is_deleted_meanwhile_gets_the_next_one()
    {
        var (deleted, other) = await TwoPhotosAsync();
        await app.SendAsync(new SelectCandidates.Command());
        await app.SendAsync(new MakeTasks.Command());
        var task = (await app.RowsAsync<AnnotationTask>()).Single(found => found.PredictionId == deleted.Id);
        interruption.Before("PredictionById", () => DeleteAsync(deleted));
        var next = await app.SendAsync(new NextTask.Command(Rule, Administrator, TaskId: task.Id));
        Assert.True(interruption.HasHappened);
        Assert.Equal(other.Id, next?.PredictionId);
    }

    [Fact]
    public async Task A_photo_that_is_deleted_while_it_is_copied_to_a_dataset_leaves_no_copy()
    {
        var (deleted, other) = await TwoPhotosAsync();
        await app.SendAsync(new SelectCandidates.Command());
        await app.SendAsync(new MakeTasks.Command());
        foreach (var task in await app.RowsAsync<AnnotationTask>())
            await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[0], Administrator));
        interruption.Before("CollectedWithIds", () => DeleteAsync(deleted));
        await app.SendAsync(new ProcessAnnotations.Command());
        Assert.True(interruption.HasHappened);
        Assert.Equal([$"class_00/{other.Id}.jpg"], await KeysAsync(Rule, ""));
    }

    private Task<ErasePrediction.Response> DeleteAsync(Prediction photo) =>
        app.SendAsync(new ErasePrediction.Command(photo.Id, Administrator));

    private async Task<List<Guid>> PublishedAsync() =>
        [
            .. (await KeysAsync("labelstudio", $"tasks/{Rule}/")).Select(key =>
                Guid.Parse(Path.GetFileNameWithoutExtension(key)["task".Length..])
            ),
        ];

    private async Task<List<string>> KeysAsync(string bucket, string prefix) =>
        await app
            .Services.GetRequiredService<IObjectStore>()
            .ListAsync(bucket, prefix, Cancel)
            .Select(found => found.Key)
            .ToListAsync(Cancel);

    private async Task<(Prediction Deleted, Prediction Other)> TwoPhotosAsync()
    {
        var model = Some.Model();
        var photos = Enumerable
            .Range(1, 2)
            .Select(number =>
            {
                var photo = Some.Jpeg($"{number:x64}", 1);
                var prediction = Prediction.Record(
                    photo,
                    new ClassProbabilities([0.2f, 0.3f, 0.5f]),
                    model,
                    Some.Visitor,
                    TimeSpan.Zero,
                    TimeSpan.Zero,
                    Some.Time.AddSeconds(number)
                );
                prediction.MarkImageStored();
                return prediction;
            })
            .ToArray();
        await app.SaveAsync(photos);
        foreach (var photo in photos)
            await app
                .Services.GetRequiredService<IObjectStore>()
                .PutAsync(new ObjectAddress("production", photo.ObjectKey), new byte[] { 1 }, "image/jpeg", Cancel);
        return (photos[0], photos[1]);
    }

    /// <summary>A Label Studio that is connected; nothing here asks it anything.</summary>
    private sealed class ConnectedPlatform : IAnnotationPlatform
    {
        public Uri? Address => null;

        public string? FindHindrance() => null;

        public string PlaceOf(ObjectAddress photo) => throw new NotSupportedException();

        public DateTimeOffset? Now => null;

        public Task<ProjectState> ProvisionAsync(
            ProjectPlan plan,
            AnnotationProject? known,
            bool isAsked,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public Task<int> RemoveLeftoversAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task SettleAsync(IReadOnlyCollection<long> tasks, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Transfer> ImportAsync(AnnotationProject project, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<Transfer> ExportAsync(AnnotationProject project, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public IAsyncEnumerable<IReadOnlyList<PlatformTask>> TasksAsync(
            AnnotationProject project,
            DateTimeOffset? changedSince,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public Task RemoveAsync(AnnotationProject project, IReadOnlyCollection<long> tasks, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<Finding>> DiagnoseAsync(
            IReadOnlyList<(ProjectPlan Plan, AnnotationProject? Known)> projects,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();
    }
}
