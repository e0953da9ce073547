using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

public sealed class SqliteUnitOfWorkTests() : UnitOfWorkTests(DatabaseProvider.Sqlite);

public sealed class PostgreSqlUnitOfWorkTests() : UnitOfWorkTests(DatabaseProvider.PostgreSql);

/// <summary>A step is committed once, as a whole or not at all, and nothing else is committed.</summary>
public abstract class UnitOfWorkTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Host.MigrateAsync();
    }

    [Fact]
    public async Task Outside_of_a_step_nothing_is_tracked_added_or_removed()
    {
        await Host.SaveAsync(Some.Model());
        await Host.InScopeAsync(async scope =>
        {
            var models = scope.GetRequiredService<IRepository<ModelVersion>>();
            var model = await models.FirstOrDefaultAsync(Specifications.Create<ModelVersion>("ModelVersionOf", Some.LoadedModel), Cancel);
            Assert.Empty(scope.GetRequiredService<GourmetGramDbContext>().ChangeTracker.Entries());
            Assert.Throws<InvalidOperationException>(() => models.Add(model!));
            Assert.Throws<InvalidOperationException>(() => models.Remove(model!));
            Assert.Throws<InvalidOperationException>(() => scope.GetRequiredService<IUnitOfWork>().AfterCommit(() => { }));
        });
    }

    [Fact]
    public async Task A_step_does_not_commit_what_the_scope_around_it_has_changed()
    {
        await Host.InScopeAsync(async scope =>
        {
            scope.GetRequiredService<GourmetGramDbContext>().Add(Some.Model());
            await scope
                .GetRequiredService<IUnitOfWork>()
                .RunStepAsync(
                    (IRepository<Tombstone> step) =>
                    {
                        step.Add(Tombstone.For(Some.Prediction(Some.Model()), Some.Time));
                        return Task.FromResult(true);
                    }
                );
        });
        Assert.Single(await Host.RowsAsync<Tombstone>());
        Assert.Empty(await Host.RowsAsync<ModelVersion>());
    }

    [Fact]
    public async Task A_step_within_a_step_is_refused_and_nothing_is_committed()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Host.InStepAsync(async scope =>
            {
                scope.GetRequiredService<IRepository<ModelVersion>>().Add(Some.Model());
                await scope.GetRequiredService<IUnitOfWork>().RunStepAsync((IRepository<ModelVersion> _) => Task.FromResult(true));
            })
        );
        Assert.Empty(await Host.RowsAsync<ModelVersion>());
    }

    [Fact]
    public async Task What_follows_the_commit_waits_for_it_and_a_lost_attempt_is_undone()
    {
        await Host.SaveAsync(Some.Model());
        var said = new List<string>();
        await Host.InStepAsync(scope =>
        {
            var attempt = said.Count + 1;
            var work = scope.GetRequiredService<IUnitOfWork>();
            work.AfterCommit(() => said.Add($"{attempt} is committed"));
            work.AfterRollback(async () => said.Add($"{attempt} is undone, {(await Host.RowsAsync<ModelVersion>()).Count} row"));
            // The first time the row is there already.
            scope.GetRequiredService<IRepository<ModelVersion>>().Add(attempt == 1 ? Some.Model() : AnotherModel());
            return Task.CompletedTask;
        });
        Assert.Equal(["1 is undone, 1 row", "2 is committed"], said);
        Assert.Equal(2, (await Host.RowsAsync<ModelVersion>()).Count);
    }

    [Fact]
    public async Task A_step_that_throws_is_undone_and_not_committed()
    {
        var undone = 0;
        await Assert.ThrowsAsync<NotFoundException>(() =>
            Host.InStepAsync(scope =>
            {
                scope.GetRequiredService<IRepository<ModelVersion>>().Add(Some.Model());
                scope.GetRequiredService<IUnitOfWork>().AfterRollback(() => Task.FromResult(undone++));
                throw new NotFoundException("Nothing");
            })
        );
        Assert.Equal(1, undone);
        Assert.Empty(await Host.RowsAsync<ModelVersion>());
    }

    [Fact]
    public async Task Reading_creates_nothing()
    {
        await Host.ExecuteAsync("DELETE FROM \"SamplingKeys\"");
        await Host.ExecuteAsync("DELETE FROM \"MediaKeys\"");
        await Host.ExecuteAsync("DELETE FROM \"FeedbackLoops\"");
        await Assert.ThrowsAsync<InvalidOperationException>(() => Host.SendAsync(new ListLoops.Query()));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Host.SendAsync(new SelectCandidates.Command()));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Host.SendAsync(new GetReview.Query("lowconfidence", new Caller(Some.Visitor, IsReviewer: true)))
        );
        Assert.Empty(await Host.RowsAsync<SamplingKey>());
        Assert.Empty(await Host.RowsAsync<FeedbackLoop>());
        Assert.Empty(await Host.ValuesAsync<string>("SELECT \"Id\" AS \"Value\" FROM \"MediaKeys\""));
    }

    [Fact]
    public async Task Starts_at_the_same_time_create_each_loop_and_key_once()
    {
        await Host.ExecuteAsync("DELETE FROM \"SamplingKeys\"");
        await Host.ExecuteAsync("DELETE FROM \"MediaKeys\"");
        await Host.ExecuteAsync("DELETE FROM \"LoopChanges\"");
        await Host.ExecuteAsync("DELETE FROM \"FeedbackLoops\"");
        var scopes = Host.Services.GetRequiredService<IServiceScopeFactory>();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => scopes.SeedAsync(Cancel), Cancel)));
        Assert.Single(await Host.RowsAsync<SamplingKey>());
        Assert.Single(await Host.ValuesAsync<string>("SELECT \"Id\" AS \"Value\" FROM \"MediaKeys\""));
        var loops = (await Host.RowsAsync<FeedbackLoop>()).Select(loop => loop.Name).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(loops, (await Host.RowsAsync<LoopChange>()).Select(change => change.Loop).Order(StringComparer.Ordinal));
        Assert.Contains("userfeedback", loops, StringComparer.Ordinal);
    }

    private static ModelVersion AnotherModel() =>
        ModelVersion.Register("four", "1", "float", new string('d', 64), 1, Some.Labels, Some.Time);
}
