using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Access;

/// <summary>Deletes entries of the audit log that are older than <c>Audit:KeepDays</c>. Part of job <c>housekeeping</c>.</summary>
public static class ForgetOldAuditEntries
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Forgotten">Number of entries deleted.</param>
    public sealed record Response(int Forgotten);

    internal sealed class Handler(IUnitOfWork work, IRepository<AuditEntry> entries, IOptions<AuditOptions> options, TimeProvider time)
        : IRequestHandler<Command, Response>
    {
        private const int Batch = 500;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var moment = time.GetUtcNow().AddDays(-options.Value.KeepDays);
            var forgotten = 0;
            while (await work.RunStepAsync((Handler step) => step.ForgetAsync(moment, cancellationToken)) is > 0 and var count)
                forgotten += count;
            return new Response(forgotten);
        }

        private async Task<int> ForgetAsync(DateTimeOffset moment, CancellationToken cancellationToken)
        {
            var old = await entries.ListAsync(new AuditEntriesBefore(moment, Batch), cancellationToken);
            foreach (var entry in old)
                entries.Remove(entry);
            return old.Count;
        }
    }
}
