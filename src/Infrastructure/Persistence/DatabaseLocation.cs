using GourmetGram.Infrastructure.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Where the database is, worked out from the settings once.</summary>
internal sealed class DatabaseLocation
{
    private const string DefaultFileName = "gourmetgram.db";

    /// <param name="options">Engine and connection string.</param>
    /// <param name="installation">Durability.</param>
    /// <param name="data">A relative SQLite path starts here. Asked for with PostgreSQL too: every node has a data directory of its own.</param>
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

    /// <summary>Complete; a secret.</summary>
    public string ConnectionString { get; }

    /// <summary>The database as messages name it: without secrets.</summary>
    public string Name { get; }

    /// <summary>Absolute path of the SQLite file; null on PostgreSQL.</summary>
    public string? FilePath { get; }
}
