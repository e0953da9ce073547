using System.Text;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.LabelStudio;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using GourmetGram.Tests.LabelStudio;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using TaskState = GourmetGram.Tests.LabelStudio.TaskState;

namespace GourmetGram.Tests.Integration.LabelStudio;

/// <summary>
/// The product's use cases with a real S3 server and Label Studio, in words of what operators and annotators do. Classes with
/// <see cref="OnARealLabelStudioAttribute"/> have a real Label Studio, all others the double. What needs a fault, a clock or a setting of
/// Label Studio is tested on the double only.
/// </summary>
public abstract class LabelStudioTests : IAsyncLifetime
{
    protected const string Loop = "lowconfidence";
    protected const string Title = "Low Confidence Review";
    protected const string PublicUrl = "http://127.0.0.1:9/";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gourmetgram-label-studio-");
    private readonly List<PersistenceHost> hosts = [];
    private Dictionary<string, string> store = [];
    private ILabelStudioServer? server;
    private ModelVersion? model;
    private int photos;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The model that is loaded. Its last class is the answer for all photos.</summary>
    protected virtual ModelDescription Model => Some.LoadedModel;

    /// <summary>Label Studio's clock, where a test moves it.</summary>
    protected FakeTimeProvider? Clock { get; set; }

    private protected virtual LabelStudioMode Mode => LabelStudioMode.Legacy123;

    protected virtual DatabaseProvider Provider => DatabaseProvider.Sqlite;

    private protected ILabelStudioServer LabelStudio => server!;

    /// <summary>For tests that are not run on a real one.</summary>
    private protected LabelStudioDouble Double => (LabelStudioDouble)LabelStudio;

    private protected bool IsReal => GetType().IsDefined(typeof(OnARealLabelStudioAttribute), inherit: false);

    private protected PersistenceHost Host => hosts[0];

    private protected IObjectStore Store => Host.Services.GetRequiredService<IObjectStore>();

    private protected string ConnectionString { get; private set; } = "";

