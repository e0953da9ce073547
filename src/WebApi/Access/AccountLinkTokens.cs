using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Issues and checks the tokens of the links with which people choose their password. The account stores only the token's hash and expiry
/// time, and a newer token replaces the older one. A token is valid only while the account has no password, so choosing a password uses it
/// up.
/// </summary>
internal static class AccountLinkTokens
{
    private const string Provider = "GourmetGram";
    private const string Name = "account-link";
    private const int IdBytes = 16;
    private const int SecretBytes = 32;

    /// <summary>Stores a new token.</summary>
    /// <returns>Path and query of the link, without a leading slash.</returns>
    public static async Task<string> IssueAsync(UserManager<IdentityUser<Guid>> users, IdentityUser<Guid> user, DateTimeOffset expiresAt)
    {
        byte[] token = [.. user.Id.ToByteArray(), .. RandomNumberGenerator.GetBytes(SecretBytes)];
        var stored = $"{HashOf(token)} {expiresAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}";
        var result = await users.SetAuthenticationTokenAsync(user, Provider, Name, stored);
        return result.Succeeded
            ? $"set-password?token={Base64Url.EncodeToString(token)}"
            : throw new InvalidOperationException(string.Join(" ", result.Errors.Select(error => error.Description)));
    }

    /// <summary>Removes the token of an account, if there is one.</summary>
    public static Task RevokeAsync(UserManager<IdentityUser<Guid>> users, IdentityUser<Guid> user) =>
        users.RemoveAuthenticationTokenAsync(user, Provider, Name);

    /// <returns>The account that the token belongs to; null when the token is unknown, was used or replaced, or has expired.</returns>
    public static async Task<IdentityUser<Guid>?> FindAsync(UserManager<IdentityUser<Guid>> users, string text, DateTimeOffset now)
    {
        if (!Base64Url.IsValid(text, out var length) || length != IdBytes + SecretBytes)
            return null;
        var token = Base64Url.DecodeFromChars(text);
        var user = await users.FindByIdAsync(new Guid(token.AsSpan(0, IdBytes)).ToString());
        if (
            user is null or { PasswordHash: not null }
            || user.IsDisabled()
            || await users.GetAuthenticationTokenAsync(user, Provider, Name) is not { } stored
        )
            return null;
        var parts = stored.Split(' ');
        var isOurs = CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.ASCII.GetBytes(HashOf(token)),
            System.Text.Encoding.ASCII.GetBytes(parts[0])
        );
        return isOurs && now.ToUnixTimeMilliseconds() < long.Parse(parts[1], CultureInfo.InvariantCulture) ? user : null;
    }

    /// <summary>Hashes a token. The token is random and long, so a plain hash is enough.</summary>
    private static string HashOf(byte[] token) => Convert.ToHexStringLower(SHA256.HashData(token));
}
