namespace GourmetGram.Application.Feedback;

/// <summary>Where a request came from, as far as limits against floods care.</summary>
public interface ICallerAddress
{
    /// <summary>The network address; null where there is none (a command, a job).</summary>
    string? Current { get; }
}

/// <summary>For what has no address.</summary>
internal sealed class NoCallerAddress : ICallerAddress
{
    public string? Current => null;
}
