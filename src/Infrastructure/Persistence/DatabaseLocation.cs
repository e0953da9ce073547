using GourmetGram.Infrastructure.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Location of the database, derived from the settings once.</summary>
internal sealed class DatabaseLocation
{
    private const string DefaultFileName = "gourmetgram.db";

    /// <param name="options">Engine and connection string.</param>
    /// <param name="installation">Durability.</param>
    /// <param name="data">The folder to which a relative SQLite path refers. Required with PostgreSQL too, because every node has its own
    /// data directory.</param>
    public DatabaseLocation(IOptions<DatabaseOptions> options, IOptions<GourmetGramOptions> installation, DataDirectory data)
    {
        Provider = options.Value.Provider;
        var isPower = installation.Value.Durability == Durability.Power;
        if (Provider == DatabaseProvider.PostgreSql)
        {
            var server = new NpgsqlConnectionStringBuilder(options.Value.ConnectionString);
            server.Options = $"{server.Options} -c synchronous_commit={(isPower ? "on" : "off")}".TrimStart();
            server.ApplicationName ??= "gourmetgram";
            ConnectionString = server.ConnectionString;
            Name = $"{server.Database ?? server.Username} on {server.Host}:{server.Port}";
            return;
        }

        var file = new SqliteConnectionStringBuilder(options.Value.ConnectionString);
        file.DataSource = FilePath = Path.GetFullPath(file.DataSource.Length == 0 ? DefaultFileName : file.DataSource, data.FullPath);
        ConnectionString = file.ConnectionString;
        Name = FilePath;
    }

    public DatabaseProvider Provider { get; }

    /// <summary>The complete connection string. It is a secret.</summary>
    public string ConnectionString { get; }

    /// <summary>Name of the database for messages, without secrets.</summary>
    public string Name { get; }

    /// <summary>Absolute path of the SQLite file; null on PostgreSQL.</summary>
    public string? FilePath { get; }
}
