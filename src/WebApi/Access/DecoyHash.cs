using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>The hash that the password of an unknown name is compared with, so that the answer takes as long as for a known one.</summary>
internal static class DecoyHash
{
    private static readonly Lock Gate = new();
    private static string? hash;

    /// <summary>Returns a hash of the present cost. No password belongs to it.</summary>
    public static string Of(UserManager<IdentityUser<Guid>> users)
    {
        lock (Gate)
        {
            return hash ??= users.PasswordHasher.HashPassword(
                new IdentityUser<Guid>(),
                Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32))
            );
        }
    }
}
