namespace GourmetGram.Domain.Access;

/// <summary>A browser in which a person is signed in. Without this row, the cookie of the browser is worth nothing.</summary>
public sealed class AccountSession
{
    /// <summary>Maximum length of <see cref="Browser"/> in characters.</summary>
    public const int BrowserLength = 100;

    private AccountSession()
    {
        Browser = null!;
    }

    public Guid Id { get; private init; }

    public Guid AccountId { get; private init; }

    /// <summary>When the person signed in, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When the browser last sent a request, UTC, to the minute.</summary>
    public DateTimeOffset SeenAt { get; private set; }

    /// <summary>When the session ends even if it is used, UTC.</summary>
    public DateTimeOffset ExpiresAt { get; private init; }

    /// <summary>The browser and its system, in words.</summary>
    public string Browser { get; private init; }

    /// <summary>The IP address of the latest request; of IPv6, the 64-bit network. Null if unknown.</summary>
    public string? Address { get; private set; }

    /// <summary>Begins a session.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="browser">The browser and its system, in words.</param>
    /// <param name="address">The client's IP address; null if unknown.</param>
    /// <param name="lifetime">How long the session lasts at most.</param>
    /// <param name="now">The time, UTC.</param>
    public static AccountSession Begin(Guid accountId, string browser, string? address, TimeSpan lifetime, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            AccountId = accountId,
            CreatedAt = now,
            SeenAt = now,
            ExpiresAt = now + lifetime,
            Browser = browser,
            Address = address,
        };

    /// <summary>Records a request of the browser.</summary>
    public void See(string? address, DateTimeOffset now) => (SeenAt, Address) = (now, address);

    /// <summary>Returns whether the session has neither reached its end nor been idle for too long.</summary>
    public bool IsLive(TimeSpan idle, DateTimeOffset now) => now < ExpiresAt && now < SeenAt + idle;
}
