using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>
/// Reads connections as Django's development server does, which <c>label-studio start</c> runs: a body counts only where
/// <c>Content-Length</c> announces it. The bytes of a body that is sent in chunks are taken for the next request, which they are not: that
/// is answered with a page without a status line, and the connection ends.
/// </summary>
internal sealed class DevelopmentServer : IDuplexPipe
{
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();

    private readonly IDuplexPipe transport;
    private readonly CancellationToken closed;
    private readonly Pipe requests = new();
    private TaskCompletionSource answered = NewSignal();

    private DevelopmentServer(ConnectionContext connection) => (transport, closed) = (connection.Transport, connection.ConnectionClosed);

    public PipeReader Input => requests.Reader;

    public PipeWriter Output => transport.Output;

    public static void Use(ListenOptions options)
    {
        options.Protocols = HttpProtocols.Http1;
        options.Use(next =>
            async connection =>
            {
                var server = new DevelopmentServer(connection);
                connection.Items[typeof(DevelopmentServer)] = server;
                connection.Transport = server;
                var reading = server.ReadAsync();
                await next(connection);
                await server.Input.CompleteAsync();
                server.transport.Input.CancelPendingRead();
                server.answered.TrySetResult();
                await reading;
            }
        );
    }

    /// <summary>Tells the connection of a request when its answer was sent.</summary>
    public static void Follow(HttpContext context)
    {
        var server = (DevelopmentServer)context.Features.Get<IConnectionItemsFeature>()!.Items[typeof(DevelopmentServer)]!;
        context.Response.OnCompleted(() =>
        {
            server.answered.TrySetResult();
            return Task.CompletedTask;
        });
    }

    /// <summary>What is answered to a line that is no request, without a status line or headers.</summary>
    private static string Page(string line) =>
        $"""
            <!DOCTYPE HTML>
            <html lang="en">
                <head>
                    <meta charset="utf-8">
                    <title>Error response</title>
                </head>
                <body>
                    <h1>Error response</h1>
                    <p>Error code: 400</p>
                    <p>Message: Bad request syntax ('{line}').</p>
                    <p>Error code explanation: 400 - Bad request syntax or unsupported method.</p>
                </body>
            </html>

            """;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ReadAsync()
    {
        try
        {
            while (await TakeAsync(EndOfHead) is { } head)
            {
                var lines = Encoding.Latin1.GetString(head).Split("\r\n");
                var chunked = lines.FirstOrDefault(line => line.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase));
                answered = NewSignal();
                await requests.Writer.WriteAsync(
                    Encoding.Latin1.GetBytes(string.Join("\r\n", lines.Where(line => line != chunked))),
                    closed
                );
                if (chunked is not null)
                {
                    await answered.Task.WaitAsync(closed);
                    if (await TakeAsync("\n"u8.ToArray()) is { } rest)
                        await transport.Output.WriteAsync(
                            Encoding.Latin1.GetBytes(Page(Encoding.Latin1.GetString(rest).TrimEnd('\r', '\n'))),
                            closed
                        );
                    break;
                }

                var length = lines.FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
                await PassAsync(
                    length is null
                        ? 0
                        : long.Parse(length.AsSpan(length.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture)
                );
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionResetException)
        {
            // The other side has gone.
        }

        await requests.Writer.CompleteAsync();
        await transport.Input.CompleteAsync();
    }

    /// <returns>All bytes up to an end and with it; null when the connection ends before.</returns>
    private async Task<byte[]?> TakeAsync(byte[] end)
    {
        while (true)
        {
            var read = await transport.Input.ReadAsync(closed);
            var reader = new SequenceReader<byte>(read.Buffer);
            if (reader.TryReadTo(out ReadOnlySequence<byte> found, end))
            {
                byte[] taken = [.. found.ToArray(), .. end];
                transport.Input.AdvanceTo(reader.Position);
                return taken;
            }

            transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
                return null;
        }
    }

    private async Task PassAsync(long length)
    {
        while (length > 0)
        {
            var read = await transport.Input.ReadAsync(closed);
            var part = read.Buffer.Slice(0, Math.Min(length, read.Buffer.Length));
            length -= part.Length;
            foreach (var segment in part)
                await requests.Writer.WriteAsync(segment, closed);
            transport.Input.AdvanceTo(part.End);
            if (read.IsCompleted || read.IsCanceled)
                return;
        }
    }
}
