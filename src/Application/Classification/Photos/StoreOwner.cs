using System.Text.Json;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Reads and writes the small object that says which installation a store belongs to: <see cref="Buckets.Installation"/>.
/// </summary>
public static class StoreOwner
{
    private const string About = "GourmetGram wrote this. It says which database these objects belong to.";

    /// <param name="Installation">The installation id.</param>
    /// <param name="About">An explanation for a person who finds the object.</param>
    private sealed record Content(Guid Installation, string About);

    /// <summary>Reads the installation id that an object store holds.</summary>
    /// <returns>The id; null if the store holds none.</returns>
    /// <exception cref="StoreUnavailableException">The store does not respond, or its content is not an id.</exception>
    public static async Task<Guid?> ReadAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        try
        {
            var content = await (await store.OpenReadAsync(Buckets.Installation, cancellationToken)).ReadToEndAsync(cancellationToken);
            return JsonSerializer.Deserialize<Content>(content, JsonSerializerOptions.Web) is { Installation: var id } && id != Guid.Empty
                ? id
                : throw new JsonException("it contains no installation id.");
        }
        catch (NotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new StoreUnavailableException(
                $"{Buckets.Installation}, which identifies the installation that owns the object store, is damaged: {e.Message} If this is "
                    + "the right store, stop the server and run 'gourmetgram storage adopt'.",
                e
            );
        }
    }

    internal static byte[] Write(Guid id) => JsonSerializer.SerializeToUtf8Bytes(new Content(id, About), JsonSerializerOptions.Web);
}
