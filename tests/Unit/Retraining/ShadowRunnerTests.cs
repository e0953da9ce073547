using GourmetGram.Application.Classification;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GourmetGram.Tests.Unit.Retraining;

/// <summary>A model answers photos beside the one that serves, and can neither hold up nor fail a request.</summary>
public sealed class ShadowRunnerTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly ModelDescription Champion = new()
    {
        Name = "two",
        Version = "1",
        Variant = "float",
        Sha256 = new string('a', 64),
        Backbone = new string('a', 64),
        Temperature = 1,
        Labels = ["Bread", "Soup"],
        InputWidth = 1,
        InputHeight = 1,
        EmbeddingSize = 2,
        Validation = null,
    };

    private readonly FakeNetwork network = new();
    private readonly RetrainingOptions options = new();
    private readonly ShadowRunner runner;

    public ShadowRunnerTests() =>
        runner = new ShadowRunner(Options.Create(options), TimeProvider.System, NullLogger<ShadowRunner>.Instance);

    public ValueTask DisposeAsync()
    {
        network.Release();
        return runner.DisposeAsync();
    }

    [Fact]
    public void A_head_on_the_same_network_answers_from_the_embedding_without_running_the_network()
    {
        Start(new LinearHead(2, 2, [0, 0, 1, 0], [0, 0]));
        var photos = new[] { Photo([3, 0]), Photo([-3, 0]) };
        foreach (var photo in photos)
            runner.Offer(photo);

        var answers = Collect(report => report.Answers.Count == 2).Answers;

        Assert.Equal(photos.Select(photo => photo.PredictionId), answers.Select(answer => answer.PredictionId));
        Assert.Equal([1, 0], answers.Select(answer => answer.Probabilities.PredictedIndex));
        Assert.All(answers, answer => Assert.True(answer.Milliseconds >= 0));
        Assert.Equal(0, network.Runs);
        Assert.True(runner.Take(10)!.IsEmpty);
    }

    [Fact]
    public void Photos_that_find_the_queue_full_are_dropped_and_counted_and_nobody_waits()
    {
        options.ShadowQueue = 3;
        Start(head: null);
        Offer(1);
        Until(() => network.Runs == 1);
        Offer(10);

        Assert.Equal(7, runner.Take(10)!.Dropped);
        Assert.True(runner.IsOn);
        network.Release();
        Assert.Equal(4, Collect(report => report.Answers.Count == 4).Answers.Count);
    }

    [Fact]
    public void Ten_faults_in_a_row_switch_the_model_off_with_a_reason_and_nine_do_not()
    {
        network.Release();
        Start(head: null);
        network.Logit = float.NaN;
        Offer(9);
        Assert.Null(Collect(report => report.Failed == 9).Fault);
        network.Logit = 5;
        Offer(1);
        Collect(report => report.Answers.Count == 1);
        Assert.True(runner.IsOn);

        network.Logit = float.NaN;
        Offer(10);
        var report = Collect(report => report.Fault is not null);

        Assert.Equal(10, report.Failed);
        Assert.Equal("It failed on 10 photos in a row. It answered with numbers that are not finite.", report.Fault);
        Assert.False(runner.IsOn);
        Offer(1);
        Assert.True(runner.Take(10)!.IsEmpty);
    }

    [Theory]
    [InlineData(3, "It answered with 3 numbers instead of 2.")]
    [InlineData(1, "It answered with 1 numbers instead of 2.")]
    public void Answers_of_another_shape_are_faults(int classes, string reason)
    {
        network.Release();
        network.Classes = classes;
        Start(head: null);
        Offer(ShadowRunner.MostFaults);
        Assert.EndsWith(reason, Collect(report => report.Fault is not null).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Photos_that_another_model_answered_are_not_compared()
    {
        Start(new LinearHead(2, 2, [0, 0, 1, 0], [0, 0]));
        runner.Offer(Photo([3, 0]) with { Answer = new ClassifierOutput(Champion with { Version = "2" }, [0, 1], [3, 0]) });
        var last = Photo([3, 0]);
        runner.Offer(last);
        Assert.Equal([last.PredictionId], Collect(report => report.Answers.Count == 1).Answers.Select(answer => answer.PredictionId));
    }

    [Fact]
    public void The_share_is_drawn_by_the_photo_s_id_so_all_nodes_agree()
    {
        var ids = Enumerable.Range(0, 20_000).Select(i => Guid.CreateVersion7(Now.AddMilliseconds(i))).ToList();
        Assert.InRange(ids.Count(id => ShadowRunner.IsSampled(id, 0.1)), 1800, 2200);
        Assert.All(ids, id => Assert.True(ShadowRunner.IsSampled(id, 1)));
        Assert.Subset(Sampled(0.2), Sampled(0.1));

        HashSet<Guid> Sampled(double share) => [.. ids.Where(id => ShadowRunner.IsSampled(id, share))];
    }

    [Fact]
    public async Task Stopping_waits_for_the_photo_that_is_being_answered_and_closes_the_network()
    {
        Start(head: null);
        Offer(2);
        Until(() => network.Runs == 1);
        var stopping = runner.StopAsync();
        Assert.False(network.IsClosed);
        Assert.False(runner.IsOn);
        network.Release();
        await stopping;
        Assert.True(network.IsClosed);
        Assert.Equal((1, 0), (network.Runs, network.Leases));
        Assert.Null(runner.Take(10));
    }

    private static ShadowPhoto Photo(float[]? embedding) =>
        new(Guid.CreateVersion7(Now), new ClassifierOutput(Champion, [1, 0], embedding), [1, 2, 3]);

    private static void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)));

    private void Offer(int photos)
    {
        for (var i = 0; i < photos; i++)
            runner.Offer(Photo(embedding: null));
    }

    /// <summary>Adds up reports until they say what is waited for.</summary>
    private ShadowReport Collect(Func<ShadowReport, bool> until)
    {
        var sum = new ShadowReport(Guid.Empty, [], 0, 0, Fault: null);
        Until(() =>
        {
            var next = runner.Take(10)!;
            sum = new ShadowReport(
                next.ShadowId,
                [.. sum.Answers, .. next.Answers],
                sum.Dropped + next.Dropped,
                sum.Failed + next.Failed,
                sum.Fault ?? next.Fault
            );
            return until(sum);
        });
        return sum;
    }

    private void Start(LinearHead? head)
    {
        var (champion, challenger) = (Registered("1", 'a'), Registered("2", 'b'));
        var run = ShadowRun.Start(challenger, champion, "ada", Now);
        runner.Start(run, new OpenModel(Champion.Backbone, 1, 2, head, network, network));
        Assert.True(runner.IsOn);
        Assert.Equal(run.Id, runner.ShadowId);
    }

    private static RegisteredModel Registered(string version, char hash) =>
        RegisteredModel.OfFolder(
            version,
            ModelVersion.Register("two", version, "float", new string(hash, 64), 1, Champion.Labels, Now),
            "ada",
            Now
        );

    /// <summary>Answers when it is released.</summary>
    private sealed class FakeNetwork : ILoadedNetwork, IModelLease
    {
        private readonly ManualResetEventSlim released = new();
        private int runs;
        private int leases;

        public float Logit { get; set; } = 5;

        public int Classes { get; set; } = 2;

        public int Runs => Volatile.Read(ref runs);

        public int Leases => Volatile.Read(ref leases);

        public bool IsClosed { get; private set; }

        public ModelDescription Model => Champion;

        public void Release() => released.Set();

        public IModelLease Lease()
        {
            Interlocked.Increment(ref leases);
            return this;
        }

        public ClassifierOutput Run(ReadOnlySpan<byte> rgb, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref runs);
            released.Wait(CancellationToken.None);
            return new ClassifierOutput(Champion, [.. Enumerable.Range(0, Classes).Select(k => k * Logit)], Embedding: null);
        }

        public void Dispose() => Interlocked.Decrement(ref leases);

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return ValueTask.CompletedTask;
        }
    }
}
