using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Accepts or rejects feedback that was held for review: accepted feedback counts from now on, rejected feedback never does.
/// </summary>
public static class DecideHeldBack
{
    /// <param name="Release">True to accept, false to reject.</param>
    /// <param name="Ids">The flags and corrections to decide; null for all that are held for review.</param>
    /// <param name="Caller">The administrator who decides.</param>
    public sealed record Command(bool Release, IReadOnlyList<Guid>? Ids, Caller Caller) : IRequest<Response>, IAudited
    {
        AuditedAction IAudited.Audited =>
            new(AuditArea.Loops, Release ? "Released feedback held for review" : "Discarded feedback held for review");
    }

    /// <param name="Decided">Number of flags and corrections decided.</param>
    public sealed record Response(int Decided);

    internal sealed class Handler(IUnitOfWork work, IRepository<UserFeedback> feedback, ILogger<Handler> logger)
        : IRequestHandler<Command, Response>
    {
        private const int Batch = 200;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var decided = 0;
            Guid? after = null;
            while (
                await work.RunStepAsync((Handler step) => step.DecideAsync(request, after, cancellationToken)) is var (last, count)
                && last is not null
            )
            {
                after = last;
                decided += count;
            }

            logger.LogInformation(
                "{Count} flags and corrections held for review were {Decision} by {Actor}",
                decided,
                request.Release ? "released" : "discarded",
                request.Caller.Actor
            );
            return new Response(decided);
        }

        /// <returns>Id of the last entry read, null if there was none; and the number of entries decided.</returns>
        private async Task<(Guid? Last, int Decided)> DecideAsync(Command request, Guid? after, CancellationToken cancellationToken)
        {
            var held = await feedback.ListAsync(new HeldBackFeedback(after, Batch), cancellationToken);
            var chosen = held.Where(fact => request.Ids is null || request.Ids.Contains(fact.Id)).ToList();
            foreach (var fact in chosen)
                fact.Decide(request.Release);
            return (held.Count == 0 ? null : held[^1].Id, chosen.Count);
        }
    }
}
