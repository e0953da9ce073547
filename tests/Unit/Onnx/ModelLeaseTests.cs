using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Onnx;

namespace GourmetGram.Tests.Unit.Onnx;

/// <summary>The runtime ends the process when a session is disposed while it runs: whoever has a lease keeps it.</summary>
public sealed class ModelLeaseTests
{
    [Fact]
    public async Task A_model_that_is_disposed_under_load_answers_all_who_hold_a_lease()
    {
        for (var round = 0; round < 5; round++)
        {
            var classifier = ModelLoader.Load(new ModelOptions().DirectoryPath, "float", new ListLogger());
            var pixels = new byte[3 * classifier.Model.InputWidth * classifier.Model.InputHeight];
            var warm = new CountdownEvent(2 * Environment.ProcessorCount);
            var users = Enumerable
                .Range(0, warm.InitialCount)
                .Select(_ => Task.Run(() => RunUntilDisposed(classifier, pixels, warm)))
                .ToList();
            // All of them have answered once and go on, so several are inside the model when it is disposed.
            await Task.Run(warm.Wait, TestContext.Current.CancellationToken);

            await classifier.DisposeAsync();

            Assert.Throws<ObjectDisposedException>(classifier.Lease);
            Assert.All(await Task.WhenAll(users), answered => Assert.True(answered > 0));
        }
    }

    [Fact]
    public async Task A_model_waits_for_its_last_lease_before_it_is_disposed()
    {
        var classifier = ModelLoader.Load(new ModelOptions().DirectoryPath, "float", new ListLogger());
        var lease = classifier.Lease();

        var disposal = classifier.DisposeAsync().AsTask();

        Assert.False(disposal.IsCompleted);
        Assert.Equal(classifier.Model.Labels.Length, lease.Run(new byte[3 * 224 * 224], CancellationToken.None).Logits.Length);
        lease.Dispose();
        await disposal.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Throws<ObjectDisposedException>(() => lease.Run(new byte[3 * 224 * 224], CancellationToken.None));
    }

    /// <returns>How many photos were answered.</returns>
    private static int RunUntilDisposed(OnnxClassifier classifier, byte[] pixels, CountdownEvent warm)
    {
        for (var answered = 0; ; answered++)
        {
            IModelLease lease;
            try
            {
                lease = classifier.Lease();
            }
            catch (ObjectDisposedException)
            {
                return answered;
            }

            using (lease)
                Assert.All(lease.Run(pixels, CancellationToken.None).Logits, logit => Assert.True(float.IsFinite(logit)));
            if (answered == 0)
                warm.Signal();
        }
    }
}
