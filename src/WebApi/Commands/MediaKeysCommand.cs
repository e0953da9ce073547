using System.CommandLine;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.WebApi.Commands;

/// <summary>Implements <c>gourmetgram media-keys list | rotate | revoke ID</c>.</summary>
internal static class MediaKeysCommand
{
    /// <param name="settings">Settings from the command line, as <c>--Section:Name=value</c>.</param>
    public static Command Create(string[] settings)
    {
        var list = new Command(
            "list",
            "Writes a line per key, newest first: id, creation time (UTC), current, retired or revoked and since when, separated by "
                + "tabs."
        );
        list.SetAction((_, cancellationToken) => WithKeysAsync(settings, ListAsync, cancellationToken));

        var rotate = new Command("rotate", "Creates a new key that signs all new links. Links signed with earlier keys still work.");
        rotate.SetAction(
            (_, cancellationToken) =>
                WithKeysAsync(
                    settings,
                    async (keys, token) => await WriteAsync(await keys.RotateAsync(CommandLine.Requester, token)),
                    cancellationToken
                )
        );

        var id = new Argument<string>("ID") { Description = "Id of the key, as shown by `media-keys list`." };
        var revoke = new Command("revoke", "Permanently disables all links signed with a key. Copies already downloaded are not affected.")
        {
            id,
        };
        revoke.SetAction(
            (parsed, cancellationToken) =>
                WithKeysAsync(
                    settings,
                    async (keys, token) =>
                        await WriteAsync(await keys.RevokeAsync(parsed.GetRequiredValue(id), CommandLine.Requester, token)),
                    cancellationToken
                )
        );
        return new Command(
            "media-keys",
            "Manages the keys that sign links to photos. Calls the server that runs on the same data directory, or works without one."
        )
        {
            list,
            rotate,
            revoke,
        };
    }

    private static Task<int> WithKeysAsync(
        string[] settings,
        Func<IMediaKeys, CancellationToken, Task<int>> work,
        CancellationToken cancellationToken
    ) =>
        PreparedHost.CallAsync(
            settings,
            services => services.GetRequiredService<IMediaKeys>(),
            server => new ServerMediaKeys(server),
            work,
            cancellationToken
        );

    private static async Task<int> ListAsync(IMediaKeys keys, CancellationToken cancellationToken)
    {
        foreach (var key in await keys.ListAsync(cancellationToken))
            await WriteAsync(key);
        return 0;
    }

    private static async Task<int> WriteAsync(MediaKeyView key)
    {
        var state = key switch
        {
            { RevokedAt: { } at } => $"revoked\t{at.ToUtcText()}",
            { RetiredAt: { } at } => $"retired\t{at.ToUtcText()}",
            _ => $"current\t{key.CreatedAt.ToUtcText()}",
        };
        await Console.Out.WriteLineAsync($"{key.Id}\t{key.CreatedAt.ToUtcText()}\t{state}");
        return 0;
    }
}
