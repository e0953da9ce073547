using GourmetGram.Application.Classification;
using GourmetGram.WebApi.Classification;

namespace GourmetGram.WebApi.Commands;

/// <summary>Manages media keys through the running server, which identifies the caller itself.</summary>
internal sealed class ServerMediaKeys(ServerConnection server) : IMediaKeys
{
    private const string Path = "media-keys";

    public async Task<IReadOnlyList<MediaKeyView>> ListAsync(CancellationToken cancellationToken) =>
        (await server.SendAsync<MediaEndpoints.KeyList>(HttpMethod.Get, Path, cancellationToken)).Items;

    public Task<MediaKeyView> RotateAsync(string by, CancellationToken cancellationToken) =>
        server.SendAsync<MediaKeyView>(HttpMethod.Post, $"{Path}/rotate", cancellationToken);

    public Task<MediaKeyView> RevokeAsync(string id, string by, CancellationToken cancellationToken) =>
        server.SendAsync<MediaKeyView>(HttpMethod.Post, $"{Path}/{Uri.EscapeDataString(id)}/revoke", cancellationToken);
}
