using GourmetGram.Application;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace GourmetGram.Tests.Integration.Retraining;

public sealed class ServingOnSqlite() : ServingTests(DatabaseProvider.Sqlite);

public sealed class ServingOnPostgreSql() : ServingTests(DatabaseProvider.PostgreSql);

/// <summary>Which model serves is a history of entries without gap or overlap, and each node follows it.</summary>
public abstract class ServingTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private readonly ThreeClassSwitch models = new();

    [Fact]
    public async Task The_model_of_the_folder_is_registered_once_and_serves()
    {
        var host = await StartAsync();
        await host.MigrateAsync();
        var model = Assert.Single((await host.SendAsync(new ListModels.Query())).Items);
        Assert.Equal(("1", ModelOrigin.Folder, true), (model.Version, model.Origin, model.Serving));
        var period = Assert.Single(await host.RowsAsync<ServingPeriod>());
        Assert.Equal((ServingReason.Start, null), (period.Reason, period.Until));
    }

    [Fact]
    public async Task A_model_that_the_gate_has_not_seen_needs_a_note_which_stays_in_the_history()
    {
        var host = await StartAsync();
        await AddModelAsync(host, "1.1");

        var refused = await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new PromoteModel.Command("1.1", "ada")));
        Assert.Contains("has not been compared with 1 yet", refused.Message, StringComparison.Ordinal);
        Assert.Single(await host.RowsAsync<ServingPeriod>());
        await Assert.ThrowsAsync<FluentValidation.ValidationException>(() =>
            host.SendAsync(new PromoteModel.Command("1.1", "ada", "because"))
        );

        var serving = await host.SendAsync(new PromoteModel.Command("1.1", "ada", "judged by hand on 50 photos"));

        Assert.Equal((ServingReason.Override, "judged by hand on 50 photos"), (serving.Reason, serving.Note));
        Assert.Equal("1.1", models.Serving.Version);
        Assert.Equal(ThreeClassSwitch.Challenger, models.Head);
    }

    [Fact]
    public async Task The_history_has_no_gap_and_no_overlap()
    {
        var host = await StartAsync();
        await AddModelAsync(host, "1.1");
        await host.SendAsync(new PromoteModel.Command("1.1", "ada", "judged by hand on 50 photos"));
        await host.SendAsync(new RollbackModel.Command("ada"));
        await host.SendAsync(new PromoteModel.Command("1.1", "ada", "judged by hand on 80 photos"));

        var history = (await host.SendAsync(new ListServingHistory.Query(Cursor: null, Limit: 50))).Items.Reverse().ToList();

        Assert.Equal(["1", "1.1", "1", "1.1"], history.Select(period => period.Version));
        Assert.Equal(history.Skip(1).Select(period => (DateTimeOffset?)period.From), history.SkipLast(1).Select(period => period.Until));
        Assert.Null(history[^1].Until);
        foreach (var period in history.Where(period => period.Until > period.From))
            Assert.Equal(period.Version, (await host.SendAsync(new GetServing.Query(period.From))).Version);
        await Assert.ThrowsAsync<NotFoundException>(() => host.SendAsync(new GetServing.Query(history[0].From.AddDays(-1))));
    }

    [Fact]
    public async Task A_second_rollback_does_not_return_to_the_model_that_was_rolled_back_from()
    {
        var host = await StartAsync();
        await AddModelAsync(host, "1.1");
        await AddModelAsync(host, "1.2");
        await host.SendAsync(new PromoteModel.Command("1.1", "ada", "judged by hand on 50 photos"));
        await host.SendAsync(new PromoteModel.Command("1.2", "ada", "judged by hand on 50 photos"));

        Assert.Equal("1.1", (await host.SendAsync(new RollbackModel.Command("ada"))).Version);
        Assert.Equal("1", (await host.SendAsync(new RollbackModel.Command("ada"))).Version);
        var refused = await Assert.ThrowsAsync<ConflictException>(() => host.SendAsync(new RollbackModel.Command("ada")));
        Assert.Contains("No other model served before 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_fails_its_first_photos_is_replaced_in_the_history_too()
    {
        var host = await StartAsync();
        await AddModelAsync(host, "1.1");
        await host.SendAsync(new PromoteModel.Command("1.1", "ada", "judged by hand on 50 photos"));
        models.Fail(models.Base, "It answered with numbers that are not finite.");

        await FollowAsync(host);

        var now = await host.SendAsync(new GetServing.Query(At: null));
        Assert.Equal(
            ("1", ServingReason.AutomaticRollback, "It answered with numbers that are not finite."),
            (now.Version, now.Reason, now.Note)
        );
        Assert.Equal(models.Base, models.Serving);
        await FollowAsync(host);
        Assert.Equal(3, (await host.RowsAsync<ServingPeriod>()).Count);
    }

    [Fact]
    public async Task An_imported_copy_of_the_file_serves_under_its_own_version_and_temperature()
    {
        var host = await StartAsync();
        await host.InStepAsync(scope =>
        {
            var row = ModelVersion.Register(Some.LoadedModel.Name, "7", "float", Some.LoadedModel.Sha256, 2, Some.Labels, Some.Time);
            scope.GetRequiredService<IRepository<ModelVersion>>().Add(row);
            scope
                .GetRequiredService<IRepository<RegisteredModel>>()
                .Add(RegisteredModel.Imported(row, new Lineage(null, null, null, null, "ada"), Some.Time));
            return Task.CompletedTask;
        });
        await host.SendAsync(new PromoteModel.Command("7", "ada", "another temperature"));
        Assert.Equal(("7", 2), (models.Serving.Version, models.Serving.Temperature));
    }

    [Fact]
    public async Task Another_node_follows()
    {
        var host = await StartAsync();
        await AddModelAsync(host, "1.1");
        await host.SendAsync(new PromoteModel.Command("1.1", "ada", "judged by hand on 50 photos"));
        if (Provider == DatabaseProvider.Sqlite)
            await host.DisposeAsync();
        var other = new ThreeClassSwitch();
        var node = await StartAsync(other);

        await FollowAsync(node);

        Assert.Equal("1.1", other.Serving.Version);
        Assert.Equal(ThreeClassSwitch.Challenger, other.Head);
    }

    [Fact]
    public async Task A_head_serves_on_after_a_restart_and_not_on_another_network()
    {
        var host = await StartAsync();
        await AddModelAsync(host, "1.1");
        await host.SendAsync(new PromoteModel.Command("1.1", "ada", "judged by hand on 50 photos"));
        await host.DisposeAsync();

        var again = await StartAsync();
        Assert.Equal("1.1", (await again.SendAsync(new GetServing.Query(At: null))).Version);
        await again.DisposeAsync();

        var changed = await StartAsync(new OtherNetwork());
        var now = await changed.SendAsync(new GetServing.Query(At: null));
        Assert.Equal(("1-float", ServingReason.Start), (now.Version, now.Reason));
    }

    private sealed class OtherNetwork : IModelSwitch
    {
        private readonly ThreeClassSwitch inner = new();

        public ModelDescription Base { get; } =
            Some.LoadedModel with
            {
                EmbeddingSize = 2,
                Sha256 = new string('9', 64),
                Backbone = new string('9', 64),
            };

        public ModelDescription Serving => Base;

        public LinearHead? BaseHead => null;

        public void Serve(ModelDescription model, LinearHead? head) => inner.Serve(model, head);

        public Task ServeFolderAsync(
            string directory,
            string variant,
            Func<ModelDescription, (ModelDescription Model, LinearHead Head)>? replaceHead,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public ServingFault? TakeFault() => null;
    }

    private async Task<PersistenceHost> StartAsync(IModelSwitch? with = null)
    {
        var host = AddHost(more: services =>
        {
            services.AddSingleton(with ?? models);
            services.AddServing();
        });
        await host.MigrateAsync();
        return host;
    }

    private static Task FollowAsync(PersistenceHost host) =>
        host.InScopeAsync(scope => scope.GetRequiredService<IServingFollower>().FollowAsync(TestContext.Current.CancellationToken));

    private static Task AddModelAsync(PersistenceHost host, string version) =>
        host.InStepAsync(scope =>
        {
            var row = ModelVersion.Register(
                Some.LoadedModel.Name,
                version,
                "float",
                Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(version)).PadLeft(64, '0'),
                1,
                Some.Labels,
                Some.Time
            );
            scope.GetRequiredService<IRepository<ModelVersion>>().Add(row);
            var lineage = new Lineage(ParentId: null, new string('d', 64), "{}", NewestPhotoAt: null, "ada");
            scope
                .GetRequiredService<IRepository<RegisteredModel>>()
                .Add(RegisteredModel.Trained(row, Some.LoadedModel.Backbone, ThreeClassSwitch.Challenger, lineage, Some.Time));
            return Task.CompletedTask;
        });
}

/// <summary>No model was imported.</summary>
internal sealed class NoFiles : IModelFiles
{
    public Task KeepAsync(string directory, string version, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> ReadReportAsync(string directory, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string> FetchAsync(RegisteredModel model, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>No network runs photos.</summary>
internal sealed class NoNetworks : INetworks
{
    public IClassifier Base { get; } = new ThreeClassSwitch();

    public Task<ILoadedNetwork> LoadAsync(string directory, string variant, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

/// <summary>No photo is read.</summary>
internal sealed class NoPhotoReader : IPhotoReader
{
    public PhotoHeader ReadHeader(ReadOnlyMemory<byte> upload) => throw new NotSupportedException();

    public byte[] RemoveMetadata(ReadOnlyMemory<byte> upload) => throw new NotSupportedException();

    public byte[] Decode(ReadOnlyMemory<byte> photo, int width, int height) => throw new NotSupportedException();

    public byte[] Thumbnail(ReadOnlyMemory<byte> photo, int longestSide) => throw new NotSupportedException();
}

/// <summary>No photo waits.</summary>
internal sealed class NoGate : IInferenceGate
{
    public void ThrowIfFull(int requests) => throw new NotSupportedException();

    public Task<IDisposable> EnterAsync(PhotoHeader photo, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>Hashes heads without a model file.</summary>
internal sealed class NoHeadFiles : IHeadFiles
{
    public byte[] FileWith(LinearHead head) => head.ToBytes();

    public string HashWith(LinearHead head) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(FileWith(head)));
}

/// <summary>No folder is checked.</summary>
internal sealed class NoInspector : IModelInspector
{
    public Task<ModelInspection> InspectAsync(string directory, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>No program is configured.</summary>
internal sealed class NoTrainer : IModelTrainer
{
    public bool IsConfigured => false;

    public Task<ITrainerFolder> PrepareAsync(TrainerJob job, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>The model has no reference set.</summary>
internal sealed class NoReference : IReferenceReader
{
    public ReferencePhotos? Read() => null;
}
