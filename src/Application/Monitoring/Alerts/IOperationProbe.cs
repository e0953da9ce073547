namespace GourmetGram.Application.Monitoring;

/// <summary>Checks a part of the operation that people have to repair when it breaks.</summary>
public interface IOperationProbe
{
    /// <summary>Name of the alert rule, see <see cref="RuleNames"/>.</summary>
    string Rule { get; }

    /// <summary>Checks the part. Must cost nothing while it works, because it is checked every minute.</summary>
    /// <param name="isFailing">Whether the last check failed. Then only an attempt can show that the part works again.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>The result; null if the part is not in use.</returns>
    Task<ProbeResult?> CheckAsync(bool isFailing, CancellationToken cancellationToken);
}

/// <param name="IsFailing">Whether the part is broken.</param>
/// <param name="Value">What was found, for people.</param>
public sealed record ProbeResult(bool IsFailing, string Value);
