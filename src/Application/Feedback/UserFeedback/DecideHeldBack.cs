using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using MediatR;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Feedback;

/// <summary>An administrator decides on what was held back: it counts from now on, or it never does.</summary>
public static class DecideHeldBack
{
    /// <param name="Release">Whether it counts.</param>
    /// <param name="Ids">Which flags and corrections; null for all that are held back.</param>
    /// <param name="Caller">Who decides.</param>
    public sealed record Command(bool Release, IReadOnlyList<Guid>? Ids, Caller Caller) : IRequest<Response>;

    /// <param name="Decided">How many were decided.</param>
    public sealed record Response(int Decided);

    internal sealed class Handler(IRepository<UserFeedback> feedback, ILogger<Handler> logger) : IRequestHandler<Command, Response>
    {
        private const int Batch = 200;

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var decided = 0;
            Guid? after = null;
            while (await feedback.ListAsync(new HeldBackFeedback(after, Batch), cancellationToken) is { Count: > 0 } held)
            {
                after = held[^1].Id;
                var chosen = held.Where(fact => request.Ids is null || request.Ids.Contains(fact.Id)).ToList();
                foreach (var fact in chosen)
                    fact.Decide(request.Release);
                await feedback.SaveChangesAsync(cancellationToken);
                feedback.Release();
                decided += chosen.Count;
            }

            logger.LogInformation(
                "{Count} flags and corrections that were held back were {Decision} by {Actor}",
                decided,
                request.Release ? "released" : "discarded",
                request.Caller.Actor
            );
            return new Response(decided);
        }
    }
}
