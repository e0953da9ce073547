using System.Text.RegularExpressions;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>A server that a test has started.</summary>
internal interface IServer : IAsyncDisposable
{
    /// <summary>The log so far.</summary>
    string Output { get; }

    /// <summary>Waits until the server listens.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the message holds what it said.</exception>
    Task<Uri> ListeningAsync();

    /// <summary>Waits until the server has written a line with these words to its log.</summary>
    /// <returns>The line.</returns>
    Task<string> LineAsync(string part);
}

/// <summary>What the log of any server tells.</summary>
internal static partial class Servers
{
    /// <summary>The link that makes the first administrator, relative to the first page.</summary>
    public static async Task<string> FirstAdministratorLinkAsync(this IServer server) =>
        FirstAdministrator().Match(await server.LineAsync("first-administrator?token=")).Value;

    [GeneratedRegex(@"first-administrator\?token=[0-9a-f]+")]
    private static partial Regex FirstAdministrator();
}
