using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Labeling;

public sealed class KnownAnswersOnSqlite() : KnownAnswerTests(DatabaseProvider.Sqlite);

public sealed class KnownAnswersOnPostgreSql() : KnownAnswerTests(DatabaseProvider.PostgreSql);

/// <summary>Photos whose answer is known are handed out again; what people answer says something about them only.</summary>
public abstract class KnownAnswerTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const string Loop = "lowconfidence";
    private const int Known = 3;

    private static readonly Caller Grace = new(new Actor(ActorKind.Account, "grace"), IsReviewer: true, IsAdministrator: true);
    private static readonly Caller Ada = new(new Actor(ActorKind.Account, "ada"), IsReviewer: true);

    private readonly ModelVersion model = Some.Model();
    private PersistenceHost app = null!;
    private int made;

    [Fact]
    public async Task Known_answers_are_mixed_in_and_never_count_as_labels()
    {
        await StartAsync(percent: 50);
        var known = await MarkedAsync();
        await PhotosAsync(40);
        var before = await DecisionsAsync(known);
        var seen = new List<Guid>();
        while (await app.SendAsync(new NextTask.Command(Loop, Ada)) is { } task)
        {
            // Until it is answered, the same photo comes again, and a held one does not.
            Assert.Equal(task.Id, (await app.SendAsync(new NextTask.Command(Loop, Ada)))!.Id);
            Assert.NotEqual(task.Id, (await app.SendAsync(new NextTask.Command(Loop, Ada, [task.Id])))?.Id);
            seen.Add(task.Id);
            var label = await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[0], Ada, Key: $"{task.Id}"));
            var again = await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[1], Ada, Key: $"{task.Id}"));
            Assert.Equal((label.Id, task.Id), (again.Id, again.TaskId));
        }

        Assert.Equal(43, seen.Count);
        Assert.Equal(43, seen.Distinct().Count());
        Assert.Equal(known.Order(), seen.Intersect(known).Order());
        // Nothing about the photos has changed, and queries that do not ask for these answers do not see them.
        Assert.Equal(before, await DecisionsAsync(known));
        var labels = await app.InScopeAsync(scope =>
            scope.GetRequiredService<GourmetGramDbContext>().Labels().ToListAsync(TestContext.Current.CancellationToken)
        );
        Assert.Equal(40 + Known + 1, labels.Count);
        Assert.All(labels.Where(label => known.Contains(label.TaskId)), label => Assert.Equal(Grace.Actor.ToString(), label.Person));
        Assert.Equal(Known, await PlantedLabelsAsync());
        // The person sees them like all others.
        Assert.Equal(43, (await app.SendAsync(new ListOwnLabels.Query(Ada))).Items.Count);
        Assert.Equal(43, (await app.SendAsync(new GetReviewSummary.Query(Loop, Ada))).Today.Labelled);

        // One of the three was marked with another answer than Ada gives.
        var figures = await app.SendAsync(new GetPersonFigures.Query(Ada.Actor.ToString()));
        Assert.Equal(new GetPersonFigures.Agreement(2, Known, null, null, null), figures.WithKnownAnswers);
        Assert.Equal((40, 0), (figures.Labels, figures.WithOthers.Photos));
    }

    [Fact]
    public async Task An_answer_to_a_known_photo_is_withdrawn_like_any_other_and_deleted_with_the_photo()
    {
        await StartAsync(percent: 50);
        var known = await MarkedAsync();
        await PhotosAsync(40);
        var given = await UntilPlantedAsync(known);
        var label = await app.SendAsync(new LabelTask.Command(given, Some.Labels[0], Ada, Key: "k"));
        Assert.Equal(1, await PlantedLabelsAsync());
        await app.SendAsync(new UndoLabel.Command(label.Id, Ada));
        Assert.Equal(0, await PlantedLabelsAsync());
        Assert.Equal(given, (await app.SendAsync(new NextTask.Command(Loop, Ada, TaskId: given)))!.Id);
        await app.SendAsync(new SkipTask.Command(given, Ada, Key: "other"));
        await app.SendAsync(new UndoDecision.Command(given, "other", Ada));
        Assert.Equal(0, await PlantedLabelsAsync());
        await app.SendAsync(new LabelTask.Command(given, Some.Labels[0], Ada));
        // Whoever was not given the photo is refused as ever.
        var unmarked = (await app.RowsAsync<AnnotationTask>()).First(task => task.State == TaskState.Labelled && !known.Contains(task.Id));
        await Assert.ThrowsAsync<ConflictException>(() => app.SendAsync(new LabelTask.Command(unmarked.Id, Some.Labels[0], Ada)));

        var photo = (await app.RowsAsync<AnnotationTask>()).Single(task => task.Id == given).PredictionId;
        var report = (await app.SendAsync(new ErasePrediction.Command(photo, Grace))).Report;
        Assert.Equal((1, 1), (report.Photos, report.Tasks));
        Assert.Equal(0, await PlantedLabelsAsync());
        Assert.Equal(Known - 1, (await app.SendAsync(new ListKnownAnswers.Query())).Items.Count);
    }

    [Fact]
    public async Task Without_a_share_or_after_the_mark_is_removed_nobody_gets_them()
    {
        await StartAsync(percent: 0);
        var known = await MarkedAsync();
        await PhotosAsync(10);
        for (var i = 0; i < 10; i++)
        {
            var task = (await app.SendAsync(new NextTask.Command(Loop, Ada)))!;
            Assert.DoesNotContain(task.Id, known);
            await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[0], Ada));
        }

        foreach (var item in (await app.SendAsync(new ListKnownAnswers.Query())).Items)
            await app.SendAsync(new UnmarkKnownAnswer.Command(item.PredictionId));
        Assert.Empty((await app.SendAsync(new ListKnownAnswers.Query())).Items);
        var open = await PhotosAsync(1);
        await Assert.ThrowsAsync<ConflictException>(() => app.SendAsync(new MarkKnownAnswer.Command(open[0].Id, "Grace")));
    }

    private async Task StartAsync(int percent)
    {
        app = AddHost(more: services =>
        {
            services.AddSingleton<IClassifier, ThreeClasses>();
            services.Configure<LabelingOptions>(options => options.KnownAnswerPercent = percent);
        });
        await app.MigrateAsync();
    }

    /// <summary>Three photos that Grace labelled and marked, two of them with the first class, and a fourth that is not marked.</summary>
    private async Task<IReadOnlyList<Guid>> MarkedAsync()
    {
        await PhotosAsync(Known + 1);
        var marked = new List<Guid>();
        for (var i = 0; i <= Known; i++)
        {
            var task = (await app.SendAsync(new NextTask.Command(Loop, Grace)))!;
            await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[i == 0 ? 1 : 0], Grace));
            if (i == Known)
                break;
            marked.Add(task.Id);
            var photo = (await app.RowsAsync<AnnotationTask>()).Single(row => row.Id == task.Id).PredictionId;
            var item = Assert.Single((await app.SendAsync(new MarkKnownAnswer.Command(photo, "Grace"))).Items);
            Assert.Equal((Loop, Some.Labels[i == 0 ? 1 : 0], "Grace"), (item.Loop, item.Class, item.By));
            Assert.True((await app.SendAsync(new GetKnownAnswer.Query(photo))).IsMarked);
        }

        return marked;
    }

    private async Task<Guid> UntilPlantedAsync(IReadOnlyList<Guid> known)
    {
        while (true)
        {
            var task = (await app.SendAsync(new NextTask.Command(Loop, Ada)))!;
            if (known.Contains(task.Id))
                return task.Id;
            await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[0], Ada));
        }
    }

    private async Task<IReadOnlyList<Prediction>> PhotosAsync(int count)
    {
        var photos = Enumerable
            .Range(0, count)
            .Select(_ =>
            {
                var prediction = Prediction.Record(
                    Some.Jpeg($"{++made:x64}", 1),
                    new ClassProbabilities([0.2f, 0.3f, 0.5f]),
                    model,
                    Some.Visitor,
                    TimeSpan.Zero,
                    TimeSpan.Zero,
                    Some.Time.AddSeconds(made)
                );
                prediction.MarkImageStored();
                return prediction;
            })
            .ToArray();
        await app.InStepAsync(step =>
        {
            var context = step.GetRequiredService<GourmetGramDbContext>();
            if (made > count)
                context.Attach(model);
            context.AddRange(photos.Cast<object>());
            return Task.CompletedTask;
        });
        await app.SendAsync(
            Some.ChangeOf(Loop) with
            {
                Settings = new Dictionary<string, string> { ["perUploader"] = "0" },
                DailyLimit = 0,
            }
        );
        await app.SendAsync(new SelectCandidates.Command());
        return photos;
    }

    private async Task<IReadOnlyList<string>> DecisionsAsync(IReadOnlyList<Guid> ids) =>
        [
            .. (await app.RowsAsync<AnnotationTask>())
                .Where(task => ids.Contains(task.Id))
                .OrderBy(task => task.Id)
                .Select(task => $"{task.Id} {task.State} {task.ClassIndex} {task.DecidedAt:O} {task.LeasedTo} {task.Revision}"),
        ];

    private Task<int> PlantedLabelsAsync() =>
        app.InScopeAsync(scope =>
            scope
                .GetRequiredService<GourmetGramDbContext>()
                .Set<HumanLabel>()
                .CountAsync(label => label.Source == LabelSource.Planted && label.EndedAt == null, TestContext.Current.CancellationToken)
        );
}

