using Ardalis.Specification;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

public sealed class SqliteRepositoryTests() : RepositoryTests(DatabaseProvider.Sqlite);

public sealed class PostgreSqlRepositoryTests() : RepositoryTests(DatabaseProvider.PostgreSql);

public abstract class RepositoryTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Host.MigrateAsync();
    }

    [Theory]
    [InlineData("Suppe mit Nüdeli 🍜.jpg")]
    [InlineData(null)]
    public async Task A_prediction_reads_back_as_it_was_written(string? fileName)
    {
        var written = Some.Prediction(Some.Model(), fileName: fileName);
        await Host.SaveAsync(written);

        var read = await FindAsync(Specifications.Create<Prediction>("PredictionById", written.Id));

        Assert.NotNull(read);
        Assert.Equal(written.CreatedAt, read.CreatedAt);
        Assert.Equal(written.Maker, read.Maker);
        Assert.Equal(written.Photo, read.Photo);
        Assert.Equal(written.Probabilities, read.Probabilities);
        Assert.Equal(written.PredictedIndex, read.PredictedIndex);
        Assert.Equal(written.Confidence, read.Confidence);
        Assert.Equal(written.DecodeTime, read.DecodeTime);
        Assert.Equal(written.InferenceTime, read.InferenceTime);
        Assert.Equal(written.Model.Id, read.Model.Id);
        Assert.Equal(written.Model.Labels, read.Model.Labels);
        Assert.Equal(written.Model.Temperature, read.Model.Temperature);
        Assert.Equal(written.Model.FirstSeenAt, read.Model.FirstSeenAt);
        Assert.Equal(written.PredictedClass, read.PredictedClass);
    }

    [Fact]
    public async Task Probabilities_are_little_endian_floats_and_times_whole_numbers()
    {
        await Host.SaveAsync(Some.Prediction(Some.Model()));

        var bytes = Assert.Single(await Host.ValuesAsync<byte[]>("""SELECT "Probabilities" AS "Value" FROM "Predictions" """));
        Assert.Equal(Convert.FromHexString("CDCCCC3DCDCC4C3E3333333F"), bytes);
        Assert.Equal(
            [Some.Time.ToUnixTimeMilliseconds()],
            await Host.ValuesAsync<long>("""SELECT "CreatedAt" AS "Value" FROM "Predictions" """)
        );
        Assert.Equal([12_345L], await Host.ValuesAsync<long>("""SELECT "DecodeTime" AS "Value" FROM "Predictions" """));
    }

    [Fact]
    public async Task A_prediction_of_a_known_model_adds_no_second_model()
    {
        await Host.SaveAsync(Some.Prediction(Some.Model()));

        await Host.InStepAsync(async scope =>
        {
            var models = scope.GetRequiredService<IRepository<ModelVersion>>();
            var known = await models.FirstOrDefaultAsync(
                Specifications.Create<ModelVersion>("ModelVersionOf", Some.LoadedModel),
                Cancellation
            );
            var predictions = scope.GetRequiredService<IRepository<Prediction>>();
            predictions.Add(Some.Prediction(known!));
        });

        Assert.Equal(2, (await Host.RowsAsync<Prediction>()).Count);
        Assert.Single(await Host.RowsAsync<ModelVersion>());
    }

    [Fact]
    public async Task Predictions_page_in_the_order_of_time_whatever_byte_of_the_id_differs()
    {
        var model = Some.Model();
        await Host.SaveAsync(model);
        // The time is in the first 48 bits of the id: each power of two changes another bit.
        var times = Enumerable.Range(0, 46).Select(bit => DateTimeOffset.FromUnixTimeMilliseconds(1L << bit)).ToList();
        var shuffled = times.OrderBy(time => time.ToUnixTimeMilliseconds() * 2_654_435_761 % 9973);
        await Host.InScopeAsync(async scope =>
        {
            var context = scope.GetRequiredService<GourmetGramDbContext>();
            context.Attach(model);
            context.AddRange(shuffled.Select(time => Some.Prediction(model, time)));
            context.Add(Some.Prediction(model, maker: new Actor(ActorKind.Visitor, "v2")));
            await context.SaveChangesAsync(Cancellation);
        });

        var caller = new Caller(Some.Visitor, IsReviewer: false);
        var pages = new List<Page<PredictionResponse>>();
        do
        {
            pages.Add(await Host.SendAsync(new ListPredictions.Query(pages.LastOrDefault()?.Next, Limit: 10, caller)));
        } while (pages[^1].Next is not null);

        Assert.Equal(5, pages.Count);
        Assert.Equal(times.OrderDescending(), pages.SelectMany(page => page.Items).Select(item => item.CreatedAt));
    }

    [Fact]
    public async Task Of_two_steps_that_meet_the_same_new_model_the_second_starts_over_with_an_empty_unit_of_work()
    {
        await Host.SaveAsync(Some.Prediction(Some.Model()));

        var attempts = 0;
        await Host.InStepAsync(scope =>
        {
            Assert.Empty(scope.GetRequiredService<GourmetGramDbContext>().ChangeTracker.Entries());
            if (++attempts == 1)
                scope.GetRequiredService<IRepository<Prediction>>().Add(Some.Prediction(Some.Model()));
            return Task.CompletedTask;
        });

        Assert.Equal(2, attempts);
        Assert.Single(await Host.RowsAsync<Prediction>());
    }

    [Fact]
    public async Task A_lost_race_for_an_idempotency_key_saves_nothing_of_the_loser()
    {
        var winner = Some.Prediction(Some.Model());
        await Host.SaveAsync(winner);
        await Host.SaveAsync(IdempotencyRecord.For("visitor", "key", winner));
        await Host.SaveAsync(IdempotencyRecord.For("other visitor", "key", winner));

        await Assert.ThrowsAsync<ConcurrentChangeException>(() =>
            Host.InStepAsync(async scope =>
            {
                var model = await scope
                    .GetRequiredService<IRepository<ModelVersion>>()
                    .FirstOrDefaultAsync(Specifications.Create<ModelVersion>("LatestModelVersion"), Cancellation);
                scope.GetRequiredService<GourmetGramDbContext>().Attach(model!);
                var loser = Some.Prediction(model!);
                scope.GetRequiredService<IRepository<Prediction>>().Add(loser);
                var keys = scope.GetRequiredService<IRepository<IdempotencyRecord>>();
                keys.Add(IdempotencyRecord.For("visitor", "key", loser));
            })
        );

        Assert.Equal([winner.Id], (await Host.RowsAsync<Prediction>()).Select(p => p.Id));
        var record = await FindAsync(Specifications.Create<IdempotencyRecord>("IdempotencyRecordOf", "visitor", "key"));
        Assert.Equal(winner.Id, record?.PredictionId);
    }

    [Fact]
    public async Task Of_two_requests_that_reuse_an_expired_key_the_second_starts_over()
    {
        var first = Some.Prediction(Some.Model());
        await Host.SaveAsync(first);
        await Host.SaveAsync(IdempotencyRecord.For("visitor", "key", first));
        var later = Some.Prediction(Some.Model(), Some.Time + IdempotencyRecord.Lifetime);
        var specification = Specifications.Create<IdempotencyRecord>("IdempotencyRecordOf", "visitor", "key");

        var seen = new List<Guid>();
        await Host.InStepAsync(async slow =>
        {
            var record = (
                await slow.GetRequiredService<IRepository<IdempotencyRecord>>().FirstOrDefaultAsync(specification, Cancellation)
            )!;
            seen.Add(record.PredictionId);
            if (seen.Count > 1)
                return;
            record.Reuse(later);
            await Host.InStepAsync(async fast =>
                (await fast.GetRequiredService<IRepository<IdempotencyRecord>>().FirstOrDefaultAsync(specification, Cancellation))!.Reuse(
                    later
                )
            );
        });

        Assert.Equal([first.Id, later.Id], seen);
        Assert.Equal(later.Id, Assert.Single(await Host.RowsAsync<IdempotencyRecord>()).PredictionId);
    }

    [Fact]
    public async Task Feedback_on_a_prediction_that_is_gone_is_a_lost_race()
    {
        var unsaved = Some.Prediction(Some.Model());

        await Assert.ThrowsAsync<ConcurrentChangeException>(() =>
            Host.SaveAsync(UserFeedback.Flag(unsaved, Some.Visitor, FeedbackSource.Api, Some.Time))
        );

        Assert.Empty(await Host.RowsAsync<UserFeedback>());
    }

    [Fact]
    public async Task A_new_correction_supersedes_the_one_before_in_one_save()
    {
        var prediction = Some.Prediction(Some.Model());
        await Host.SaveAsync(prediction);
        var caller = new Caller(Some.Visitor, IsReviewer: false);

        // The ids are random in their last bits; an order of statements that followed from them would fail in some round.
        for (var round = 0; round < 12; round++)
            await Host.SendAsync(new CorrectLabel.Command(prediction.Id, Some.Labels[round % 3], caller, FeedbackSource.Page));

        var rows = await Host.RowsAsync<UserFeedback>();
        Assert.Equal(12, rows.Count);
        Assert.Equal(11, rows.Count(f => f is { End: FeedbackEnd.Superseded, EndedAt: not null }));
        var current = await FindAsync(
            Specifications.Create<UserFeedback>("CurrentFeedback", prediction.Id, Some.Visitor, FeedbackTopic.Class)
        );
        Assert.Equal((2, FeedbackKind.Confirmation), (current?.ClassIndex, current?.Kind));
    }

    [Fact]
    public async Task One_rater_has_one_current_fact_however_often_it_is_said_at_once()
    {
        var prediction = Some.Prediction(Some.Model());
        await Host.SaveAsync(prediction);
        var command = new FlagPrediction.Command(prediction.Id, new Caller(Some.Visitor, IsReviewer: false), FeedbackSource.Page);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Host.SendAsync(command), Cancellation)));

        var fact = Assert.Single(await Host.RowsAsync<UserFeedback>());
        Assert.All(answers, answer => Assert.Equal(fact.Id, answer.FeedbackId));
    }

    [Fact]
    public async Task A_fact_that_was_taken_back_can_be_said_again()
    {
        var prediction = Some.Prediction(Some.Model());
        await Host.SaveAsync(prediction);
        var caller = new Caller(Some.Visitor, IsReviewer: false);

        await Host.SendAsync(new FlagPrediction.Command(prediction.Id, caller, FeedbackSource.Page));
        await Host.SendAsync(new UndoFeedback.Command(prediction.Id, FeedbackTopic.Flag, caller, FeedbackSource.Page));
        await Host.SendAsync(new FlagPrediction.Command(prediction.Id, caller, FeedbackSource.Page));

        var rows = await Host.RowsAsync<UserFeedback>();
        Assert.Equal([null, FeedbackEnd.Withdrawn], rows.Select(f => f.End).Order());
        var onMany = Specifications.Create<UserFeedback>("CurrentFeedbackOnMany", new[] { prediction.Id, Guid.Empty }, Some.Visitor);
        var current = await Host.InScopeAsync(scope =>
            scope.GetRequiredService<IRepository<UserFeedback>>().ListAsync(onMany, Cancellation)
        );
        Assert.Null(Assert.Single(current).End);
    }

    [Fact]
    public async Task Of_two_requests_that_end_one_fact_the_second_starts_over()
    {
        var prediction = Some.Prediction(Some.Model());
        var fact = UserFeedback.Flag(prediction, Some.Visitor, FeedbackSource.Api, Some.Time);
        await Host.SaveAsync(prediction);
        await Host.SaveAsync(fact);
        var specification = Specifications.Create<UserFeedback>("CurrentFeedback", prediction.Id, Some.Visitor, FeedbackTopic.Flag);

        var seen = new List<UserFeedback?>();
        await Host.InStepAsync(async slow =>
        {
            seen.Add(await slow.GetRequiredService<IRepository<UserFeedback>>().FirstOrDefaultAsync(specification, Cancellation));
            if (seen.Count > 1)
                return;
            seen[0]!.Supersede(Some.Time);
            await Host.InStepAsync(async fast =>
                (await fast.GetRequiredService<IRepository<UserFeedback>>().FirstOrDefaultAsync(specification, Cancellation))!.Withdraw(
                    Some.Time
                )
            );
        });

        Assert.Equal(2, seen.Count);
        Assert.Null(seen[1]);
        Assert.Equal(FeedbackEnd.Withdrawn, Assert.Single(await Host.RowsAsync<UserFeedback>()).End);
    }

    [Fact]
    public async Task Fifty_requests_that_save_at_once_all_succeed()
    {
        await Host.SaveAsync(Some.Model());

        await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(i =>
                    Task.Run(
                        () =>
                            Host.InStepAsync(async scope =>
                            {
                                var model = await scope
                                    .GetRequiredService<IRepository<ModelVersion>>()
                                    .FirstOrDefaultAsync(
                                        Specifications.Create<ModelVersion>("ModelVersionOf", Some.LoadedModel),
                                        Cancellation
                                    );
                                var prediction = Some.Prediction(model!);
                                scope.GetRequiredService<IRepository<Prediction>>().Add(prediction);
                                var keys = scope.GetRequiredService<IRepository<IdempotencyRecord>>();
                                keys.Add(IdempotencyRecord.For("visitor", $"key {i}", prediction));
                            }),
                        Cancellation
                    )
                )
        );

        Assert.Equal(50, (await Host.RowsAsync<Prediction>()).Count);
        Assert.Equal(50, (await Host.RowsAsync<IdempotencyRecord>()).Count);
    }

    [Fact]
    public async Task Rows_of_one_answer_share_their_model()
    {
        var model = Some.Model();
        await Host.SaveAsync(Some.Prediction(model), Some.Prediction(model));

        var rows = await Host.InScopeAsync(scope =>
            scope
                .GetRequiredService<IRepository<Prediction>>()
                .ListAsync(Specifications.Create<Prediction>("PredictionsOfMaker", Some.Visitor, null, 10), Cancellation)
        );

        Assert.Equal(2, rows.Count);
        Assert.Same(rows[0].Model, rows[1].Model);
    }

    [Fact]
    public async Task Every_specification_of_the_application_becomes_SQL()
    {
        Assert.NotEmpty(Specifications.Names);
        var failures = new List<string>();
        foreach (var name in Specifications.Names)
        {
            try
            {
                await Host.InScopeAsync(scope => Specifications.RunWithSampleArgumentsAsync(name, scope));
            }
            catch (Exception e)
            {
                failures.Add($"{name}: {e.Message}");
            }
        }

        Assert.Empty(failures);
    }

    private Task<T?> FindAsync<T>(Specification<T> specification)
        where T : class =>
        Host.InScopeAsync(scope => scope.GetRequiredService<IRepository<T>>().FirstOrDefaultAsync(specification, Cancellation));
}
