using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// The database cannot be used, and waiting would not help: it is damaged, newer than the program, or refuses its user. The server does not
/// start.
/// </summary>
public sealed class DatabaseException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The database cannot be reached now. A later attempt may work.</summary>
public sealed class DatabaseUnavailableException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>
    /// Whether an exception that no use case has translated (e.g. from accounts or cookie keys) means that the database is unavailable.
    /// </summary>
    public static bool IsBehind(Exception exception) => DatabaseFaults.CauseOf(exception) is { } cause && DatabaseFaults.IsAway(cause);
}

/// <summary>Recognises lost races where no use case translates the errors, as with accounts.</summary>
public static class DatabaseConflicts
{
    /// <summary>Whether an exception means that another request was first. Nothing of this one was stored.</summary>
    public static bool IsBehind(Exception exception) =>
        DatabaseFaults.CauseOf(exception) is { } cause && (DatabaseFaults.IsConflict(cause) || DatabaseFaults.IsLostRace(cause));
}

/// <summary>Classifies the errors of both database engines.</summary>
internal static class DatabaseFaults
{
    // https://sqlite.org/rescode.html
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteReadOnly = 8;
    private const int SqliteIoError = 10;
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const int SqliteNotADatabase = 26;
    private const int SqliteConstraintForeignKey = 787;
    private const int SqliteConstraintPrimaryKey = 1555;
    private const int SqliteConstraintTrigger = 1811;
    private const int SqliteConstraintUnique = 2067;

    // Class 57P is operator intervention: the server shuts down, starts or recovers.
    private const string OperatorIntervention = "57P";

    /// <summary>Returns the database's own error inside an exception of EF Core; null when there is none.</summary>
    public static Exception? CauseOf(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is DbException or SocketException)
                return e;
        }

        return null;
    }

    /// <summary>
    /// Returns the database's error message without a full stop, and without the position in a statement that the reader cannot see.
    /// </summary>
    public static string Describe(Exception cause) => (cause is PostgresException e ? e.MessageText : cause.Message).TrimEnd('.');

    /// <summary>
    /// Whether another request wrote the same unique row first, removed a row that this request's row points to, or pointed to a row that
    /// this request removes.
    /// </summary>
    public static bool IsConflict(Exception? cause) =>
        cause
            is SqliteException
                {
                    SqliteExtendedErrorCode: SqliteConstraintUnique
                        or SqliteConstraintPrimaryKey
                        or SqliteConstraintForeignKey
                        or SqliteConstraintTrigger,
                }
                or PostgresException
                {
                    SqlState: PostgresErrorCodes.UniqueViolation
                        or PostgresErrorCodes.ForeignKeyViolation
                        or PostgresErrorCodes.RestrictViolation,
                };

    /// <summary>
    /// Whether the database ended this transaction so that another could continue. Repeating the transaction works with what the other one
    /// left.
    /// </summary>
    public static bool IsLostRace(Exception cause) =>
        cause is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>Whether the database had no room for the rows. Nothing of the transaction was stored.</summary>
    public static bool IsFull(Exception cause) =>
        cause is SqliteException { SqliteErrorCode: SqliteFull } or PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    /// <summary>
    /// Whether the database file is missing or not writable, or its disk fails, so that an operator has to fix what lies below the
    /// database.
    /// </summary>
    public static bool IsBroken(Exception cause) =>
        cause
            is SqliteException { SqliteErrorCode: SqliteReadOnly or SqliteIoError or SqliteCannotOpen }
                or PostgresException
                {
                    SqlState: PostgresErrorCodes.IoError or PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted
                };

    /// <summary>
    /// Whether the database cannot work now: it does not respond, or it is full, broken or damaged. Faults of a single statement (a
    /// conflict, a lost race) do not count.
    /// </summary>
    public static bool IsAway(Exception cause) =>
        IsFull(cause)
        || IsBroken(cause)
        || IsDamage(cause)
        || (IsCuredByWaiting(cause) && !IsDoneByAnotherNode(cause) && !IsLostRace(cause));

    public static bool IsDamage(Exception cause) => cause is SqliteException { SqliteErrorCode: SqliteCorrupt or SqliteNotADatabase };

    /// <summary>Whether two nodes created the same database or table at the same time, and this one came second.</summary>
    public static bool IsDoneByAnotherNode(Exception? cause) =>
        cause
            is PostgresException
            {
                SqlState: PostgresErrorCodes.DuplicateDatabase
                    or PostgresErrorCodes.DuplicateTable
                    or PostgresErrorCodes.DuplicateColumn
                    or PostgresErrorCodes.UniqueViolation,
            };

    /// <summary>
    /// Whether two nodes migrated the same database at the same time, and this one came second: what it creates exists already, or what it
    /// changes no longer exists.
    /// </summary>
    public static bool IsMigratedByAnotherNode(Exception? cause) =>
        IsDoneByAnotherNode(cause)
        || cause
            is PostgresException
            {
                SqlState: PostgresErrorCodes.DuplicateObject
                    or PostgresErrorCodes.UndefinedObject
                    or PostgresErrorCodes.UndefinedColumn
                    or PostgresErrorCodes.UndefinedTable,
            };

    /// <summary>Whether the same operation may work later, without any change on our side.</summary>
    public static bool IsCuredByWaiting(Exception cause) =>
        cause switch
        {
            SqliteException e => e.SqliteErrorCode is SqliteBusy or SqliteLocked,
            _ when IsDoneByAnotherNode(cause) => true,
            // A standby accepts writes once it has been promoted.
            PostgresException e => e.IsTransient
                || e.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction
                || e.SqlState.StartsWith(OperatorIntervention, StringComparison.Ordinal),
            NpgsqlException e => e.IsTransient,
            SocketException => true,
            _ => false,
        };
}
