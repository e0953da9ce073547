using System.Text.Json;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>Calls of <c>/api/webhooks</c>.</summary>
internal static class WebhookCalls
{
    /// <summary>How a webhook should be. A change without <c>actions</c> would clear them, so everything is sent each time.</summary>
    public sealed record Wanted(
        string Url,
        long Project,
        bool SendPayload,
        bool SendForAllActions,
        IReadOnlyList<string> Actions,
        IReadOnlyDictionary<string, string> Headers,
        bool IsActive
    );

    /// <summary>A webhook as Label Studio returns it, with its headers.</summary>
    public sealed record Webhook
    {
        public long Id { get; init; }

        public string? Url { get; init; }

        public long? Project { get; init; }

        public bool? SendPayload { get; init; }

        public bool? SendForAllActions { get; init; }

        public IReadOnlyList<string>? Actions { get; init; }

        public IReadOnlyDictionary<string, string>? Headers { get; init; }

        public bool? IsActive { get; init; }
    }

    /// <summary><c>GET /api/webhooks?project={id}</c></summary>
    public static Task<IReadOnlyList<Webhook>> WebhooksAsync(
        this LabelStudioClient client,
        long project,
        CancellationToken cancellationToken
    ) => client.GetAsync<IReadOnlyList<Webhook>>($"api/webhooks?project={project}", cancellationToken);

    /// <summary><c>POST /api/webhooks</c></summary>
    public static Task<Webhook> MakeWebhookAsync(this LabelStudioClient client, Wanted webhook, CancellationToken cancellationToken) =>
        client.SendAsync<Webhook>(HttpMethod.Post, "api/webhooks", webhook, cancellationToken);

    /// <summary><c>DELETE /api/webhooks/{id}</c></summary>
    public static Task DeleteWebhookAsync(this LabelStudioClient client, long id, CancellationToken cancellationToken) =>
        client.SendAsync<JsonElement>(HttpMethod.Delete, $"api/webhooks/{id}", body: null, cancellationToken);

    /// <summary><c>PATCH /api/webhooks/{id}</c></summary>
    public static Task<Webhook> ChangeWebhookAsync(
        this LabelStudioClient client,
        long id,
        Wanted webhook,
        CancellationToken cancellationToken
    ) => client.SendAsync<Webhook>(HttpMethod.Patch, $"api/webhooks/{id}", webhook, cancellationToken);
}
