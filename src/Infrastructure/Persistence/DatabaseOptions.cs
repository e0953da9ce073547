using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>The database engines that GourmetGram speaks.</summary>
public enum DatabaseProvider
{
    /// <summary>One file, one process. The default.</summary>
    Sqlite = 0,

    /// <summary>A server that several nodes share.</summary>
    PostgreSql,
}

/// <summary>Where rows are kept.</summary>
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

/// <summary>Checks what annotations cannot: the connection string, by the engine it is for. It is a secret, so no message shows it.</summary>
internal sealed class DatabaseOptionsValidator : IValidateOptions<DatabaseOptions>
{
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
        catch (ArgumentException e)
        {
            return ValidateOptionsResult.Fail($"Database:ConnectionString is not a connection string for {options.Provider}: {e.Message}");
        }
    }

    private static string? FaultOfPostgreSql(string? connectionString)
    {
        const string Example = "set it to e.g. Host=db.example.org;Database=gourmetgram;Username=gourmetgram;Password=…";
        if (string.IsNullOrEmpty(connectionString))
            return $"Database:ConnectionString is empty, but Database:Provider is PostgreSql: {Example}.";
        return string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(connectionString).Host)
            ? $"Database:ConnectionString names no Host, but Database:Provider is PostgreSql: {Example}."
            : null;
    }

    private static string? FaultOfSqlite(string? connectionString)
    {
        if (string.IsNullOrEmpty(connectionString))
            return null;
        var settings = new SqliteConnectionStringBuilder(connectionString);
        var isFile =
            settings.Mode is SqliteOpenMode.ReadWriteCreate or SqliteOpenMode.ReadWrite
            && settings.DataSource is { Length: > 0 } source and not ":memory:"
            && !source.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
        return isFile
            ? null
            : "Database:ConnectionString must name a file that can be written, e.g. Data Source=gourmetgram.db, while Database:Provider is Sqlite. "
                + "Leave it empty for gourmetgram.db in the data directory.";
    }
}
