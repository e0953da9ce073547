using GourmetGram.Application.Common;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Access;

/// <summary>Deletes entries of the audit log that are older than <c>Audit:KeepDays</c>. Part of job <c>housekeeping</c>.</summary>
public static class ForgetOldAuditEntries
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Forgotten">Number of entries deleted.</param>
    public sealed record Response(int Forgotten);

    internal sealed class Handler(IUnitOfWork work, IOptions<AuditOptions> options, TimeProvider time) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var old = new AuditEntriesBefore(time.GetUtcNow().AddDays(-options.Value.KeepDays), BatchRemoval.Batch);
            return new Response(await work.RemoveAllAsync(old, cancellationToken));
        }
    }
}
