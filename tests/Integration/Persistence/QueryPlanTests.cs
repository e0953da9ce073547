using Ardalis.Specification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>
/// With a hundred thousand predictions, what runs every few seconds and what people wait for still goes by indexes: the statements that
/// were sent are explained.
/// </summary>
public sealed class QueryPlanTests() : PersistenceTests(DatabaseProvider.Sqlite)
{
    private const int Rows = 100_000;

    /// <summary>Tables that grow with use.</summary>
    private static readonly string[] Large =
    [
        "Predictions",
        "UserFeedback",
        "Selections",
        "AnnotationTasks",
        "HumanLabels",
        "CollectedImages",
        "WindowCounts",
    ];

    /// <summary>Filtered indexes that hold what is still to do: reading all of one is meant.</summary>
    private static readonly string[] ToDo =
    [
        "IX_Predictions_Unconsidered",
        "IX_UserFeedback_Unconsidered",
        "IX_UserFeedback_PendingOutput",
        "IX_UserFeedback_HeldBack",
        "IX_Selections_WithoutTask",
        "IX_AnnotationTasks_Open",
        "IX_AnnotationTasks_Skipped",
        "IX_AnnotationTasks_Tied",
        "IX_AnnotationTasks_WithoutClass",
        "IX_AnnotationTasks_DueOutput",
        "IX_CollectedImages_ToCopy",
        "IX_CollectedImages_ToRemove",
        "IX_AnnotationTasks_WithObject",
        "IX_AnnotationTasks_OnPlatform",
        "IX_AnnotationTasks_ToRecall",
    ];

    private static readonly Caller Ada = new(new Actor(ActorKind.Account, "ada"), IsReviewer: true);

    [Fact]
    public async Task Selecting_sampling_and_handing_out_scan_no_large_table()
    {
        await FillAsync();
        var statements = await RecordAsync(async () =>
        {
            await Host.SendAsync(new SelectCandidates.Command());
            await Host.SendAsync(new SampleRandom.Command());
            await Host.SendAsync(new MakeTasks.Command());
            var task = await Host.SendAsync(new NextTask.Command("lowconfidence", Ada));
            await Host.SendAsync(new ReleaseTask.Command(task!.Id, Ada));
            var label = await Host.SendAsync(new LabelTask.Command(task.Id, Some.Labels[0], Ada));
            await Host.SendAsync(new UndoLabel.Command(label.Id, Ada));
            await Host.SendAsync(new NextTask.Command("lowconfidence", Ada, TaskId: task.Id));
            await Host.SendAsync(new LabelTask.Command(task.Id, Some.Labels[0], Ada));
            await Host.SendAsync(new ProcessAnnotations.Command());
            await Host.SendAsync(new PublishTasks.Command());
            await Host.InScopeAsync(scope =>
                ((ILabelStudioWatch)scope.GetService(typeof(ILabelStudioWatch))!).CountAsync(TestContext.Current.CancellationToken)
            );
            await Host.SendAsync(new GetReview.Query("lowconfidence", Ada));
            await Host.SendAsync(new ListSelections.Query("lowconfidence", Cursor: null, 50));
            await Host.SendAsync(new ListWindows.Query(Cursor: null, 50));
            await Host.InScopeAsync(scope =>
                ((IDatasetReader)scope.GetService(typeof(IDatasetReader))!).ReadAsync(
                    "lowconfidence",
                    classIndex: null,
                    wrong: false,
                    before: null,
                    50,
                    TestContext.Current.CancellationToken
                )
            );
        });
        await AssertIndexedAsync(statements, atLeast: 30);
    }

