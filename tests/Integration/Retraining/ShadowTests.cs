using GourmetGram.Application;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Retraining;

public sealed class ShadowOnSqlite() : ShadowTests(DatabaseProvider.Sqlite);

public sealed class ShadowOnPostgreSql() : ShadowTests(DatabaseProvider.PostgreSql);

/// <summary>A challenger answers photos beside the champion: what it says is stored and shown, and its faults end only itself.</summary>
public abstract class ShadowTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private readonly ThreeClassSwitch models = new();
    private int photos;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_answers_are_stored_and_shown_beside_those_of_the_model_that_serves()
    {
        var host = await StartAsync();
        var started = await host.SendAsync(new StartShadow.Command("1.1", "ada"));
        Assert.Equal(("1.1", "1", "ada", 0), (started.Challenger, started.Champion, started.By, started.Photos));
        Assert.Null(started.Agreement);
        Assert.True(On(host));

        await OfferAsync(host, count: 8, differ: false);
        await OfferAsync(host, count: 2, differ: true);
        await UntilAsync(host, shadow => shadow.Photos == 10);

        var shadow = await host.SendAsync(new GetShadow.Query());
        Assert.Equal(0.8, shadow.Agreement);
        Assert.InRange(0.8, shadow.AgreementLow!.Value, shadow.AgreementHigh!.Value);
        Assert.Equal([new ChangedClass(Some.Labels[1], Some.Labels[2], 2)], shadow.Changes);
        Assert.InRange(shadow.P95Milliseconds!.Value, 0, 10_000);
        Assert.True(shadow.MeanMilliseconds <= shadow.P95Milliseconds * 10);
        Assert.Equal((0L, 0L), (shadow.Dropped, shadow.Failed));
        var answer = (await host.RowsAsync<ModelAnswer>())[0];
        Assert.Equal(answer.ClassIndex, answer.Read()!.PredictedIndex);
        Assert.Equal("1", models.Serving.Version);
    }

    [Fact]
    public async Task A_deleted_photo_takes_its_answers_along_and_one_deleted_meanwhile_gets_none()
    {
        var host = await StartAsync();
        await host.SendAsync(new StartShadow.Command("1.1", "ada"));
        Offer(host, Guid.CreateVersion7(Some.Time), differ: false);
        await OfferAsync(host, count: 2, differ: false);
        await UntilAsync(host, shadow => shadow.Photos == 2);
        var first = (await host.RowsAsync<ModelAnswer>())[0].PredictionId;
        await host.InStepAsync(async scope =>
        {
            var all = scope.GetRequiredService<IRepository<Prediction>>();
            all.Remove((await all.FirstOrDefaultAsync(new ById(first), Cancel))!);
        });
        Assert.Equal(1, (await host.SendAsync(new GetShadow.Query())).Photos);
    }

    [Fact]
    public async Task Its_faults_switch_it_off_and_an_alert_says_so_until_a_person_reacts()
    {
        var host = await StartAsync();
        await AddModelAsync(host, "1.2", new LinearHead(3, 2, [float.MaxValue, float.MaxValue, 0, 0, 0, 0], [0, 0, 0]));
        await host.SendAsync(new StartShadow.Command("1.2", "ada"));
        Assert.False(await IsFailingAsync(host));
        await OfferAsync(host, count: 10, differ: false);

        await UntilAsync(host, shadow => shadow.Fault is not null);

        var shadow = await host.SendAsync(new GetShadow.Query("1.2"));
        Assert.Equal((ShadowEnd.Fault, 10, 0), (shadow.End, shadow.Failed, shadow.Photos));
        Assert.Equal("It failed on 10 photos in a row. It answered with numbers that are not finite.", shadow.Fault);
        Assert.False(On(host));
        Assert.True(await IsFailingAsync(host));
        shadow = await host.SendAsync(new StopShadow.Command("bob"));
        Assert.Equal((ShadowEnd.Fault, "bob"), (shadow.End, shadow.EndedBy));
        Assert.False(await IsFailingAsync(host));
        await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new StopShadow.Command("bob")));
    }

    [Fact]
    public async Task It_ends_when_another_model_serves_or_takes_its_place()
    {
        var host = await StartAsync();
        await AddModelAsync(host, "1.2", ThreeClassSwitch.Challenger);
        await AddModelAsync(host, "1.3", ThreeClassSwitch.Challenger);
        await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new StartShadow.Command("1", "ada")));
        await Assert.ThrowsAsync<NotFoundException>(() => host.SendAsync(new StartShadow.Command("9", "ada")));
        await Assert.ThrowsAsync<NotFoundException>(() => host.SendAsync(new GetShadow.Query()));
        await host.SendAsync(new StartShadow.Command("1.1", "ada"));
        await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new StartShadow.Command("1.1", "ada")));

        await host.SendAsync(new StartShadow.Command("1.2", "bob"));
        Assert.Equal((ShadowEnd.Replaced, "bob"), await EndAsync("1.1"));
        await host.SendAsync(new PromoteModel.Command("1.3", "eve", "judged by hand on 50 photos"));
        Assert.Equal((ShadowEnd.ChampionChanged, "eve"), await EndAsync("1.2"));
        await FollowAsync(host);
        Assert.False(On(host));

        async Task<(ShadowEnd?, string?)> EndAsync(string version)
        {
            var shadow = await host.SendAsync(new GetShadow.Query(version));
            return (shadow.End, shadow.EndedBy);
        }
    }

    [Fact]
    public async Task Another_node_follows_and_a_restart_goes_on()
    {
        var host = await StartAsync();
        await host.SendAsync(new StartShadow.Command("1.1", "ada"));
        if (Provider == DatabaseProvider.Sqlite)
            await host.DisposeAsync();
        var node = await StartAsync();
        Assert.False(On(node));

        await FollowAsync(node);

        Assert.True(On(node));
        await OfferAsync(node, count: 1, differ: true);
        await UntilAsync(node, shadow => shadow.Photos == 1);
        await node.SendAsync(new StopShadow.Command("ada"));
        Assert.False(On(node));
        if (Provider == DatabaseProvider.Sqlite)
            return;
        Assert.True(On(host));
        await FollowAsync(host);
        Assert.False(On(host));
    }

    [Fact]
    public async Task A_model_whose_network_is_not_here_is_refused_in_words()
    {
        var host = await StartAsync();
        await AddModelAsync(host, "5.1", ThreeClassSwitch.Challenger, backbone: new string('5', 64));

        var refused = await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new StartShadow.Command("5.1", "ada")));

        Assert.Contains("which is not here", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ShadowEnd.Fault, (await host.SendAsync(new GetShadow.Query("5.1"))).End);
    }

    private async Task<PersistenceHost> StartAsync()
    {
        var host = AddHost(more: services =>
        {
            services.AddSingleton<IModelSwitch>(models);
            services.AddServing();
        });
        await host.MigrateAsync();
        if (!(await host.RowsAsync<RegisteredModel>()).Any(model => model.Version == "1.1"))
            await AddModelAsync(host, "1.1", ThreeClassSwitch.Challenger);
        return host;
    }

    private static IShadow ShadowOf(PersistenceHost host) => host.Services.GetRequiredService<IShadow>();

    private static bool On(PersistenceHost host) => ShadowOf(host).IsOn;

    private static Task FollowAsync(PersistenceHost host) =>
        host.InScopeAsync(scope => scope.GetRequiredService<IShadowFollower>().FollowAsync(Cancel));

    private static Task UntilAsync(PersistenceHost host, Func<ShadowResponse, bool> condition) =>
        Waiting.UntilAsync(async () =>
        {
            await FollowAsync(host);
            return condition(await host.SendAsync(new GetShadow.Query()));
        });

    private static Task<bool> IsFailingAsync(PersistenceHost host) =>
        host.InScopeAsync(async scope =>
            (await scope.GetServices<IOperationProbe>().Single(probe => probe.Rule == RuleNames.Shadow).CheckAsync(false, Cancel))
                is { IsFailing: true }
        );

    /// <summary>Stores photos that the champion answered, and hands them over.</summary>
    private async Task OfferAsync(PersistenceHost host, int count, bool differ)
    {
        for (var i = 0; i < count; i++)
        {
            var id = Guid.Empty;
            await host.InStepAsync(async scope =>
            {
                var model = await scope.GetRequiredService<IRepository<ModelVersion>>().FirstOrDefaultAsync(new VersionOne(), Cancel);
                var prediction = Prediction.Record(
                    Some.Jpeg($"{photos++:x64}", 4),
                    new ClassProbabilities([0.1f, 0.8f, 0.1f]),
                    model!,
                    Some.Visitor,
                    TimeSpan.Zero,
                    TimeSpan.Zero,
                    Some.Time
                );
                scope.GetRequiredService<IRepository<Prediction>>().Add(prediction);
                id = prediction.Id;
            });
            Offer(host, id, differ);
        }
    }

    /// <summary>Hands over a photo that the champion names the second class.</summary>
    private void Offer(PersistenceHost host, Guid predictionId, bool differ) =>
        ShadowOf(host).Offer(new ShadowPhoto(predictionId, new ClassifierOutput(models.Base, [0, 1, 0], [-1, differ ? 1 : -1]), []));

    private static Task AddModelAsync(PersistenceHost host, string version, LinearHead head, string? backbone = null) =>
        host.InStepAsync(scope =>
        {
            var hash = Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(version)).PadLeft(64, '0');
            var row = ModelVersion.Register(Some.LoadedModel.Name, version, "float", hash, 1, Some.Labels, Some.Time);
            scope.GetRequiredService<IRepository<ModelVersion>>().Add(row);
            var lineage = new Lineage(ParentId: null, new string('d', 64), "{}", NewestPhotoAt: null, "ada");
            scope
                .GetRequiredService<IRepository<RegisteredModel>>()
                .Add(RegisteredModel.Trained(row, backbone ?? Some.LoadedModel.Backbone, head, lineage, Some.Time));
            return Task.CompletedTask;
        });

    private sealed class VersionOne : Ardalis.Specification.Specification<ModelVersion>
    {
        public VersionOne() => Ardalis.Specification.SpecificationBuilderExtensions.Where(Query, model => model.Version == "1");
    }

    private sealed class ById : Ardalis.Specification.Specification<Prediction>
    {
        public ById(Guid id) => Ardalis.Specification.SpecificationBuilderExtensions.Where(Query, one => one.Id == id);
    }
}
