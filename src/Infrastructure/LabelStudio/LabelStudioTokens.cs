using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>
/// Provides the credentials for requests to Label Studio: a legacy token as it is, or the access token that a personal access token is
/// exchanged for. An access token is valid for minutes. It is renewed before it expires, by one request for all callers that wait.
/// </summary>
internal sealed class LabelStudioTokens(IOptionsMonitor<LabelStudioOptions> options, ConfigurationReload reload, TimeProvider time)
    : IDisposable
{
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim gate = new(1, 1);
    private Access? current;

    /// <param name="Personal">The personal access token that it came from.</param>
    /// <param name="Token">The access token that is sent.</param>
    /// <param name="Until">When it expires, UTC; null when it does not say.</param>
    private sealed record Access(string Personal, string Token, DateTimeOffset? Until);

    /// <summary>Whether the token is a personal access token rather than a legacy one: it is a JWT (RFC 7519).</summary>
    public bool IsPersonal => Claims(Key) is not null;

    /// <summary>When the token itself expires, UTC; null when it does not say.</summary>
    public DateTimeOffset? KeyEndsAt => Claims(Key) is { } claims ? EndOf(claims) : null;

    private string Key => options.CurrentValue.ApiKey ?? "";

    /// <summary>Reads the token again, because the operator may have replaced it in its file.</summary>
    /// <returns>Whether the token has changed.</returns>
    public bool TryReload()
    {
        var before = Key;
        return reload.TryReload() && Key != before;
    }

    /// <param name="refresh">Requests an access token for a personal access token.</param>
    /// <param name="refused">The header that was sent and refused; null the first time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The header to send; null when another attempt is pointless.</returns>
    public async Task<AuthenticationHeaderValue?> GetAsync(
        Func<string, Task<string>> refresh,
        AuthenticationHeaderValue? refused,
        CancellationToken cancellationToken
    )
    {
        // The operator may have corrected the file that contains the token.
        if (refused is not null)
            reload.TryReload();
        if (Key.Any(letter => letter is < '!' or > '~'))
            throw new PlatformUnavailableException(
                "LabelStudio:ApiKey contains a space or a character that no token has. Copy it again from Account & Settings."
            );
        if (!IsPersonal)
        {
            var header = new AuthenticationHeaderValue("Token", Key);
            return header.Equals(refused) ? null : header;
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            var personal = Key;
            var isFresh =
                current is not null
                && current.Personal == personal
                && current.Token != refused?.Parameter
                && (current.Until is not { } end || end - time.GetUtcNow() > Ahead);
            if (!isFresh)
                current = await RenewAsync(refresh, personal);

            return new AuthenticationHeaderValue("Bearer", current!.Token);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<Access> RenewAsync(Func<string, Task<string>> refresh, string personal)
    {
        string token;
        try
        {
            token = await refresh(personal);
        }
        catch (PlatformUnavailableException e)
            when (e.InnerException is LabelStudioFault { Status: HttpStatusCode.Unauthorized } && reload.TryReload() && Key != personal)
        {
            personal = Key;
            token = await refresh(personal);
        }

        return new Access(personal, token, Claims(token) is { } claims ? EndOf(claims) : null);
    }

    public void Dispose() => gate.Dispose();

    private static DateTimeOffset? EndOf(JsonElement claims) =>
        claims.TryGetProperty("exp", out var end)
        && end.ValueKind == JsonValueKind.Number
        && end.TryGetInt64(out var seconds)
        && seconds is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    /// <returns>The claims of a JWT, not verified, because that is the receiver's task; null when the token is not a JWT.</returns>
    private static JsonElement? Claims(string token)
    {
        if (token.Split('.') is not [_, { Length: > 0 } body, _] || !Base64Url.IsValid(body))
            return null;
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(body));
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
