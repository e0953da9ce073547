namespace GourmetGram.Application.Common;

// The ways a use case can fail, in one place. WebApi maps each to an RFC 9457 problem; see its ProblemDetailsExceptionHandler.

/// <summary>What was asked for does not exist, or is somebody else's (a caller is not told which).</summary>
public sealed class NotFoundException(string what) : Exception($"{what} was not found.");

/// <summary>The request contradicts what is stored.</summary>
public sealed class ConflictException(string message) : Exception(message);

/// <summary>The caller must be known for this: it has neither cookie nor key.</summary>
public sealed class IdentityNeededException(string message) : Exception(message);

/// <summary>A signed link does not open what it names: it is not of this server, was changed, was revoked or has expired.</summary>
public sealed class LinkRefusedException(string message) : Exception(message);

/// <summary>Two requests changed the same rows at once, and this one lost. Repeating it starts from what the winner left.</summary>
public sealed class ConcurrentChangeException(Exception cause) : Exception("Another request changed the same data.", cause)
{
    private const int Attempts = 8;

    /// <summary>Runs the work, and runs it again when another request got in between.</summary>
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
                // The loser starts over and finds what the winner left.
            }
        }
    }
}

/// <summary>The server has more work than it can begin in time. Nothing was stored; the client may repeat the request.</summary>
/// <param name="message">What is short.</param>
/// <param name="retryAfter">When it is worth trying again.</param>
public sealed class ServerBusyException(string message, TimeSpan retryAfter) : Exception(message)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>The database or the object store cannot be used now. Nothing was answered on the strength of it.</summary>
public class StoreUnavailableException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>When it is worth trying again: somebody or something has to mend the store first.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);
}

/// <summary>There is no room left to write. Nothing was stored; reading goes on, and so does erasing where it can.</summary>
public sealed class StorageFullException(string message, Exception? cause = null) : StoreUnavailableException(message, cause);

/// <summary>The object store refuses us: a wrong key, a missing right, a bucket of somebody else. An operator has to mend it.</summary>
public sealed class StoreDeniedException(string message, Exception? cause = null) : StoreUnavailableException(message, cause);

/// <summary>The object store takes no object of this size.</summary>
public sealed class ObjectTooLargeException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The annotation platform does not answer, refuses us, or cannot do now what was asked of it. What does not need it goes on.</summary>
public sealed class PlatformUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