    [Fact]
    public async Task Label_errors_annotators_and_drift_scan_no_large_table()
    {
        await FillAsync();
        var period = new PeriodQuery(new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30));
        var statements = await RecordAsync(async () =>
        {
            await Host.SendAsync(new ListLabelErrors.Query(period, MonitoringData.Administrator));
            await Host.SendAsync(new ListAnnotators.Query(period));
        });
        await AssertIndexedAsync(statements, atLeast: 4);
        var drift = await RecordAsync(() => Host.SendAsync(new GetDrift.Query(period with { ModelVersion = "1" })));
        await AssertIndexedAsync(drift, atLeast: 3);
        Assert.DoesNotContain(drift, statement => statement.Text.Contains("\"Predictions\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_every_staff_page_shows_scans_no_large_table()
    {
        await FillAsync();
        var period = new PeriodQuery(new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30));
        var model = Assert.Single(await Host.RowsAsync<ModelVersion>());
        await Host.InStepAsync(step =>
        {
            var context = step.GetRequiredService<GourmetGramDbContext>();
            context.Attach(model);
            var serving = RegisteredModel.OfFolder("1", model, "Ada", Some.Time);
            context.AddRange(serving, ServingPeriod.First(serving, "Ada", Some.Time));
            return Task.CompletedTask;
        });
        await Host.SendAsync(new SelectCandidates.Command());
        // Counts of all that a loop ever selected are made once, and remembered until a selection or an answer changes.
        await Host.SendAsync(new ListLoops.Query());
        var statements = await RecordAsync(async () =>
        {
            await Host.SendAsync(new ListReviews.Query(MonitoringData.Administrator));
            await Host.SendAsync(new ListLoops.Query());
            await Host.SendAsync(new GetAccuracyReport.Query(period, 100, 0.03));
            await Host.SendAsync(new ListMeasuredPhotos.Query(period, new ListMeasuredPhotos.Filter(), Cursor: null, 50));
            await Host.SendAsync(new GetPipeline.Query());
        });
        await AssertIndexedAsync(statements, atLeast: 15);
    }

    [Fact]
    public async Task Finding_a_photo_by_its_bytes_scans_nothing()
    {
        await FillAsync();
        var statements = await RecordAsync(() =>
            Host.InScopeAsync(async scope =>
            {
                var predictions = (IRepository<Prediction>)scope.GetService(typeof(IRepository<Prediction>))!;
                await predictions.FirstOrDefaultAsync(new OfBytes(), TestContext.Current.CancellationToken);
            })
        );
        await AssertIndexedAsync(statements, atLeast: 1);
    }

    /// <summary>Copies one prediction a hundred thousand times; all but the last hundred were considered and belong to a window.</summary>
    private async Task FillAsync()
    {
        await Host.MigrateAsync();
        await Host.SaveAsync(Some.Prediction(Some.Model()));
        var columns = await Host.ValuesAsync<string>("SELECT name AS Value FROM pragma_table_info('Predictions')");
        var values = columns.Select(name =>
            name switch
            {
                "Id" => "printf('%08X-0000-7000-8000-%012X', 26000000 + n, n)",
                "SelectionState" => $"CASE WHEN n > {Rows - 100} THEN 'Pending' ELSE 'Considered' END",
                "WindowId" => $"CASE WHEN n > {Rows - 100} THEN NULL ELSE '0199B0C6-0000-7000-8000-000000000001' END",
                "Confidence" => "0.5",
                "Photo_UploadSha256" => "printf('%064x', n)",
                _ => $"\"{name}\"",
            }
        );
        await Host.ExecuteAsync(
            $"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {Rows}) "
                + $"INSERT INTO \"Predictions\" ({string.Join(", ", columns.Select(name => $"\"{name}\""))}) "
                + $"SELECT {string.Join(", ", values)} FROM numbers, (SELECT * FROM \"Predictions\" LIMIT 1)"
        );
        await Host.ExecuteAsync("ANALYZE");
    }

    private async Task<IReadOnlyCollection<Statement>> RecordAsync(Func<Task> work) =>
        [
            .. (await StatementRecorder.RecordAsync(Host, work)).Where(statement =>
                statement.Text.StartsWith("SELECT", StringComparison.Ordinal)
                || statement.Text.StartsWith("UPDATE", StringComparison.Ordinal)
            ),
        ];

    private async Task AssertIndexedAsync(IReadOnlyCollection<Statement> statements, int atLeast)
    {
        Assert.True(statements.Count >= atLeast, $"{statements.Count} statements were sent.");
        var offences = new List<string>();
        await Host.InScopeAsync(async scope =>
        {
            var context = (GourmetGramDbContext)scope.GetService(typeof(GourmetGramDbContext))!;
            await context.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
            foreach (var statement in statements.DistinctBy(statement => statement.Text))
            {
                await using var explain = context.Database.GetDbConnection().CreateCommand();
                explain.CommandText = $"EXPLAIN QUERY PLAN {statement.Text}";
                foreach (var (name, value) in statement.Parameters)
                {
                    var parameter = explain.CreateParameter();
                    (parameter.ParameterName, parameter.Value) = (name, value);
                    explain.Parameters.Add(parameter);
                }

                await using var plan = await explain.ExecuteReaderAsync(TestContext.Current.CancellationToken);
                while (await plan.ReadAsync(TestContext.Current.CancellationToken))
                {
                    var step = plan.GetString(3);
                    if (
                        step.StartsWith("SCAN ", StringComparison.Ordinal)
                        && !ToDo.Contains(step.Split(' ')[^1])
                        && IsLarge(statement.Text, step.Split(' ')[1])
                    )
                        offences.Add($"{step}\n{statement.Text}");
                }
            }
        });
        Assert.True(offences.Count == 0, string.Join("\n\n", offences));
    }

    /// <summary>Whether an alias stands for a large table.</summary>
    private static bool IsLarge(string text, string alias) =>
        Array.Exists(Large, table => alias == table || text.Contains($"\"{table}\" AS \"{alias}\"", StringComparison.Ordinal));

    private sealed class OfBytes : Specification<Prediction>
    {
        public OfBytes()
        {
            var sha256 = new string('7', 64);
            Query.Where(prediction => prediction.Photo.UploadSha256 == sha256).OrderBy(prediction => prediction.Id).Take(1);
        }
    }
}
