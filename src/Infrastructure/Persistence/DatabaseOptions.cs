using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>The database engines that GourmetGram supports.</summary>
public enum DatabaseProvider
{
    /// <summary>One file, one process. The default.</summary>
    Sqlite = 0,

    /// <summary>A server that several nodes share.</summary>
    PostgreSql,
}

/// <summary>Where rows are stored.</summary>
[SettingsSection("Database")]
public sealed class DatabaseOptions
{
    [Description("Database engine: `Sqlite` (a file, no set-up needed) or `PostgreSql` (a server, required for more than one node).")]
    [EnumDataType(typeof(DatabaseProvider))]
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    [Description(
        "Connection string. SQLite: empty means `gourmetgram.db` in the data directory; `Data Source=other.db` is relative to it. "
            + "PostgreSQL: needed, e.g. `Host=db.example.org;Database=gourmetgram;Username=gourmetgram;Password=…`."
    )]
    [Secret]
    public string? ConnectionString { get; set; }
}

/// <summary>
/// Checks what attributes cannot check: the connection string, by the rules of its engine. The string is a secret, so no message shows it.
/// </summary>
internal sealed class DatabaseOptionsValidator : IValidateOptions<DatabaseOptions>
{
    private const string Example = "Set it to e.g. Host=db.example.org;Database=gourmetgram;Username=gourmetgram;Password=….";

    private const string SqliteExample =
        "Set it to e.g. Data Source=gourmetgram.db, or leave it empty for gourmetgram.db in the data directory; for PostgreSQL set "
        + "Database:Provider to PostgreSql.";

    public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            var fault =
                options.Provider == DatabaseProvider.PostgreSql
                    ? FaultOfPostgreSql(options.ConnectionString)
                    : FaultOfSqlite(options.ConnectionString);
            return fault is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(fault);
        }
        catch (Exception e)
            when (e is ArgumentException or FormatException or InvalidCastException or OverflowException or NotSupportedException)
        {
            // The exception names the unknown keyword, which may be half of a password that contains a semicolon.
            return ValidateOptionsResult.Fail(
                $"Database:ConnectionString is not valid for {options.Provider}: it has a keyword or a value that "
                    + $"{options.Provider} does not know. "
                    + $"It is a secret, so it is not shown. {(options.Provider == DatabaseProvider.PostgreSql ? Example : SqliteExample)}"
            );
        }
    }

    private static string? FaultOfPostgreSql(string? connectionString)
    {
        if (string.IsNullOrEmpty(connectionString))
            return $"Database:ConnectionString is empty, but Database:Provider is PostgreSql. {Example}";
        return string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(connectionString).Host)
            ? $"Database:ConnectionString has no Host, but Database:Provider is PostgreSql. {Example}"
            : null;
    }

    private static string? FaultOfSqlite(string? connectionString)
    {
        if (string.IsNullOrEmpty(connectionString))
            return null;
        var settings = new SqliteConnectionStringBuilder(connectionString);
        if (settings.Password.Length > 0)
            return "Database:ConnectionString has a password, but this program's SQLite does not support encryption. Remove Password, "
                + "and protect the file with file permissions.";
        var isFile =
            settings.Mode is SqliteOpenMode.ReadWriteCreate or SqliteOpenMode.ReadWrite
            && settings.DataSource is { Length: > 0 } source and not ":memory:"
            && !source.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
        return isFile ? null : $"Database:ConnectionString must name a writable file if Database:Provider is Sqlite. {SqliteExample}";
    }
}
