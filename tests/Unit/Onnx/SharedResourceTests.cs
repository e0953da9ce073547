using GourmetGram.Infrastructure.Onnx;

namespace GourmetGram.Tests.Unit.Onnx;

public sealed class SharedResourceTests : IDisposable
{
    private readonly Tracked tracked = new();

    public void Dispose() => tracked.Dispose();

    [Fact]
    public void What_nobody_uses_is_disposed_when_it_is_closed()
    {
        var shared = new SharedResource<Tracked>(tracked);
        shared.Take().Dispose();
        Assert.Equal(0, tracked.Disposals);

        shared.Close();

        Assert.Equal(1, tracked.Disposals);
        Assert.True(shared.Disposed.IsCompletedSuccessfully);
    }

    [Fact]
    public void What_is_used_is_disposed_when_the_last_lease_ends()
    {
        var shared = new SharedResource<Tracked>(tracked);
        var (first, second) = (shared.Take(), shared.Take());

        shared.Close();
        first.Dispose();

        Assert.Equal(0, tracked.Disposals);
        Assert.False(shared.Disposed.IsCompleted);
        Assert.Same(tracked, second.Resource);
        second.Dispose();
        Assert.Equal(1, tracked.Disposals);
        Assert.True(shared.Disposed.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_lease_that_is_ended_twice_counts_once()
    {
        var shared = new SharedResource<Tracked>(tracked);
        var (first, second) = (shared.Take(), shared.Take());
        first.Dispose();
        first.Dispose();

        shared.Close();
        shared.Close();

        Assert.Equal(0, tracked.Disposals);
        second.Dispose();
        Assert.Equal(1, tracked.Disposals);
    }

    [Fact]
    public void Nothing_can_be_had_after_the_end()
    {
        var shared = new SharedResource<Tracked>(tracked);
        var lease = shared.Take();
        lease.Dispose();
        shared.Close();

        Assert.Throws<ObjectDisposedException>(() => lease.Resource);
        Assert.Throws<ObjectDisposedException>(shared.Take);
    }

    /// <summary>
    /// Whoever holds a lease finds the resource undisposed, however the takers, their ends and the closing fall together.
    /// </summary>
    [Fact]
    public async Task Nobody_who_holds_a_lease_sees_a_disposed_resource()
    {
        for (var round = 0; round < 200; round++)
        {
            var resource = new Tracked();
            var shared = new SharedResource<Tracked>(resource);
            var users = Enumerable.Range(0, 4).Select(_ => Task.Run(() => UseUntilClosed(shared))).ToList();
            users.Add(Task.Run(shared.Close, TestContext.Current.CancellationToken));

            await Task.WhenAll(users);

            Assert.Equal(1, resource.Disposals);
            Assert.True(shared.Disposed.IsCompletedSuccessfully);
        }
    }

    private static void UseUntilClosed(SharedResource<Tracked> shared)
    {
        while (true)
        {
            SharedResource<Tracked>.Lease lease;
            try
            {
                lease = shared.Take();
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            using (lease)
                Assert.Equal(0, lease.Resource.Disposals);
        }
    }

    private sealed class Tracked : IDisposable
    {
        private int disposals;

        public int Disposals => Volatile.Read(ref disposals);

        public void Dispose() => Interlocked.Increment(ref disposals);
    }
}
