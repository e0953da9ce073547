using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using GourmetGram.WebApi.Access;
using GourmetGram.WebApi.Security;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Access;

public sealed class AppCodesOnSqlite() : AppCodeTests(DatabaseProvider.Sqlite);

public sealed class AppCodesOnPostgreSql() : AppCodeTests(DatabaseProvider.PostgreSql);

/// <summary>A request cannot use a code that another one has used since this one read the account.</summary>
public abstract class AppCodeTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    [Fact]
    public async Task Of_two_requests_that_have_both_read_the_account_one_can_use_the_code()
    {
        await Host.DisposeAsync();
        await using var host = AddHost(more: services =>
        {
            services.AddAccounts();
            services.AddScoped<AppCodes>();
        });
        await host.MigrateAsync();
        var secret = await host.InScopeAsync(async scope =>
        {
            var users = scope.GetRequiredService<UserManager<IdentityUser<Guid>>>();
            var user = new IdentityUser<Guid>("Ada");
            await users.CreateAsync(user);
            await users.ResetAuthenticatorKeyAsync(user);
            // An earlier code.
            await users.SetAuthenticationTokenAsync(user, "GourmetGram", "last-code", "000000");
            return (await users.GetAuthenticatorKeyAsync(user))!;
        });
        var code = AppCode.Of(secret, TimeProvider.System.GetUtcNow());
        var results = await host.InScopeAsync(first =>
            host.InScopeAsync(async second =>
            {
                var (one, other) = (await ReadAsync(first), await ReadAsync(second));
                return new[]
                {
                    await first.GetRequiredService<AppCodes>().IsRightAsync(one, code),
                    await second.GetRequiredService<AppCodes>().IsRightAsync(other, code),
                };
            })
        );
        Assert.Equal([true, false], results);
    }

    private static async Task<IdentityUser<Guid>> ReadAsync(IServiceProvider scope)
    {
        var users = scope.GetRequiredService<UserManager<IdentityUser<Guid>>>();
        var user = (await users.FindByNameAsync("Ada"))!;
        // The context remembers the row, as a request does that is between reading and writing it.
        await users.GetAuthenticationTokenAsync(user, "GourmetGram", "last-code");
        return user;
    }
}
