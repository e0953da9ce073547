using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Common;

/// <summary>Tells whose request is being handled. The host implements it.</summary>
public interface IAuditedCaller
{
    /// <summary>The person or program; null while a job runs, or when the request has no identity.</summary>
    AuditedCaller? Current { get; }
}

/// <summary>A process that serves no requests.</summary>
internal sealed class NoAuditedCaller : IAuditedCaller
{
    public AuditedCaller? Current => null;
}
