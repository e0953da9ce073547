namespace GourmetGram.Application.Common;

/// <summary>Provides the network address of a request, for quotas and flood limits.</summary>
public interface ICallerAddress
{
    /// <summary>The network address; null if there is none (a command, a job).</summary>
    string? Current { get; }
}

/// <summary>Used where there is no request and so no address.</summary>
internal sealed class NoCallerAddress : ICallerAddress
{
    public string? Current => null;
}
