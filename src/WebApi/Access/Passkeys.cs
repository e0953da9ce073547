using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using GourmetGram.WebUi.Access;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Adds and checks passkeys (WebAuthn). Every challenge is in a page, signed, and works once. Passkeys are asked to verify their person,
/// by a finger or a PIN, so they are two factors in one.
/// </summary>
internal sealed class Passkeys(
    IPasskeyHandler<IdentityUser<Guid>> handler,
    UserManager<IdentityUser<Guid>> users,
    IHttpContextAccessor accessor,
    IDataProtectionProvider protection,
    TimeProvider time
)
{
    private const string Provider = "GourmetGram";

    /// <summary>Prefix of the tokens of an account that say when a passkey was used, and with which challenges.</summary>
    private const string UsePrefix = "passkey-use:";

    /// <summary>How long a page can be open before its challenge is refused.</summary>
    private static readonly TimeSpan ChallengeLifetime = TimeSpan.FromHours(1);

    private readonly IDataProtector states = protection.CreateProtector("GourmetGram.PasskeyChallenge");

    private HttpContext Http => accessor.HttpContext!;

    /// <summary>Returns what a browser needs to create a passkey for a person.</summary>
    public async Task<PasskeyChallenge> MakeCreationAsync(IdentityUser<Guid> user)
    {
        var entity = new PasskeyUserEntity
        {
            Id = user.Id.ToString(),
            Name = user.UserName!,
            DisplayName = user.UserName!,
        };
        var made = await handler.MakeCreationOptionsAsync(entity, Http);
        return new PasskeyChallenge(made.CreationOptionsJson, Protect(user.Id.ToString(), made.AttestationState!));
    }

    /// <summary>Returns what a browser needs to sign in with one of its passkeys.</summary>
    public async Task<PasskeyChallenge> MakeRequestAsync()
    {
        var made = await handler.MakeRequestOptionsAsync(user: null, Http);
        return new PasskeyChallenge(made.RequestOptionsJson, Protect("", made.AssertionState!));
    }

    /// <summary>Adds the passkey that a browser has created.</summary>
    /// <returns>False when the browser's answer is not acceptable, or was given for another page.</returns>
    public async Task<bool> AddAsync(IdentityUser<Guid> user, string name, PasskeyAnswer answer)
    {
        if (Unprotect(user.Id.ToString(), answer.State) is not { } state)
            return false;
        var result = await handler.PerformAttestationAsync(
            new PasskeyAttestationContext
            {
                HttpContext = Http,
                CredentialJson = answer.Credential,
                AttestationState = state.Text,
            }
        );
        if (!result.Succeeded)
            return false;
        result.Passkey.Name = name;
        return (await users.AddOrUpdatePasskeyAsync(user, result.Passkey)).Succeeded;
    }

    /// <summary>Returns the person who has signed a challenge with a passkey. The same challenge works once.</summary>
    /// <returns>The person, if the passkey belongs to one; and whether the signature is right.</returns>
    public async Task<(IdentityUser<Guid>? User, bool IsRight)> CheckAsync(PasskeyAnswer answer)
    {
        if (Unprotect("", answer.State) is not { } state)
            return (null, false);
        var result = await handler.PerformAssertionAsync(
            new PasskeyAssertionContext
            {
                HttpContext = Http,
                CredentialJson = answer.Credential,
                AssertionState = state.Text,
            }
        );
        if (!result.Succeeded)
            return (null, false);
        var isRight =
            await UseUpAsync(result.User, result.Passkey, state)
            // The passkey's own counter, if it has one.
            && (await users.AddOrUpdatePasskeyAsync(result.User, result.Passkey)).Succeeded;
        return (result.User, isRight);
    }

    /// <summary>Returns when a passkey was last used; null for never.</summary>
    public async Task<DateTimeOffset?> UsedAtAsync(IdentityUser<Guid> user, UserPasskeyInfo passkey) =>
        (await UsesAsync(user, passkey))?.At;

    /// <summary>Removes a passkey, with what is known of its use.</summary>
    public async Task RemoveAsync(IdentityUser<Guid> user, UserPasskeyInfo passkey)
    {
        await users.RemovePasskeyAsync(user, passkey.CredentialId);
        await users.RemoveAuthenticationTokenAsync(user, Provider, UseName(passkey));
    }

    /// <summary>Identifies a passkey in forms.</summary>
    public static string IdOf(UserPasskeyInfo passkey) => Convert.ToHexStringLower(SHA256.HashData(passkey.CredentialId));

    /// <summary>
    /// Remembers a challenge while its page could still be used. Of two requests with one challenge, the second finds it, or fails because
    /// the account has changed since it was read.
    /// </summary>
    private async Task<bool> UseUpAsync(IdentityUser<Guid> user, UserPasskeyInfo passkey, State state)
    {
        var now = time.GetUtcNow();
        var oldest = (now - ChallengeLifetime).ToUnixTimeMilliseconds();
        var used = (await UsesAsync(user, passkey))?.Challenges.Where(challenge => challenge.Value >= oldest).ToDictionary() ?? [];
        if (!used.TryAdd(Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(state.Text))), state.At))
            return false;
        return await users.TrySetTokenAsync(user, Provider, UseName(passkey), JsonSerializer.Serialize(new Uses(now, used)));
    }

    private async Task<Uses?> UsesAsync(IdentityUser<Guid> user, UserPasskeyInfo passkey) =>
        await users.GetAuthenticationTokenAsync(user, Provider, UseName(passkey)) is { } text
            ? JsonSerializer.Deserialize<Uses>(text)
            : null;

    private static string UseName(UserPasskeyInfo passkey) => UsePrefix + IdOf(passkey);

    private string Protect(string purpose, string state) =>
        states.Protect(string.Create(CultureInfo.InvariantCulture, $"{purpose}|{time.GetUtcNow().ToUnixTimeMilliseconds()}|{state}"));

    private State? Unprotect(string purpose, string text)
    {
        try
        {
            var parts = states.Unprotect(text).Split('|', 3);
            var at = long.Parse(parts[1], CultureInfo.InvariantCulture);
            var isFresh = time.GetUtcNow().ToUnixTimeMilliseconds() - at < ChallengeLifetime.TotalMilliseconds;
            return parts[0] == purpose && isFresh ? new State(parts[2], at) : null;
        }
        catch (CryptographicException)
        {
            // It is forged.
            return null;
        }
    }

    /// <param name="Text">What the handler remembers of the challenge.</param>
    /// <param name="At">When the challenge was made, in Unix milliseconds.</param>
    private sealed record State(string Text, long At);

    /// <param name="At">When the passkey was last used.</param>
    /// <param name="Challenges">Hashes of the challenges it has signed, and when those were made, in Unix milliseconds.</param>
    private sealed record Uses(DateTimeOffset At, Dictionary<string, long> Challenges);
}
