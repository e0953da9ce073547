using GourmetGram.Infrastructure.Spool;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// All rows: predictions and feedback, accounts, data-protection keys. Tables and columns have EF Core's own names on both engines, enums are
/// text, times are Unix milliseconds, durations whole microseconds: both engines order and compare alike, and a dump of one reads like the other's.
/// The accounts' tables follow from <c>IdentityOptions.Stores</c>: the migrations were made with its defaults, and migrating fails when the
/// host changes them.
/// </summary>
public abstract class GourmetGramDbContext : IdentityDbContext<IdentityUser<Guid>, IdentityRole<Guid>, Guid>, IDataProtectionKeyContext
{
    private protected GourmetGramDbContext(DbContextOptions options)
        : base(options) { }

    /// <summary>Keys that sign cookies.</summary>
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
        // With SQLite the spool is a folder.
        builder.Entity<SpoolRow>(spool =>
        {
            spool.ToTable("SpooledPhotos");
            spool.HasKey(row => row.Name);
        });
    }
}
