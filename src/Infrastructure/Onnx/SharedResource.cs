namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Counts the users of a resource, so that it is disposed once it is closed and no longer in use. Disposing an inference session
/// during a run would end the process with SIGSEGV.
/// </summary>
internal sealed class SharedResource<T>(T resource)
    where T : class, IDisposable
{
    private readonly Lock guard = new();
    private readonly TaskCompletionSource disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int leases;
    private bool isClosed;

    /// <summary>Completes when the resource has been disposed.</summary>
    public Task Disposed => disposed.Task;

    private T Value => resource;

    /// <summary>Returns a lease. The resource is not disposed before the lease is.</summary>
    /// <exception cref="ObjectDisposedException">The resource is closed.</exception>
    public Lease Take()
    {
        lock (guard)
        {
            ObjectDisposedException.ThrowIf(isClosed, resource);
            leases++;
        }

        return new Lease(this);
    }

    /// <summary>Stops giving out leases. The resource is disposed when the last lease ends.</summary>
    public void Close()
    {
        lock (guard)
        {
            if (isClosed)
                return;
            isClosed = true;
            if (leases > 0)
                return;
        }

        DisposeResource();
    }

    private void Return()
    {
        lock (guard)
        {
            leases--;
            if (!isClosed || leases > 0)
                return;
        }

        DisposeResource();
    }

    private void DisposeResource()
    {
        resource.Dispose();
        disposed.SetResult();
    }

    internal sealed class Lease(SharedResource<T> owner) : IDisposable
    {
        private SharedResource<T>? owner = owner;

        /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
        public T Resource => owner is { } of ? of.Value : throw new ObjectDisposedException(nameof(Lease));

        public void Dispose() => Interlocked.Exchange(ref owner, null)?.Return();
    }
}
