using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

/// <summary>Takes webhooks and keeps them, in the form in which they were recorded.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<JsonObject> received = new();

    private Receiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(ReceiveAsync);
    }

    /// <summary>Without a slash at the end.</summary>
    public string Address => app.Urls.Single();

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>Whether it keeps its callers waiting until they give up.</summary>
    public bool IsSilent { get; set; }

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        await receiver.app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <returns>What came since the last time.</returns>
    public JsonArray Take()
    {
        var taken = new JsonArray();
        while (received.TryDequeue(out var one))
            taken.Add((JsonNode)one);
        return taken;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        received.Enqueue(
            new JsonObject
            {
                ["request_line"] = $"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget} HTTP/1.1",
                ["headers"] = new JsonObject(
                    context.Request.Headers.Select(header => KeyValuePair.Create(header.Key, (JsonNode?)header.Value.ToString()))
                ),
                ["body"] = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted),
            }
        );
        if (IsSilent)
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        context.Response.StatusCode = Status;
    }
}
