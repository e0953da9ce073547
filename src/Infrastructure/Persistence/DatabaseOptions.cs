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
    [Description("The engine: `Sqlite` (a file, nothing to set up) or `PostgreSql` (a server, for more than one node).")]
    [EnumDataType(typeof(DatabaseProvider))]
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    [Description(
        "How to reach the database. SQLite: empty means `gourmetgram.db` in the data directory; `Data Source=other.db` starts there too. "
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
                $"Database:ConnectionString is not a connection string for {options.Provider}: it has a keyword or a value that "
                    + $"{options.Provider} does not know. "
                    + $"It is a secret and not shown here. {(options.Provider == DatabaseProvider.PostgreSql ? Example : SqliteExample)}"
            );
        }
    }

    private static string? FaultOfPostgreSql(string? connectionString)
    {
        if (string.IsNullOrEmpty(connectionString))
            return $"Database:ConnectionString is empty, but Database:Provider is PostgreSql. {Example}";
        return string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(connectionString).Host)
            ? $"Database:ConnectionString names no Host, but Database:Provider is PostgreSql. {Example}"
            : null;
    }

    private static string? FaultOfSqlite(string? connectionString)
    {
        if (string.IsNullOrEmpty(connectionString))
            return null;
        var settings = new SqliteConnectionStringBuilder(connectionString);
        if (settings.Password.Length > 0)
            return "Database:ConnectionString has a password, but this program's SQLite does not encrypt: remove Password from it, and "
                + "keep the file safe by its permissions.";
        var isFile =
            settings.Mode is SqliteOpenMode.ReadWriteCreate or SqliteOpenMode.ReadWrite
            && settings.DataSource is { Length: > 0 } source and not ":memory:"
            && !source.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
        return isFile
            ? null
            : $"Database:ConnectionString must name a file that can be written while Database:Provider is Sqlite. {SqliteExample}";
    }
}