/// <summary>A manager marks a photo by API and on its page.</summary>
public sealed class KnownAnswerApiTests : ServerTests
{
    [Fact]
    public async Task A_manager_marks_a_labelled_photo_and_the_audit_log_says_so()
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var grace = await Person.InviteAsync(server.Address, "Grace", "Manager");
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = server.Address });
        var photo = await admin.UploadAsync();
        var address = $"api/v1/known-answers/{photo.Id}";
        Assert.Equal(HttpStatusCode.Conflict, await grace.StatusAsync(address, HttpMethod.Put));
        Assert.Equal(HttpStatusCode.Forbidden, await ada.StatusAsync(address, HttpMethod.Put));
        using (await admin.FlagAsync(photo.Id))
            await admin.RunJobAsync("select-candidates");
        var task = await ada.AskAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next", new { });
        await ada.AskAsync(HttpMethod.Post, $"api/v1/tasks/{task["id"]}/label", new { @class = task["classes"]![0]!.GetValue<string>() });

        foreach (var path in new[] { "me/figures", "users/ada/figures" })
        {
            var figures = path.StartsWith("me", StringComparison.Ordinal)
                ? await ada.AskAsync(HttpMethod.Get, $"api/v1/{path}")
                : await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/{path}", Cancel);
            Assert.Equal((1, 1), (figures!["labels"]!.GetValue<int>(), figures["labelsToday"]!.GetValue<int>()));
        }

        Assert.Equal(HttpStatusCode.Forbidden, await ada.StatusAsync("api/v1/users/ada/figures"));
        Assert.Contains("labels today", (await ada.OpenAsync("home")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain("labels today", (await grace.OpenAsync("home")).Html, StringComparison.Ordinal);

        var marked = await grace.AskAsync(HttpMethod.Put, address);
        Assert.Equal("Grace", marked["items"]![0]!["by"]!.GetValue<string>());
        Assert.Single((await grace.AskAsync(HttpMethod.Get, "api/v1/known-answers"))["items"]!.AsArray());
        Assert.Contains("Remove from known answers", (await grace.OpenAsync($"photos/{photo.Id}")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain("known answer", (await ada.OpenAsync($"photos/{photo.Id}")).Html, StringComparison.Ordinal);
        await grace.PostAsync($"photos/{photo.Id}", "known-answer", ("known", "no"));
        Assert.Empty((await grace.AskAsync(HttpMethod.Get, "api/v1/known-answers"))["items"]!.AsArray());
        Assert.Equal(HttpStatusCode.NoContent, await grace.StatusAsync(address, HttpMethod.Delete));
        var log = await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/audit?area=Labels", Cancel);
        Assert.Equal(
            [("Took a photo out of the known answers", "Grace"), ("Marked a photo as a known answer", "Grace")],
            log!["items"]!.AsArray().Select(entry => (entry!["action"]!.GetValue<string>(), entry["who"]!.GetValue<string>()))
        );
    }
}
