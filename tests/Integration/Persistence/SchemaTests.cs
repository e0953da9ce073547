using GourmetGram.Infrastructure.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

public sealed class SqliteSchemaTests() : SchemaTests(DatabaseProvider.Sqlite);

public sealed class PostgreSqlSchemaTests() : SchemaTests(DatabaseProvider.PostgreSql)
{
    [Fact]
    public async Task Both_engines_have_the_same_tables_and_columns()
    {
        var folder = Directory.CreateTempSubdirectory("gourmetgram-schema-");
        await using var sqlite = new PersistenceHost(DatabaseProvider.Sqlite, folder.FullName);
        await sqlite.MigrateAsync();
        await Host.MigrateAsync();

        var inSqlite = await sqlite.ValuesAsync<string>(
            """
            SELECT t.name || '.' || c.name || CASE WHEN c."notnull" THEN '' ELSE '?' END AS "Value"
            FROM sqlite_master t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND t.name <> '__EFMigrationsLock'
            """
        );
        var inPostgreSql = await Host.ValuesAsync<string>(
            """
            SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END AS "Value"
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'SpooledPhotos'
            """
        );

        Assert.Contains("Predictions.Photo_FileName?", inSqlite, StringComparer.Ordinal);
        Assert.Equal(inPostgreSql.Order(StringComparer.Ordinal), inSqlite.Order(StringComparer.Ordinal));
        await sqlite.DisposeAsync();
        folder.Delete(recursive: true);
    }
}

public abstract class SchemaTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    [Fact]
    public async Task The_migrations_say_what_the_model_says()
    {
        await Host.InScopeAsync(scope =>
        {
            var database = scope.GetRequiredService<GourmetGramDbContext>().Database;
            Assert.NotEmpty(database.GetMigrations());
            Assert.False(database.HasPendingModelChanges(), "Add a migration for both engines: dotnet ef migrations add …");
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Keys_that_protect_cookies_outlive_the_process()
    {
        await Host.MigrateAsync();
        static void Protection(IServiceCollection services) =>
            services.AddDataProtection().SetApplicationName("test").PersistKeysToDbContext<GourmetGramDbContext>();
        static IDataProtector Protector(PersistenceHost host) =>
            host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("cookies");
        await Host.DisposeAsync();
        string secret;
        await using (var before = AddHost(more: Protection))
            secret = Protector(before).Protect("visitor");

        var after = AddHost(more: Protection);

        Assert.Equal("visitor", Protector(after).Unprotect(secret));
        Assert.Single(await after.ValuesAsync<int>("""SELECT "Id" AS "Value" FROM "DataProtectionKeys" """));
    }

    [Fact]
    public async Task Accounts_are_kept_with_role_and_lockout()
    {
        await Host.DisposeAsync();
        var host = AddHost(more: services =>
            services.AddIdentityCore<IdentityUser<Guid>>().AddRoles<IdentityRole<Guid>>().AddEntityFrameworkStores<GourmetGramDbContext>()
        );
        await host.MigrateAsync();
        var end = Some.Time.AddYears(10).ToOffset(TimeSpan.FromHours(2));

        await host.InScopeAsync(async scope =>
        {
            var roles = scope.GetRequiredService<RoleManager<IdentityRole<Guid>>>();
            Assert.True((await roles.CreateAsync(new IdentityRole<Guid>("Admin"))).Succeeded);
            var users = scope.GetRequiredService<UserManager<IdentityUser<Guid>>>();
            var user = new IdentityUser<Guid>("ada") { LockoutEnabled = true };
            Assert.True((await users.CreateAsync(user, "Long enough 1!")).Succeeded);
            Assert.True((await users.AddToRoleAsync(user, "Admin")).Succeeded);
            Assert.True((await users.SetLockoutEndDateAsync(user, end)).Succeeded);
        });

        await host.InScopeAsync(async scope =>
        {
            var users = scope.GetRequiredService<UserManager<IdentityUser<Guid>>>();
            var user = await users.FindByNameAsync("ada");
            Assert.NotNull(user);
            Assert.NotEqual(Guid.Empty, user.Id);
            Assert.Equal(end, user.LockoutEnd);
            Assert.Equal(["Admin"], await users.GetRolesAsync(user));
            Assert.True(await users.CheckPasswordAsync(user, "Long enough 1!"));
        });
    }
}
