namespace GourmetGram.Domain.Access;

/// <summary>
/// Attempts to sign in with a name, from an address or from a known browser. An attempt counts before its password is looked at, so that
/// guesses at the same time count too.
/// </summary>
public sealed class SignInAttempts
{
    /// <summary>How long attempts count, from the first of them.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private SignInAttempts()
    {
        Key = null!;
    }

    /// <summary>SHA-256 of what is counted, because people type passwords where a name belongs.</summary>
    public string Key { get; private init; }

    /// <summary>Number of attempts in the window.</summary>
    public int Count { get; private set; }

    /// <summary>When the window began, UTC.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>Concurrency token: of two attempts at the same time, the second is counted again.</summary>
    public int Revision { get; private set; }

    /// <summary>Begins to count.</summary>
    /// <param name="key">SHA-256 of what is counted.</param>
    /// <param name="now">The time, UTC.</param>
    public static SignInAttempts Of(string key, DateTimeOffset now) => new() { Key = key, Since = now };

    /// <summary>Counts an attempt, unless there were too many.</summary>
    /// <param name="most">Number of attempts that are allowed in a window.</param>
    /// <param name="now">The time, UTC.</param>
    /// <returns>Null when the attempt is allowed; else how long to wait.</returns>
    public TimeSpan? Try(int most, DateTimeOffset now)
    {
        // Attempts at the same time are a moment apart. A longer time before the window means that the clock was set back.
        if (now >= Since + Window || now < Since - Window)
            (Count, Since) = (0, now);
        if (Count >= most)
            return Since + Window - now;
        Count++;
        Revision++;
        return null;
    }

    /// <summary>Takes an attempt back, because its password was right.</summary>
    public void TakeBack()
    {
        Count = Math.Max(0, Count - 1);
        Revision++;
    }
}
