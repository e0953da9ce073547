using System.Data.Common;
using GourmetGram.Application.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Observes every statement, of use cases, accounts and cookie keys, and reports the state of the database to
/// <see cref="Outages"/>.
/// </summary>
internal sealed class OutageInterceptor(Outages outages) : IDbCommandInterceptor, IDbConnectionInterceptor, IDbTransactionInterceptor
{
    public void CommandFailed(DbCommand command, CommandErrorEventData eventData) => Failed(eventData.Exception);

    public Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default) =>
        FailedAsync(eventData.Exception);

    public void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) => Failed(eventData.Exception);

    public Task ConnectionFailedAsync(
        DbConnection connection,
        ConnectionErrorEventData eventData,
        CancellationToken cancellationToken = default
    ) => FailedAsync(eventData.Exception);

    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Failed(eventData.Exception);

    public Task TransactionFailedAsync(
        DbTransaction transaction,
        TransactionErrorEventData eventData,
        CancellationToken cancellationToken = default
    ) => FailedAsync(eventData.Exception);

    public DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result) =>
        Answered(eventData, result);

    public ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command,
        CommandExecutedEventData eventData,
        DbDataReader result,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(Answered(eventData, result));

    public int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result) => Answered(eventData, result);

    public ValueTask<int> NonQueryExecutedAsync(
        DbCommand command,
        CommandExecutedEventData eventData,
        int result,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(Answered(eventData, result));

    private void Failed(Exception exception)
    {
        if (DatabaseFaults.CauseOf(exception) is { } cause && DatabaseFaults.IsAway(cause))
            outages.Failed(
                Dependency.Database,
                DatabaseFaults.Describe(cause),
                writingOnly: DatabaseFaults.IsFull(cause) || DatabaseFaults.IsBroken(cause)
            );
    }

    private Task FailedAsync(Exception exception)
    {
        Failed(exception);
        return Task.CompletedTask;
    }

    private TResult Answered<TResult>(CommandExecutedEventData eventData, TResult result)
    {
        outages.Answered(
            Dependency.Database,
            wrote: eventData.CommandSource is CommandSource.SaveChanges or CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete
        );
        return result;
    }
}
