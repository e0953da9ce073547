using GourmetGram.Application.Classification;
using GourmetGram.WebApi.Classification;

namespace GourmetGram.WebApi.Commands;

/// <summary>Asks the running server.</summary>
internal sealed class ServerMediaKeys(ServerConnection server) : IMediaKeys
{
    private const string Path = "media-keys";

    public async Task<IReadOnlyList<MediaKeyView>> ListAsync(CancellationToken cancellationToken) =>
        (await server.SendAsync<MediaEndpoints.KeyList>(HttpMethod.Get, Path, cancellationToken)).Items;

    public Task<MediaKeyView> RotateAsync(CancellationToken cancellationToken) =>
        server.SendAsync<MediaKeyView>(HttpMethod.Post, $"{Path}/rotate", cancellationToken);

    public Task<MediaKeyView> RevokeAsync(string id, CancellationToken cancellationToken) =>
        server.SendAsync<MediaKeyView>(HttpMethod.Post, $"{Path}/{Uri.EscapeDataString(id)}/revoke", cancellationToken);
}