    public virtual async ValueTask InitializeAsync()
    {
        store = S3Server.NewStore();
        if (Provider == DatabaseProvider.PostgreSql)
            ConnectionString = await MigratedDatabase.TakeAsync();
        server = IsReal ? await RealLabelStudio.TakeAsync() : await LabelStudioDouble.StartAsync(Mode, time: Clock);
        await AddHost().MigrateAsync();
        // All photos of these tests are one visitor's.
        await Host.SendAsync(
            Some.ChangeOf(Loop) with
            {
                DailyLimit = 0,
                Settings = new Dictionary<string, string> { ["perUploader"] = "0" },
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var host in hosts)
            await host.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
        if (ConnectionString.Length > 0)
            MigratedDatabase.Return(ConnectionString);
        folder.Delete(recursive: true);
    }

    /// <summary>One more node; on SQLite the one before must have ended.</summary>
    private protected PersistenceHost AddHost(Action<IServiceCollection>? more = null, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(store, StringComparer.Ordinal)
        {
            ["LabelStudio__Url"] = LabelStudio.Address.ToString(),
            ["LabelStudio__ApiKey"] = LabelStudio.ApiKey,
        };
        foreach (var (name, value) in settings)
            all[name] = value;
        var host = new PersistenceHost(
            Provider,
            Path.Combine(folder.FullName, Provider == DatabaseProvider.PostgreSql ? $"node{hosts.Count}" : "data"),
            ConnectionString,
            Durability.Process,
            services =>
            {
                services.AddSingleton<IClassifier>(new Loaded(Model));
                services.Replace(ServiceDescriptor.Singleton<ILinks, Links>());
                if (!IsReal)
                    services.Replace(
                        ServiceDescriptor.Singleton(
                            new LabelStudioTimes(
                                Poll: TimeSpan.FromMilliseconds(50),
                                Silence: TimeSpan.FromMilliseconds(200),
                                Patience: TimeSpan.FromSeconds(5)
                            )
                        )
                    );
                more?.Invoke(services);
            },
            all
        );
        hosts.Add(host);
        return host;
    }

    /// <summary>Ends the first node and starts it again with other settings.</summary>
    private protected async Task<PersistenceHost> RestartAsync(
        Action<IServiceCollection>? more = null,
        params (string Name, string Value)[] settings
    )
    {
        await Host.DisposeAsync();
        hosts.RemoveAt(0);
        var host = AddHost(more, settings);
        hosts.Remove(host);
        hosts.Insert(0, host);
        return host;
    }

    /// <summary>Photos that the model is not sure of, each another one.</summary>
    private protected async Task<IReadOnlyList<Prediction>> PhotosAsync(int count)
    {
        model ??= ModelVersion.Register(Model.Name, Model.Version, Model.Variant, Model.Sha256, Model.Temperature, Model.Labels, Some.Time);
        var others = model.Labels.Length - 1;
        var answer = new ClassProbabilities([.. Enumerable.Repeat(0.6f / others, others), 0.4f]);
        var made = Enumerable
            .Range(0, count)
            .Select(_ =>
            {
                var number = photos++;
                var photo = Prediction.Record(
                    Some.Jpeg($"{number:x64}", 16),
                    answer,
                    model,
                    Some.Visitor,
                    TimeSpan.Zero,
                    TimeSpan.Zero,
                    Some.Time.AddSeconds(number)
                );
                photo.MarkImageStored();
                return photo;
            })
            .ToArray();
        await Parallel.ForEachAsync(made, Cancel, async (photo, token) =>
            await Store.PutAsync(PlaceOf(photo), photo.Id.ToByteArray(), "image/jpeg", token)
        );
        await Host.SaveAsync(made);
        await Host.SendAsync(new SelectCandidates.Command());
        return made;
    }

    /// <summary>An operator sets who hands out a loop.</summary>
    private protected Task SwitchAsync(Surface surface, string loop = Loop) =>
        Host.SendAsync(Some.ChangeOf(loop) with { Surface = surface });

    private protected Task<PublishTasks.Response> PublishAsync() => Host.SendAsync(new PublishTasks.Command());

    private protected Task<SyncStorages.Response> SyncAsync() => Host.SendAsync(new SyncStorages.Command());

    private protected Task<ProcessAnnotations.Response> ProcessAsync() => Host.SendAsync(new ProcessAnnotations.Command());

    private protected async Task<IReadOnlyList<Finding>> DoctorAsync() => (await Host.SendAsync(new DiagnoseLabelStudio.Query())).Findings;

    /// <summary>Photos that wait for annotators in Label Studio.</summary>
    private protected async Task<IReadOnlyList<Prediction>> WaitingInLabelStudioAsync(int count)
    {
        await SwitchAsync(Surface.LabelStudio);
        var made = await PhotosAsync(count);
        await PublishAsync();
        var synced = await SyncAsync();
        Assert.Equal(count, synced.Made);
        return made;
    }

    /// <summary>The number that Label Studio gave the task of a photo.</summary>
    private protected int TaskOf(Prediction photo) => Assert.Single(TasksOf(photo)).Id;

    private protected IReadOnlyList<TaskState> TasksOf(Prediction photo) =>
        [.. LabelStudio.AllTasks.Where(task => task.Data.Contains(photo.Id.ToString(), StringComparison.Ordinal))];

    private protected async Task<AnnotationTask> OurTaskOfAsync(Prediction photo) =>
        Assert.Single(await Host.RowsAsync<AnnotationTask>(), task => task.PredictionId == photo.Id && task.Loop == Loop);

    private protected async Task<IReadOnlyList<HumanLabel>> LabelsOfAsync(Prediction photo)
    {
        var task = await OurTaskOfAsync(photo);
        return [.. (await Host.RowsAsync<HumanLabel>()).Where(label => label.TaskId == task.Id).OrderBy(label => label.Id)];
    }

    /// <summary>What the dataset of the loop holds.</summary>
    private protected Task<IReadOnlyList<string>> DatasetAsync() => KeysAsync(Loop, "");

    private protected async Task<IReadOnlyList<string>> KeysAsync(string bucket, string prefix)
    {
        var keys = new List<string>();
        await foreach (var found in Store.ListAsync(bucket, prefix, Cancel))
            keys.Add(found.Key);
        return [.. keys.Where(key => !key.EndsWith('/')).Order(StringComparer.Ordinal)];
    }

    private protected Task PutAsync(string key, string content) =>
        Store.PutAsync(new ObjectAddress("labelstudio", key), Encoding.UTF8.GetBytes(content), "application/json", Cancel);

    private protected static ObjectAddress PlaceOf(Prediction photo) => new("production", photo.ObjectKey);

    private protected static string CollectedAs(Prediction photo, int classIndex) => $"class_{classIndex:00}/{photo.Id}.jpg";

    private protected int RequestsTo(string part) => Double.Requests.Count(request => request.Contains(part, StringComparison.Ordinal));

    /// <summary>Nobody listens there, and nobody is looked for in the network.</summary>
    private sealed class Links : ILinks
    {
        public string PredictionImage(Guid predictionId) => Absolute($"image/{predictionId}");

        public string TaskImage(Guid taskId) => Absolute($"task-image/{taskId}");

        public string Absolute(string path) => $"{PublicUrl}{path}";
    }

    /// <summary>A loaded model; nothing is classified here.</summary>
    private sealed class Loaded(ModelDescription model) : IClassifier
    {
        public ModelDescription Model => model;

        public IModelLease Lease() => throw new NotSupportedException();
    }
}

/// <summary>Tests that need a fault, a clock or a setting of Label Studio.</summary>
public abstract class DoubleOnlyTests : LabelStudioTests
{
    private protected new LabelStudioDouble LabelStudio => Double;
}
