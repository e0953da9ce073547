using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>
/// Hands out ports of 127.0.0.1 that stay free while their server is stopped: they are below those that the system gives to clients, and
/// the same one is handed out again only after all others.
/// </summary>
internal static class FreePorts
{
    // Below are those of test.sh and of OwnS3Server.
    private const int First = 31_000;
    private const int Count = 1_700;

    private static int taken = RandomNumberGenerator.GetInt32(Count);

    /// <summary>Returns a port on which nothing listens.</summary>
    /// <exception cref="InvalidOperationException">All ports are in use.</exception>
    public static int Take()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref taken) % Count);
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"All ports from {First} to {First + Count - 1} are in use.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
