using System.Collections.Immutable;
using GourmetGram.Application.Classification;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Onnx;

namespace GourmetGram.Tests.Unit.Onnx;

/// <summary>Models are switched while requests run: none is dropped, and each answer names the model that gave it.</summary>
public sealed class ServedModelsTests : IAsyncLifetime
{
    private static readonly byte[] Photo = Pixels();

    private readonly ListLogger logger = new();
    private ServedModels models = null!;

    public ValueTask InitializeAsync()
    {
        models = new ServedModels(ModelLoader.Load(new ModelOptions().DirectoryPath, "float", logger), head: () => null, logger);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => models.DisposeAsync();

    [Fact]
    public void A_head_answers_with_its_weights_on_the_embedding_of_the_network()
    {
        var own = Run();
        var head = Head(weight: 0.01f, bias: 3);
        models.Serve(Named("2.1"), head);

        var output = Run();

        Assert.Equal("2.1", output.Model.Version);
        Assert.Equal(own.Embedding, output.Embedding);
        var expected = new float[head.Classes];
        head.Logits(own.Embedding, expected);
        Assert.Equal(expected, output.Logits);
    }

    [Fact]
    public void The_head_of_the_file_answers_again_after_it_was_replaced()
    {
        var own = Run();
        models.Serve(Named("2.1"), Head(weight: 0.01f, bias: 3));
        models.Serve(models.Base, head: null);
        Assert.Equal(own.Logits, Run().Logits);
        Assert.Equal(models.Base, models.Serving);
    }

    [Fact]
    public void A_model_whose_first_answers_are_not_finite_is_replaced_by_the_one_before()
    {
        models.Serve(Named("2.1"), Head(weight: 0.01f, bias: 3));
        models.Serve(Named("2.2"), Head(weight: float.MaxValue, bias: 0));
        Assert.Null(models.TakeFault());

        var output = Run();

        Assert.Equal("2.1", output.Model.Version);
        Assert.All(output.Logits, logit => Assert.True(float.IsFinite(logit)));
        Assert.Equal("2.1", models.Serving.Version);
        Assert.Equal("2.2", models.TakeFault()?.Model.Version);
        Assert.Null(models.TakeFault());
    }

    [Fact]
    public void A_head_for_another_network_is_refused_and_nothing_changes()
    {
        Assert.Throws<ArgumentException>(() => models.Serve(Named("2.1") with { Backbone = new string('0', 64) }, Head(0, 0)));
        var small = new LinearHead(2, 3, [1, 2, 3, 4, 5, 6], [0, 0]);
        Assert.Contains("2×3", Assert.Throws<ArgumentException>(() => models.Serve(Named("2.1"), small)).Message, StringComparison.Ordinal);
        Assert.Equal(models.Base, models.Serving);
    }

    [Fact]
    public async Task Switching_heads_and_sessions_under_load_drops_no_request()
    {
        const int clients = 4;
        const int switches = 60;
        var directory = new ModelOptions().DirectoryPath;
        var live = new HashSet<string>(StringComparer.Ordinal) { models.Base.Version };
        for (var i = 0; i < switches; i++)
            live.Add($"2.{i}");
        using var stop = new CancellationTokenSource();
        var answered = 0;
        var users = Enumerable
            .Range(0, clients)
            .Select(_ =>
                Task.Run(() =>
                {
                    while (!stop.IsCancellationRequested)
                    {
                        var before = models.Serving;
                        var output = Run();
                        var after = models.Serving;
                        Assert.Contains(output.Model.Version, live);
                        // The bias of each head names its version, so logits of another head would be noticed.
                        if (output.Model.Version.StartsWith("2.", StringComparison.Ordinal))
                            Assert.Equal(
                                float.Parse(output.Model.Version[2..], System.Globalization.CultureInfo.InvariantCulture),
                                output.Logits[0]
                            );
                        // Without a switch in between, the answer is from the model that served.
                        if (ReferenceEquals(before, after))
                            Assert.Same(before, output.Model);
                        Interlocked.Increment(ref answered);
                    }
                })
            )
            .ToList();
        for (var i = 0; i < switches; i++)
        {
            if (i % 10 == 9)
                await models.ServeFolderAsync(directory, "float", replaceHead: null, TestContext.Current.CancellationToken);
            else
                models.Serve(Named($"2.{i}"), Head(weight: 0, bias: i));
            // The next switch comes after somebody has been answered since.
            var seen = Volatile.Read(ref answered);
            await Task.Run(
                () => SpinWait.SpinUntil(() => Volatile.Read(ref answered) > seen || users.Exists(user => user.IsCompleted)),
                TestContext.Current.CancellationToken
            );
        }

        await stop.CancelAsync();
        await Task.WhenAll(users);
        Assert.True(answered >= switches);
    }

    [Fact]
    public async Task Closing_waits_for_leases_of_every_session()
    {
        var first = models.Lease();
        await models.ServeFolderAsync(new ModelOptions().DirectoryPath, "float", null, TestContext.Current.CancellationToken);
        var second = models.Lease();

        var closing = models.DisposeAsync().AsTask();

        Assert.False(closing.IsCompleted);
        Assert.Equal(11, first.Run(Photo, CancellationToken.None).Logits.Length);
        first.Dispose();
        Assert.Equal(11, second.Run(Photo, CancellationToken.None).Logits.Length);
        second.Dispose();
        await closing.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Throws<ObjectDisposedException>(models.Lease);
    }

    private ClassifierOutput Run()
    {
        using var lease = models.Lease();
        return lease.Run(Photo, CancellationToken.None);
    }

    private ModelDescription Named(string version) => models.Base with { Version = version, Sha256 = new string('f', 64) };

    private static LinearHead Head(float weight, float bias) =>
        new(
            11,
            1280,
            ImmutableArray.CreateRange(Enumerable.Repeat(weight, 11 * 1280)),
            ImmutableArray.CreateRange(Enumerable.Repeat(bias, 11))
        );

    private static byte[] Pixels()
    {
        var pixels = new byte[3 * 224 * 224];
        new Random(7).NextBytes(pixels);
        return pixels;
    }
}
