using GourmetGram.Infrastructure.Spool;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// All rows: predictions and feedback, accounts, data-protection keys. On both engines, tables and columns have EF Core's default names,
/// enums are text, times are Unix milliseconds and durations whole microseconds. So both engines order and compare alike, and their dumps
/// look alike. The accounts' tables depend on <c>IdentityOptions.Stores</c>: the migrations were created with its defaults, and migrating
/// fails when the host changes them.
/// </summary>
public abstract class GourmetGramDbContext : IdentityDbContext<IdentityUser<Guid>, IdentityRole<Guid>, Guid>, IDataProtectionKeyContext
{
    private protected GourmetGramDbContext(DbContextOptions options)
        : base(options) { }

    /// <summary>Data-protection keys, which sign cookies.</summary>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(GourmetGramDbContext).Assembly);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMillisecondsConverter>();
        configurationBuilder.Properties<TimeSpan>().HaveConversion<MicrosecondsConverter>();
    }
}

/// <summary>The rows in SQLite.</summary>
internal sealed class SqliteDbContext(DbContextOptions<SqliteDbContext> options) : GourmetGramDbContext(options);

/// <summary>The rows in PostgreSQL.</summary>
internal sealed class PostgreSqlDbContext(DbContextOptions<PostgreSqlDbContext> options) : GourmetGramDbContext(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        // With SQLite the spool is a folder, so it needs no table.
        builder.Entity<SpoolRow>(spool =>
        {
            spool.ToTable("SpooledPhotos");
            spool.HasKey(row => row.Name);
        });
    }
}
