using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Labeling;

public sealed class SelectionFaultsOnSqlite() : SelectionFaultTests(DatabaseProvider.Sqlite);

public sealed class SelectionFaultsOnPostgreSql() : SelectionFaultTests(DatabaseProvider.PostgreSql);

/// <summary>
/// A photo, a flag or a correction counts as considered only together with what waits to be selected because of it, and waits until it is
/// selected.
/// </summary>
public abstract class SelectionFaultTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private static readonly Caller Ada = new(new Actor(ActorKind.Account, "ada"), IsReviewer: true);

    [Fact]
    public async Task What_the_database_refuses_to_select_waits_and_is_selected_once_it_can_be()
    {
        await Host.MigrateAsync();
        var model = Some.Model();
        var photos = Enumerable.Range(1, 3).Select(number => Photo(model, number)).ToArray();
        await Host.SaveAsync(photos);
        foreach (var photo in photos)
            await Host.SendAsync(new FlagPrediction.Command(photo.Id, Ada, FeedbackSource.Page));
        await Host.SendAsync(new CorrectLabel.Command(photos[0].Id, Some.Labels[0], Ada, FeedbackSource.Page));

        foreach (var statement in Refuse)
            await Host.ExecuteAsync(statement);
        await Assert.ThrowsAnyAsync<Exception>(() => Host.SendAsync(new SelectCandidates.Command()));
        Assert.Empty(await Host.RowsAsync<Selection>());
        // Three unsure photos, three flags and a correction.
        Assert.Equal(7, (await Host.RowsAsync<WaitingCandidate>()).Count);

        await Host.ExecuteAsync(Allow);
        for (var run = 0; run < 2; run++)
        {
            await Host.SendAsync(new SelectCandidates.Command());
            var lines = await Host.RowsAsync<Selection>();
            Assert.Equal(
                photos.Select(photo => photo.Id).Order(),
                lines.Where(line => line.Loop == "userfeedback").Select(line => line.PredictionId).Order()
            );
            Assert.Equal(
                photos.Select(photo => photo.Id).Order(),
                lines.Where(line => line.Loop == "lowconfidence").Select(line => line.PredictionId).Order()
            );
            Assert.Equal(photos[0].Id, Assert.Single(lines, line => line.Loop == "userfeedback2").PredictionId);
        }
    }

    private string[] Refuse =>
        Provider == DatabaseProvider.Sqlite
            ? ["CREATE TRIGGER refuse BEFORE INSERT ON \"Selections\" BEGIN SELECT RAISE(ABORT, 'refused'); END"]
            :
            [
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END'",
                "CREATE TRIGGER refuse BEFORE INSERT ON \"Selections\" FOR EACH ROW EXECUTE FUNCTION refuse()",
            ];

    private string Allow => Provider == DatabaseProvider.Sqlite ? "DROP TRIGGER refuse" : "DROP TRIGGER refuse ON \"Selections\"";

    private static Prediction Photo(ModelVersion model, int number)
    {
        var photo = Some.Jpeg($"{number:x64}", 4);
        return Prediction.Record(
            photo,
            new ClassProbabilities([0.2f, 0.3f, 0.5f]),
            model,
            Some.Visitor,
            TimeSpan.Zero,
            TimeSpan.Zero,
            Some.Time.AddSeconds(number)
        );
    }
}
