using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;
using GourmetGram.WebApi.Access;
using GourmetGram.WebApi.Security;
using GourmetGram.WebUi.Access;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Access;

public sealed class AccountLinksOnSqlite() : AccountLinkTests(DatabaseProvider.Sqlite);

public sealed class AccountLinksOnPostgreSql() : AccountLinkTests(DatabaseProvider.PostgreSql);

/// <summary>Links end, and what is stored of them opens nothing.</summary>
public abstract class AccountLinkTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_works_for_a_week_after_an_invitation_and_for_a_day_after_a_reset_and_only_its_hash_is_stored()
    {
        await Host.DisposeAsync();
        await using var host = AddHost(more: services =>
        {
            services.AddAccounts();
            services.AddSingleton<AccountLinks>();
            services.AddSingleton<TimeProvider>(time);
        });
        await host.MigrateAsync();
        var accounts = host.Services.GetRequiredService<IAccounts>();
        var links = host.Services.GetRequiredService<AccountLinks>();
        var invited = TokenOf(await accounts.AddAsync("Ada", AccountRole.Administrator, "test", Cancel));
        var stored = await host.InScopeAsync(async scope =>
            (await scope.GetRequiredService<GourmetGramDbContext>().Set<IdentityUserToken<Guid>>().SingleAsync(Cancel)).Value!
        );
        Assert.DoesNotContain(invited, stored, StringComparison.Ordinal);
        Assert.Null(await links.FindAsync(stored.Split(' ')[0], Cancel));
        Assert.Null(await links.FindAsync(invited[..^2] + "AA", Cancel));
        Assert.Null(await links.FindAsync("", Cancel));

        time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.Equal("Ada", (await links.FindAsync(invited, Cancel))?.Name);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await links.FindAsync(invited, Cancel));
        Assert.NotEmpty((await links.UseAsync(invited, name: null, "correct horse battery staple", Cancel)).Errors);

        var reset = TokenOf(await accounts.ResetPasswordAsync("ada", "test", Cancel));
        time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await links.FindAsync(reset, Cancel));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await links.FindAsync(reset, Cancel));
    }

    private static string TokenOf(AccountLinkView link) => link.Link!.Split('=')[1];
}
