using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// The database cannot be used, and waiting does not cure it: it is damaged, newer than the program, or refuses its user. The start stops here.
/// </summary>
public sealed class DatabaseException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The database cannot be reached now; trying again later may work.</summary>
public sealed class DatabaseUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Tells the errors of both engines apart.</summary>
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

    // Class 57P is operator intervention: the server shuts down, starts, or recovers.
    private const string OperatorIntervention = "57P";

    /// <summary>The database's own error behind an exception of EF Core; null when there is none.</summary>
    public static Exception? CauseOf(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is DbException or SocketException)
                return e;
        }

        return null;
    }

    /// <summary>The error in the database's words, without full stop, and without the position in a statement that the reader does not see.</summary>
    public static string Describe(Exception cause) => (cause is PostgresException e ? e.MessageText : cause.Message).TrimEnd('.');

    /// <summary>Whether another request wrote the same unique row first, removed a row that this one points to, or pointed to one that this one removes.</summary>
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

    /// <summary>Whether the database ended this transaction so that another could go on: the same, begun again, finds what the other left.</summary>
    public static bool IsLostRace(Exception cause) =>
        cause is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    /// <summary>Whether there was no room for the rows; nothing of the transaction was kept.</summary>
    public static bool IsFull(Exception cause) =>
        cause is SqliteException { SqliteErrorCode: SqliteFull } or PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    /// <summary>Whether the file is there no more, cannot be written, or its disk fails: somebody has to mend what lies below the database.</summary>
    public static bool IsBroken(Exception cause) =>
        cause
            is SqliteException { SqliteErrorCode: SqliteReadOnly or SqliteIoError or SqliteCannotOpen }
                or PostgresException
                {
                    SqlState: PostgresErrorCodes.IoError or PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted
                };

    public static bool IsDamage(Exception cause) => cause is SqliteException { SqliteErrorCode: SqliteCorrupt or SqliteNotADatabase };

    /// <summary>Whether two nodes created the same database or table at once, and this one came second.</summary>
    public static bool IsDoneByAnotherNode(Exception? cause) =>
        cause
            is PostgresException
            {
                SqlState: PostgresErrorCodes.DuplicateDatabase
                    or PostgresErrorCodes.DuplicateTable
                    or PostgresErrorCodes.DuplicateColumn
                    or PostgresErrorCodes.UniqueViolation,
            };

    /// <summary>Whether the same may work later, with nobody changing anything here.</summary>
    public static bool IsCuredByWaiting(Exception cause) =>
        cause switch
        {
            SqliteException e => e.SqliteErrorCode is SqliteBusy or SqliteLocked,
            _ when IsDoneByAnotherNode(cause) => true,
            // A standby takes writes once it has been promoted.
            PostgresException e => e.IsTransient
                || e.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction
                || e.SqlState.StartsWith(OperatorIntervention, StringComparison.Ordinal),
            NpgsqlException e => e.IsTransient,
            SocketException => true,
            _ => false,
        };
}
