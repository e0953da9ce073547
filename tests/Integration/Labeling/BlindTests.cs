using System.Security.Cryptography;
using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.Imaging;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Labeling;

public sealed class BlindOnSqlite() : BlindTests(DatabaseProvider.Sqlite);

public sealed class BlindOnPostgreSql() : BlindTests(DatabaseProvider.PostgreSql);

/// <summary>
/// In a blind loop nobody is told the model's answer before the label, and who knew it all the same gives a label that is not blind.
/// </summary>
public abstract class BlindTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const string Blind = "randomsampled";
    private const string Sighted = "lowconfidence";
    private const string Refusal = "You are labelling this photo without seeing the model's answer. Label it or release the task first.";

    private static readonly Caller Ada = new(new Actor(ActorKind.Account, "ada"), IsReviewer: true);
    private static readonly Caller Bob = new(new Actor(ActorKind.Account, "bob"), IsReviewer: true, IsAdministrator: true);
    private static readonly Caller Trainer = new(new Actor(ActorKind.ApiKey, "trainer"), IsReviewer: true);

    private readonly ModelVersion model = Some.Model();
    private readonly Interruption interruption = new();
    private PersistenceHost app = null!;
    private int made;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        app = AddHost(more: services =>
        {
            services.AddInterruption(interruption);
            services.AddImaging();
            services.AddOnnxClassifier();
            services.AddSingleton<IClassifier, ThreeClasses>();
        });
        await app.MigrateAsync();
    }

    [Fact]
    public async Task A_blind_task_has_no_field_that_leads_to_the_answer()
    {
        var photo = await DrawnAsync();
        var task = await TakeAsync(Ada);
        var json = JsonSerializer.Serialize(task, JsonSerializerOptions.Web);
        Assert.DoesNotContain(photo.Id.ToString(), json, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("predictionId", json, StringComparison.Ordinal);
        Assert.Contains(task.Id.ToString(), task.Image, StringComparison.Ordinal);
        Assert.Equal(ContentOf(1), await BytesAsync(await app.SendAsync(new GetTaskImage.Query(task.Id))));
        // A skip decides nothing, and so tells nothing.
        Assert.DoesNotContain(
            photo.Id.ToString(),
            JsonSerializer.Serialize(await app.SendAsync(new SkipTask.Command(task.Id, Ada)), JsonSerializerOptions.Web),
            StringComparison.Ordinal
        );
        Assert.Equal(photo.Id, (await LabelAsync(task, Ada)).PredictionId);
    }

    [Fact]
    public async Task While_a_person_has_the_task_the_answer_on_any_copy_of_the_photo_is_refused_to_that_person_alone()
    {
        var photo = await DrawnAsync();
        var copy = await CopyAsync(photo, Ada.Actor);
        var other = await PhotoAsync(Ada.Actor);
        var task = await TakeAsync(Ada);
        foreach (var id in new[] { photo.Id, copy.Id })
        {
            await RefusedAsync(new GetPrediction.Query(id, Ada));
            await RefusedAsync(new GetFeedbackHistory.Query(id, Ada));
            await RefusedAsync(new CorrectLabel.Command(id, Some.Labels[0], Ada, FeedbackSource.Page));
            Assert.Equal(id, (await app.SendAsync(new GetPrediction.Query(id, Bob))).Id);
        }

        Assert.Equal([other.Id], await ListedAsync());
        Assert.Equal([other.Id], await PagedAsync());
        Assert.Equal([other.Id], await ExportedAsync());

        // Given back, everything can be read again.
        await app.SendAsync(new ReleaseTask.Command(task.Id, Ada));
        Assert.Equal(copy.Id, (await app.SendAsync(new GetPrediction.Query(copy.Id, Ada))).Id);
        Assert.Equal([other.Id, copy.Id], await ListedAsync());
        Assert.Equal([other.Id, copy.Id], await PagedAsync());
        Assert.Equal([other.Id, copy.Id], await ExportedAsync());

        async Task<IEnumerable<Guid>> ListedAsync() =>
            (await app.SendAsync(new ListPredictions.Query(Cursor: null, 10, Ada))).Items.Select(item => item.Id);

        async Task<IEnumerable<Guid>> PagedAsync() =>
            (await app.SendAsync(new ListPhotos.Query(Ada, null, null, 10, new ListPhotos.Filter()))).Items.Select(item => item.Id);

        Task<List<Guid>> ExportedAsync() =>
            app.InScopeAsync(async scope =>
                await scope.GetRequiredService<IPhotoExport>().OfAsync(Ada, Cancel).Select(item => item.Prediction.Id).ToListAsync(Cancel)
            );
    }

    [Fact]
    public async Task A_read_that_was_refused_leaves_the_label_blind_and_so_do_reads_of_other_people_and_photos()
    {
        var photo = await DrawnAsync();
        var other = await PhotoAsync(Some.Visitor);
        var task = await TakeAsync(Ada);
        await RefusedAsync(new GetPrediction.Query(photo.Id, Ada));
        await app.SendAsync(new GetPrediction.Query(photo.Id, Bob));
        await app.SendAsync(new GetPrediction.Query(other.Id, Ada));
        Assert.True((await LabelAsync(task, Ada)).Blind);
    }

    [Fact]
    public async Task The_label_of_a_person_who_uploaded_another_copy_is_not_blind()
    {
        await CopyAsync(await DrawnAsync(), Ada.Actor);
        Assert.False((await LabelAsync(await TakeAsync(Ada), Ada)).Blind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_label_of_a_person_or_program_that_read_the_answer_before_is_not_blind(bool byKey)
    {
        var reader = byKey ? Trainer : Ada;
        var copy = await CopyAsync(await DrawnAsync(), Some.Visitor);
        await app.SendAsync(new GetPrediction.Query(copy.Id, reader));
        await app.SendAsync(new GetPrediction.Query(copy.Id, reader));
        Assert.Equal(
            (reader.Actor, copy.Photo.UploadSha256),
            Assert.Single(await app.RowsAsync<SeenAnswer>()) is var row ? (row.Person, row.PhotoSha256) : default
        );
        Assert.False((await LabelAsync(await TakeAsync(reader), reader)).Blind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_label_of_a_person_who_gave_feedback_on_a_copy_is_not_blind_also_when_it_was_taken_back(bool correct)
    {
        var copy = await CopyAsync(await DrawnAsync(), Some.Visitor);
        if (correct)
            await app.SendAsync(new CorrectLabel.Command(copy.Id, Some.Labels[0], Ada, FeedbackSource.Page));
        else
            await app.SendAsync(new FlagPrediction.Command(copy.Id, Ada, FeedbackSource.Page));
        await app.SendAsync(
            new UndoFeedback.Command(copy.Id, correct ? FeedbackTopic.Class : FeedbackTopic.Flag, Ada, FeedbackSource.Page)
        );
        Assert.Empty(await app.RowsAsync<SeenAnswer>());
        Assert.False((await LabelAsync(await TakeAsync(Ada), Ada)).Blind);
    }

    [Fact]
    public async Task A_task_that_shows_the_answer_counts_as_read_also_when_it_is_given_back()
    {
        await DrawnAsync(confidence: 0.4f);
        await app.SendAsync(new SelectCandidates.Command());
        var shown = await TakeAsync(Ada, Sighted);
        Assert.NotNull(shown.Model);
        await app.SendAsync(new ReleaseTask.Command(shown.Id, Ada));
        Assert.False((await LabelAsync(await TakeAsync(Ada), Ada)).Blind);
    }

    [Fact]
    public async Task Who_has_the_blind_task_is_not_handed_the_same_photo_with_its_answer()
    {
        await DrawnAsync(confidence: 0.4f);
        await app.SendAsync(new SelectCandidates.Command());
        await app.SendAsync(new MakeTasks.Command());
        var blind = await TakeAsync(Ada);
        var sighted = Assert.Single(await app.RowsAsync<AnnotationTask>(), task => task.Loop == Sighted);
        Assert.Null(await app.SendAsync(new NextTask.Command(Sighted, Ada)));
        Assert.Null(await app.SendAsync(new NextTask.Command(Sighted, Ada, TaskId: sighted.Id)));
        Assert.True((await LabelAsync(blind, Ada)).Blind);
        Assert.Equal(sighted.Id, (await TakeAsync(Ada, Sighted)).Id);
    }

    [Fact]
    public async Task A_dataset_leaves_the_photo_out_and_what_it_shows_counts_as_read()
    {
        var photo = await DrawnAsync(confidence: 0.4f);
        await app.SendAsync(new SelectCandidates.Command());
        await LabelAsync(await TakeAsync(Bob, Sighted), Bob);
        await app.SendAsync(new ProcessAnnotations.Command());
        var task = await TakeAsync(Ada);
        Assert.Empty((await app.SendAsync(PhotosOf(Ada))).Items);
        Assert.Empty(await DownloadedAsync(Ada));
        Assert.Equal([photo.Id], await DownloadedAsync(Trainer));
        await app.SendAsync(new ReleaseTask.Command(task.Id, Ada));
        Assert.Equal(photo.Id, Assert.Single((await app.SendAsync(PhotosOf(Ada))).Items).PredictionId);
        Assert.False((await LabelAsync(await TakeAsync(Ada), Ada)).Blind);

        static ListDatasetPhotos.Query PhotosOf(Caller caller) => new(Sighted, caller, Class: null, Wrong: false, Cursor: null, 10);

        Task<List<Guid>> DownloadedAsync(Caller caller) =>
            app.InScopeAsync(async scope =>
                await scope
                    .GetRequiredService<IDatasetExport>()
                    .OfAsync(Sighted, caller, Cancel)
                    .Select(item => item.Photo.PredictionId)
                    .ToListAsync(Cancel)
            );
    }

    [Fact]
    public async Task Who_read_the_answer_is_remembered_until_the_last_copy_is_deleted()
    {
        var photo = await DrawnAsync();
        var copy = await CopyAsync(photo, Some.Visitor);
        await app.SendAsync(new GetPrediction.Query(photo.Id, Ada));
        await app.SendAsync(new GetPrediction.Query(photo.Id, Trainer));
        await app.SendAsync(new ErasePrediction.Command(photo.Id, Bob));
        Assert.Equal([copy.Id, copy.Id], (await app.RowsAsync<SeenAnswer>()).Select(row => row.PredictionId));
        await app.SendAsync(new ErasePrediction.Command(copy.Id, Bob));
        Assert.Empty(await app.RowsAsync<SeenAnswer>());
    }

    [Fact]
    public async Task Copies_that_are_deleted_together_leave_no_trace_of_their_readers()
    {
        var photo = await PhotoAsync(Some.Visitor);
        await CopyAsync(photo, Some.Visitor);
        await app.SendAsync(new GetPrediction.Query(photo.Id, Ada));
        await app.SendAsync(new EraseAllPredictions.Command(new Caller(Some.Visitor, IsReviewer: false)));
        Assert.Empty(await app.RowsAsync<SeenAnswer>());
    }

    [Fact]
    public async Task A_photo_that_is_deleted_while_somebody_reads_it_leaves_no_trace_of_the_reader()
    {
        var photo = await PhotoAsync(Some.Visitor);
        interruption.After("PredictionsWithIds", () => app.SendAsync(new ErasePrediction.Command(photo.Id, Bob)));
        await app.SendAsync(new GetPrediction.Query(photo.Id, Ada));
        Assert.True(interruption.HasHappened);
        Assert.Empty(await app.RowsAsync<SeenAnswer>());
    }

    [Fact]
    public async Task Visitors_leave_no_trace_of_what_they_read()
    {
        var photo = await PhotoAsync(Some.Visitor);
        await app.SendAsync(new GetPrediction.Query(photo.Id, new Caller(Some.Visitor, IsReviewer: false)));
        Assert.Empty(await app.RowsAsync<SeenAnswer>());
    }

    [Fact]
    public async Task A_link_by_the_task_opens_the_photo_also_after_the_copy_that_it_showed_is_deleted()
    {
        var photo = await DrawnAsync(copies: 1);
        var task = await TakeAsync(Ada);
        var link = await app.InScopeAsync(scope => scope.GetRequiredService<IMediaLinks>().AddressOfAsync(new MediaLink(task.Id), Cancel));
        Assert.DoesNotContain(photo.Id.ToString(), link, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(ContentOf(1), await OpenAsync(link));
        await app.SendAsync(new ErasePrediction.Command(photo.Id, Bob));
        Assert.NotEqual(photo.Id, Assert.Single(await app.RowsAsync<AnnotationTask>()).PredictionId);
        Assert.Equal(ContentOf(1), await OpenAsync(link));
        // The answer is not asked for by the task's id.
        await Assert.ThrowsAsync<NotFoundException>(() => app.SendAsync(new GetPrediction.Query(task.Id, Caller.Anonymous)));
        await Assert.ThrowsAsync<NotFoundException>(() =>
            app.SendAsync(new CorrectLabel.Command(task.Id, Some.Labels[0], Caller.Anonymous, FeedbackSource.LabRoute))
        );

        async Task<byte[]> OpenAsync(string address)
        {
            var query = System.Web.HttpUtility.ParseQueryString(new Uri(address).Query);
            return await BytesAsync(await app.SendAsync(new GetMedia.Query(new MediaLink(task.Id), query["k"], query["s"])));
        }
    }

    private async Task RefusedAsync<T>(MediatR.IRequest<T> message) =>
        Assert.Equal(Refusal, (await Assert.ThrowsAsync<ConflictException>(() => app.SendAsync(message))).Message);

    private async Task<TaskResponse> TakeAsync(Caller caller, string loop = Blind)
    {
        var task = await app.SendAsync(new NextTask.Command(loop, caller));
        Assert.NotNull(task);
        return task;
    }

    private Task<LabelResponse> LabelAsync(TaskResponse task, Caller caller) =>
        app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[0], caller));

    private static Task<byte[]> BytesAsync(PhotoImage image) => image.Content.ReadAllAsync();

    private static byte[] ContentOf(int number) => BitConverter.GetBytes(number);

    /// <summary>A visitor's photo that waits in the blind loop; perhaps with copies that are drawn too.</summary>
    private async Task<Prediction> DrawnAsync(int copies = 0, float confidence = 0.9f)
    {
        var photo = await PhotoAsync(Some.Visitor, confidence);
        for (var i = 0; i < copies; i++)
            await CopyAsync(photo, Some.Visitor);
        await app.SendAsync(new SampleRandom.Command());
        await app.SendAsync(new MakeTasks.Command());
        return (await app.RowsAsync<AnnotationTask>()) is [var task] && task.PredictionId != photo.Id
            ? (await app.RowsAsync<Prediction>()).Single(found => found.Id == task.PredictionId)
            : photo;
    }

    private async Task<Prediction> PhotoAsync(Actor maker, float confidence = 0.9f) => await StoreAsync(++made, maker, confidence);

    private Task<Prediction> CopyAsync(Prediction photo, Actor maker) =>
        StoreAsync(
            int.Parse(
                photo.Photo.UploadSha256,
                System.Globalization.NumberStyles.HexNumber,
                System.Globalization.CultureInfo.InvariantCulture
            ),
            maker,
            photo.Confidence
        );

    private async Task<Prediction> StoreAsync(int number, Actor maker, float confidence)
    {
        var content = ContentOf(number);
        var rest = (1 - confidence) / 2;
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
        var count = (await app.RowsAsync<Prediction>()).Count;
        var prediction = Prediction.Record(
            photo,
            new ClassProbabilities([rest, rest, confidence]),
            model,
            maker,
            TimeSpan.Zero,
            TimeSpan.Zero,
            Some.Time.AddSeconds(count)
        );
        prediction.MarkImageStored();
        await app.InStepAsync(step =>
        {
            var context = step.GetRequiredService<GourmetGramDbContext>();
            if (count > 0)
                context.Attach(model);
            context.Add(prediction);
            return Task.CompletedTask;
        });
        await app
            .Services.GetRequiredService<IObjectStore>()
            .PutAsync(new ObjectAddress("production", prediction.ObjectKey), content, "image/jpeg", Cancel);
        return prediction;
    }
}
