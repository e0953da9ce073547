using System.Net;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Feedback;

public abstract class FeedbackTests(AppFixture app) : BehaviourTests(app)
{
    private static void AssertDone(HttpResponseMessage response)
    {
        using (response)
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task A_flag_can_be_put_and_taken_back_as_often_as_one_likes()
    {
        var visitor = await App.VisitorAsync();
        var id = (await visitor.UploadAsync()).Id;
        AssertDone(await visitor.UnflagAsync(id));
        AssertDone(await visitor.FlagAsync(id));
        AssertDone(await visitor.FlagAsync(id));
        Assert.True((await visitor.GetAsync(id)).Flagged);
        AssertDone(await visitor.UnflagAsync(id));
        AssertDone(await visitor.UnflagAsync(id));
        Assert.False((await visitor.GetAsync(id)).Flagged);
        AssertDone(await visitor.FlagAsync(id));
        Assert.True((await visitor.GetAsync(id)).Flagged);
    }

    [Fact]
    public async Task A_correction_can_be_changed_confirmed_and_taken_back_without_touching_the_prediction()
    {
        var visitor = await App.VisitorAsync();
        var made = await visitor.UploadAsync();
        foreach (var label in new[] { "Rice", "Noodles/Pasta", "Noodles/Pasta", made.Class })
        {
            AssertDone(await visitor.CorrectAsync(made.Id, label));
            var seen = await visitor.GetAsync(made.Id);
            Assert.Equal((label, made.Class, made.Probability), (seen.Correction, seen.Class, seen.Probability));
        }

        AssertDone(await visitor.UncorrectAsync(made.Id));
        Assert.Null((await visitor.GetAsync(made.Id)).Correction);
    }

    [Fact]
    public async Task Feedback_of_one_rater_neither_shows_to_nor_changes_that_of_another()
    {
        var id = (await App.Anonymous().UploadAsync()).Id;
        var (first, second) = (await App.VisitorAsync(), await App.VisitorAsync());
        AssertDone(await first.CorrectAsync(id, "Rice"));
        AssertDone(await second.CorrectAsync(id, "Soup"));
        AssertDone(await second.FlagAsync(id));
        AssertDone(await second.UncorrectAsync(id));
        Assert.Equal(("Rice", false), ((await first.GetAsync(id)).Correction, (await first.GetAsync(id)).Flagged));
        Assert.Equal((null, true), ((await second.GetAsync(id)).Correction, (await second.GetAsync(id)).Flagged));
    }

    [Fact]
    public async Task The_same_feedback_sent_many_times_at_once_is_one_fact()
    {
        var visitor = await App.VisitorAsync();
        var id = (await visitor.UploadAsync()).Id;
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(i => i % 2 == 0 ? visitor.CorrectAsync(id, "Rice") : visitor.FlagAsync(id))
        );
        Assert.All(answers, AssertDone);
        AssertDone(await visitor.UncorrectAsync(id));
        AssertDone(await visitor.UnflagAsync(id));
        Assert.Equal((null, false), ((await visitor.GetAsync(id)).Correction, (await visitor.GetAsync(id)).Flagged));
    }

    [Fact]
    public async Task A_class_that_does_not_exist_is_refused_with_the_list_of_those_that_do()
    {
        var visitor = await App.VisitorAsync();
        var id = (await visitor.UploadAsync()).Id;
        foreach (var label in new[] { "Pizza", "soup", "", null })
        {
            using var refused = await visitor.CorrectAsync(id, label);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains(
                label is "Pizza" ? "Vegetable/Fruit" : "class",
                await refused.Content.ReadAsStringAsync(Cancel),
                StringComparison.Ordinal
            );
        }

        Assert.Null((await visitor.GetAsync(id)).Correction);
    }

    [Fact]
    public async Task Feedback_on_a_photo_of_somebody_else_or_of_nobody_is_not_found()
    {
        var id = (await (await App.VisitorAsync()).UploadAsync()).Id;
        var stranger = await App.VisitorAsync();
        foreach (var target in new[] { id, Guid.CreateVersion7(TimeProvider.System.GetUtcNow()) })
        {
            foreach (
                var answer in new[]
                {
                    await stranger.FlagAsync(target),
                    await stranger.UnflagAsync(target),
                    await stranger.CorrectAsync(target, "Soup"),
                }
            )
            {
                using (answer)
                    Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }
        }
    }
}

public sealed class FeedbackOnSqlite(SqliteApp app) : FeedbackTests(app);

public sealed class FeedbackOnPostgreSql(PostgreSqlApp app) : FeedbackTests(app);
