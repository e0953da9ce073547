using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>A statement that was sent to the database.</summary>
internal sealed record Statement(string Text, IReadOnlyList<(string Name, object? Value)> Parameters)
{
    /// <summary>Whether it changes nothing.</summary>
    public bool Reads => Text.StartsWith("SELECT", StringComparison.Ordinal);
}

/// <summary>Hears all databases of the process, and keeps what was sent to one of SQLite: other tests run at the same time.</summary>
internal sealed class StatementRecorder(string database) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private readonly ConcurrentQueue<Statement> statements = new();

    /// <summary>The statements that some work sends to a host's database.</summary>
    public static async Task<IReadOnlyList<Statement>> RecordAsync(PersistenceHost host, Func<Task> work)
    {
        var recorder = new StatementRecorder(host.DatabaseFile);
        using (DiagnosticListener.AllListeners.Subscribe(recorder))
            await work();
        return [.. recorder.statements];
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == DbLoggerCategory.Name)
            value.Subscribe(this);
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (
            value.Key == RelationalEventId.CommandExecuting.Name
            && value.Value is CommandEventData { Context: SqliteDbContext } data
            && data.Command.Connection?.DataSource == database
        )
        {
            var parameters = data
                .Command.Parameters.Cast<DbParameter>()
                .Select(parameter => (parameter.ParameterName, parameter.Value))
                .ToList();
            statements.Enqueue(new Statement(data.Command.CommandText.TrimStart(), parameters));
        }
    }

    public void OnCompleted() { }

    public void OnError(Exception error) => throw error;
}
