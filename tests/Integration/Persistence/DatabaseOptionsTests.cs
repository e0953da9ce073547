using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GourmetGram.Tests.Integration.Persistence;

public sealed class DatabaseOptionsTests
{
    [Theory]
    [InlineData("Sqlite", "")]
    [InlineData("Sqlite", "Data Source=/var/lib/gourmetgram/rows.db")]
    [InlineData("PostgreSql", "Host=db;Database=food;Username=cook;Password=topsecret")]
    public void Good_settings_are_taken(string provider, string connectionString)
    {
        var options = Read(provider, connectionString);

        Assert.Equal((provider, connectionString), (options.Provider.ToString(), options.ConnectionString));
    }

    [Fact]
    public void Without_settings_it_is_SQLite() =>
        Assert.Equal(DatabaseProvider.Sqlite, Read(provider: null, connectionString: null).Provider);

    [Theory]
    [InlineData("PostgreSql", "", "Database:ConnectionString is empty, but Database:Provider is PostgreSql. Set it to e.g. Host=")]
    [InlineData("PostgreSql", "Database=topsecret", "Database:ConnectionString has no Host, but Database:Provider is PostgreSql. ")]
    [InlineData("PostgreSql", "Host=db;Port=topsecret", "Database:ConnectionString is not valid for PostgreSql: ")]
    [InlineData("PostgreSql", "topsecret", "Database:ConnectionString is not valid for PostgreSql: ")]
    [InlineData("Sqlite", "Host=topsecret", "Database:ConnectionString is not valid for Sqlite: ")]
    [InlineData("Sqlite", "Data Source=:memory:", "Database:ConnectionString must name a writable file")]
    [InlineData("Sqlite", "Data Source=topsecret.db;Mode=ReadOnly", "Database:ConnectionString must name a writable file")]
    [InlineData("Sqlite", "Password=topsecret", "Database:ConnectionString has a password, but this")]
    public void Bad_settings_are_named_without_the_secret(string provider, string connectionString, string expected)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Read(provider, connectionString));

        Assert.StartsWith(expected, Assert.Single(exception.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", exception.ToString(), StringComparison.Ordinal);
    }

    private static DatabaseOptions Read(string? provider, string? connectionString)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Database:Provider"] = provider,
            ["Database:ConnectionString"] = connectionString,
        };
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddSettings<GourmetGramOptions>()
            .AddPersistence()
            .BuildServiceProvider();
        return services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
    }
}
