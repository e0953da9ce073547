using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Refuses passwords that are guessed first: those of the 30,000 most common ones that are long enough, a few characters over and over, and
/// the person's own name.
/// </summary>
internal sealed class CommonPasswords : IPasswordValidator<IdentityUser<Guid>>
{
    private const int LongestRepeated = 8;

    private static readonly Lazy<HashSet<string>> Known = new(Read);

    public Task<IdentityResult> ValidateAsync(UserManager<IdentityUser<Guid>> manager, IdentityUser<Guid> user, string? password)
    {
        ArgumentNullException.ThrowIfNull(user);
        var reason =
            password is null ? null
            : Known.Value.Contains(password.ToLowerInvariant()) ? "This password is one of the most common ones. Choose another."
            : IsRepeated(password) ? "This password repeats a few characters. Choose another."
            : string.Equals(password, user.UserName, StringComparison.OrdinalIgnoreCase)
                ? "Your name is not a good password. Choose another."
            : null;
        return Task.FromResult(
            reason is null
                ? IdentityResult.Success
                : IdentityResult.Failed(new IdentityError { Code = "PasswordCommon", Description = reason })
        );
    }

    private static bool IsRepeated(string password)
    {
        for (var length = 1; length <= LongestRepeated && length <= password.Length / 2; length++)
        {
            var isRepeated = true;
            for (var at = length; at < password.Length && isRepeated; at++)
                isRepeated = password[at] == password[at - length];
            if (isRepeated)
                return true;
        }

        return false;
    }

    private static HashSet<string> Read()
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream("GourmetGram.WebApi.Access.CommonPasswords.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
