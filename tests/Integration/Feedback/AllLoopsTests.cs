using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Feedback;

public sealed class AllLoopsOnSqlite() : AllLoopsTests(DatabaseProvider.Sqlite);

public sealed class AllLoopsOnPostgreSql() : AllLoopsTests(DatabaseProvider.PostgreSql);

/// <summary>A thousand photos through all loops: every bucket holds what it should, and nothing else.</summary>
public abstract class AllLoopsTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const int Count = 1_000;
    private const int PerWindow = 40;

    private static readonly Caller Ada = new(new Actor(ActorKind.Account, "ada"), IsReviewer: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_bucket_holds_what_its_loop_selected_by_the_class_that_people_gave()
    {
        await using var host = AddHost(durability: Durability.Process);
        await host.MigrateAsync();
        var model = Some.Model();
        var photos = Enumerable.Range(0, Count).Select(i => Photo(model, i)).ToList();
        var store = host.Services.GetRequiredService<IObjectStore>();
        foreach (var photo in photos)
            await store.PutAsync(new ObjectAddress("production", photo.ObjectKey), photo.Id.ToByteArray(), "image/jpeg", Cancel);
        await host.SaveAsync(photos.ToArray());
        // Each by another visitor: together they are no flood.
        var flagged = photos.Where((_, i) => i % 10 == 3).ToList();
        foreach (var photo in flagged)
            await host.SendAsync(
                new FlagPrediction.Command(
                    photo.Id,
                    new Caller(new Actor(ActorKind.Visitor, $"v{photo.Id}"), IsReviewer: true),
                    FeedbackSource.Page
                )
            );
        var corrected = photos.Where((photo, i) => i % 25 == 7 && photo.PredictedIndex != 1).ToList();
        foreach (var photo in corrected)
            await host.SendAsync(
                new CorrectLabel.Command(
                    photo.Id,
                    Some.Labels[1],
                    new Caller(new Actor(ActorKind.Visitor, $"v{photo.Id}"), IsReviewer: true),
                    FeedbackSource.Page
                )
            );
        await host.SendAsync(
            Some.ChangeOf("randomsampled") with
            {
                Settings = new Dictionary<string, string> { ["perWindow"] = $"{PerWindow}" },
            }
        );

        await host.SendAsync(
            Some.ChangeOf("lowconfidence") with
            {
                DailyLimit = 0,
                Settings = new Dictionary<string, string> { ["perUploader"] = "0" },
            }
        );

        await host.SendAsync(new SampleRandom.Command());
        var selected = await host.SendAsync(new SelectCandidates.Command());
        var unsure = photos.Where(photo => photo.Confidence < 0.7).ToList();
        Assert.Equal((unsure.Count + flagged.Count + corrected.Count, 0), (selected.Selected, selected.HeldBack));
        await host.SendAsync(new MakeTasks.Command());
        var shown = (await host.RowsAsync<AnnotationTask>()).ToDictionary(task => task.Id, task => task.PredictionId);
        foreach (var loop in new[] { "randomsampled", "lowconfidence", "userfeedback" })
        {
            while (await host.SendAsync(new NextTask.Command(loop, Ada)) is { } task)
                await host.SendAsync(new LabelTask.Command(task.Id, Some.Labels[SaidOf(shown[task.Id])], Ada));
        }

        await host.SendAsync(new ProcessAnnotations.Command());
        var drawn = (await host.RowsAsync<Selection>())
            .Where(line => line.Loop == "randomsampled")
            .Select(line => line.PredictionId)
            .ToHashSet();
        Assert.Equal(PerWindow, drawn.Count);
        await AssertHoldsAsync(store, "cleanproduction", photos.Where(photo => drawn.Contains(photo.Id)), SaidOf);
        await AssertHoldsAsync(store, "lowconfidence", unsure, SaidOf);
        await AssertHoldsAsync(store, "userfeedback", flagged, SaidOf);
        await AssertHoldsAsync(store, "userfeedback2", corrected, _ => 1);

        // What is said of the random sample first is blind; what is said of the same photo again, in another loop, is told beforehand.
        var counts = (await host.SendAsync(new ListLoops.Query())).Loops.ToDictionary(loop => loop.Name, loop => loop.Counts);
        Assert.Equal(
            (PerWindow, 0L, PerWindow),
            ((int)counts["randomsampled"].Selected, counts["randomsampled"].Waiting, (int)counts["randomsampled"].Labelled)
        );
        Assert.Equal((unsure.Count, unsure.Count), ((int)counts["lowconfidence"].Selected, (int)counts["lowconfidence"].Labelled));
        Assert.Equal(unsure.Count(photo => SaidOf(photo.Id) == photo.PredictedIndex), (int)counts["lowconfidence"].Agreed);
        Assert.All((await host.RowsAsync<Domain.Labeling.HumanLabel>()).Where(label => label.IsBlind), label => Assert.Null(label.EndedAt));
        Assert.Equal(PerWindow, (await host.RowsAsync<Domain.Labeling.HumanLabel>()).Count(label => label.IsBlind));
    }

    private static int SaidOf(Guid photo) => photo.ToByteArray()[15] % 3;

    private static async Task AssertHoldsAsync(IObjectStore store, string bucket, IEnumerable<Prediction> photos, Func<Guid, int> said)
    {
        var found = new List<string>();
        await foreach (var item in store.ListAsync(bucket, "", Cancel))
            found.Add(item.Key);
        Assert.Equal(
            photos.Select(photo => $"class_{said(photo.Id):00}/{photo.Id}.jpg").Order(StringComparer.Ordinal),
            found.Order(StringComparer.Ordinal)
        );
    }

    private static Prediction Photo(ModelVersion model, int number)
    {
        var confidence = 0.4f + 0.55f * (number * 37 % Count) / Count;
        var values = new float[3];
        Array.Fill(values, (1 - confidence) / 2);
        values[number % 3] = confidence;
        var prediction = Prediction.Record(
            Some.Jpeg($"{number:x64}", 16),
            new ClassProbabilities([.. values]),
            model,
            Some.Visitor,
            TimeSpan.Zero,
            TimeSpan.Zero,
            Some.Time.AddSeconds(number)
        );
        prediction.MarkImageStored();
        return prediction;
    }
}
