using System.Security.Cryptography;
using System.Text;
using GourmetGram.Application.Common;
using GourmetGram.WebUi.Accounts;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Security;

/// <summary>Holds the one-time token of the link that makes the first administrator. The token lives in memory: every start without an administrator logs a new link.</summary>
internal sealed class FirstAdministrator(IServiceScopeFactory scopes) : IFirstAdministrator, IDisposable
{
    private readonly SemaphoreSlim creating = new(1, 1);
    private string? token;

    /// <summary>Opens the link if there is no administrator.</summary>
    /// <returns>Path and query of the link, or null when there is an administrator.</returns>
    public async Task<string?> OpenAsync()
    {
        await using var scope = scopes.CreateAsyncScope();
        if (await HasAdministratorAsync(scope.ServiceProvider))
            return null;
        token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return $"/first-administrator?token={token}";
    }

    public bool IsOpen(string token) =>
        this.token is { } expected
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(expected));

    public async Task<IReadOnlyList<string>> CreateAsync(string token, string name, string password, CancellationToken cancellationToken)
    {
        await creating.WaitAsync(cancellationToken);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            // Asked again under the lock: another person, or another node, may have been quicker.
            if (!IsOpen(token) || await HasAdministratorAsync(scope.ServiceProvider))
                return ["This link was used already. Sign in, or ask the administrator for an account."];

            var roles = scope.ServiceProvider.GetRequiredService<RoleManager<IdentityRole<Guid>>>();
            foreach (var role in new[] { Roles.Annotator, Roles.Admin })
            {
                if (
                    !await roles.RoleExistsAsync(role)
                    && await roles.CreateAsync(new IdentityRole<Guid>(role)) is { Succeeded: false } refused
                )
                    return Words(refused);
            }

            var users = scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser<Guid>>>();
            var user = new IdentityUser<Guid>(name);
            if (await users.CreateAsync(user, password) is { Succeeded: false } notCreated)
                return Words(notCreated);
            if (await users.AddToRoleAsync(user, Roles.Admin) is { Succeeded: false } notInRole)
                return Words(notInRole);
            this.token = null;
            return [];
        }
        finally
        {
            creating.Release();
        }
    }

    public void Dispose() => creating.Dispose();

    private static async Task<bool> HasAdministratorAsync(IServiceProvider services) =>
        (await services.GetRequiredService<UserManager<IdentityUser<Guid>>>().GetUsersInRoleAsync(Roles.Admin)).Count > 0;

    private static string[] Words(IdentityResult result) => [.. result.Errors.Select(e => e.Description)];
}
