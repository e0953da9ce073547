using MediatR;

namespace GourmetGram.Application.Common;

/// <summary>
/// Gives the changes of each <see cref="IAudited"/> message an entry in the audit log, in the same commit as its first change. Without a
/// change, or when a job sends the message, there is no entry.
/// </summary>
internal sealed class AuditBehavior<TRequest, TResponse>(AuditScope scope) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (request is not IAudited audited)
            return await next();
        using (scope.Begin(audited.Audited))
            return await next();
    }
}
