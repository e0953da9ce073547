using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using GourmetGram.Tests.LabelStudio;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// A port in front of a server, which a test opens and shuts: that is how a network or a server that is gone looks from the other side.
/// </summary>
internal sealed class Door : IAsyncDisposable
{
    private readonly string host;
    private readonly int port;
    private readonly ConcurrentDictionary<TcpClient, bool> open = new();
    private readonly CancellationTokenSource closing = new();
    private TcpListener? listener;
    private volatile bool hangs;

    /// <param name="host">Where the server is.</param>
    /// <param name="port">Its port.</param>
    public Door(string host, int port)
    {
        (this.host, this.port) = (host, port);
        Port = FreePorts.Take();
    }

    /// <summary>The port on 127.0.0.1; nobody listens there while the door is shut.</summary>
    public int Port { get; }

    /// <summary>Lets connections through.</summary>
    public void Open()
    {
        hangs = false;
        if (listener is not null)
            return;
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        _ = AcceptAsync(listener);
    }

    /// <summary>Takes connections and passes nothing on, in neither direction, as a server does that stands still.</summary>
    public void Hang()
    {
        Open();
        hangs = true;
    }

    /// <summary>Ends all connections and refuses new ones.</summary>
    public void Shut()
    {
        listener?.Stop();
        listener = null;
        foreach (var connection in open.Keys)
            connection.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Shut();
        await closing.CancelAsync();
        closing.Dispose();
    }

    private async Task AcceptAsync(TcpListener door)
    {
        try
        {
            while (true)
                _ = PassAsync(await door.AcceptTcpClientAsync(closing.Token));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The door was shut.
        }
    }

    private async Task PassAsync(TcpClient near)
    {
        using var far = new TcpClient();
        open[near] = open[far] = true;
        try
        {
            await far.ConnectAsync(host, port, closing.Token);
            await Task.WhenAny(CopyAsync(near.GetStream(), far.GetStream()), CopyAsync(far.GetStream(), near.GetStream()));
        }
        catch (Exception e)
            when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One of the two has closed.
        }
        finally
        {
            near.Dispose();
            open.TryRemove(near, out _);
            open.TryRemove(far, out _);
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        int read;
        while ((read = await from.ReadAsync(buffer, closing.Token)) > 0)
        {
            while (hangs)
                await clock.WaitForNextTickAsync(closing.Token);
            await to.WriteAsync(buffer.AsMemory(0, read), closing.Token);
        }
    }
}
