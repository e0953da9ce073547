namespace GourmetGram.Application.Common;

// The ways a use case can fail, in one place. WebApi maps each to an RFC 9457 problem; see its ProblemDetailsExceptionHandler.

/// <summary>The requested item does not exist, or belongs to another person. The caller is not told which.</summary>
public sealed class NotFoundException(string what) : Exception($"{what} was not found.");

/// <summary>The request contradicts what is stored.</summary>
public sealed class ConflictException(string message) : Exception(message);

/// <summary>The request needs a known caller, but it has neither a cookie nor a key.</summary>
public sealed class IdentityNeededException(string message) : Exception(message);

/// <summary>A signed link is refused: it is not from this server, was changed, was revoked or has expired.</summary>
public sealed class LinkRefusedException(string message) : Exception(message);

/// <summary>Two requests changed the same rows at the same time, and this one lost. A retry starts from the winner's data.</summary>
public sealed class ConcurrentChangeException(Exception cause) : Exception("Another request changed the same data.", cause)
{
    private const int Attempts = 8;

    /// <summary>Runs the work, and repeats it when another request changed the same rows meanwhile.</summary>
    public static async Task<TResult> RetryAsync<TResult>(Func<Task<TResult>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (ConcurrentChangeException) when (attempt < Attempts)
            {
                // The next attempt reads the winner's data.
            }
        }
    }
}

/// <summary>The server has more work than it can start in time. Nothing was stored; the client may repeat the request.</summary>
/// <param name="message">Says what the server ran out of.</param>
/// <param name="retryAfter">How long to wait before a retry.</param>
public sealed class ServerBusyException(string message, TimeSpan retryAfter) : Exception(message)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>A caller without an account has used up its quota. Nothing was stored; the client may repeat the request later.</summary>
/// <param name="message">Says what is exceeded.</param>
/// <param name="retryAfter">How long to wait before a retry.</param>
public sealed class QuotaExceededException(string message, TimeSpan retryAfter) : Exception(message)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>The database or the object store cannot be used now. No answer was based on the failed operation.</summary>
public class StoreUnavailableException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>How long to wait before a retry: a person or a system has to repair the store first.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);
}

/// <summary>There is no space left to write. Nothing was stored. Reads still work, and so do deletions where possible.</summary>
public sealed class StorageFullException(string message, Exception? cause = null) : StoreUnavailableException(message, cause);

/// <summary>
/// The object store denies access: the key is wrong, a right is missing, or the bucket belongs to another account. An operator has to
/// fix it.
/// </summary>
public sealed class StoreDeniedException(string message, Exception? cause = null) : StoreUnavailableException(message, cause);

/// <summary>The object store does not accept objects of this size.</summary>
public sealed class ObjectTooLargeException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The object store does not accept these tags. The object and its previous tags are unchanged.</summary>
public sealed class TagsRefusedException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// The annotation platform does not answer, denies access, or cannot do the requested operation now. Everything that does not need the
/// platform still works.
/// </summary>
public sealed class PlatformUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
