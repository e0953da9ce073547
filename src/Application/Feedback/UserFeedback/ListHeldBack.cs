using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>The flags and corrections that do not count until an administrator decides, oldest first.</summary>
public static class ListHeldBack
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Items">At most the first hundred.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    /// <param name="Id">Of the flag or correction.</param>
    /// <param name="PredictionId">What it is about.</param>
    /// <param name="Kind">A flag, a correction or a confirmation.</param>
    /// <param name="CreatedAt">When it was said, UTC.</param>
    /// <param name="Reason">Why it is held back.</param>
    public sealed record Item(Guid Id, Guid PredictionId, FeedbackKind Kind, DateTimeOffset CreatedAt, string Reason);

    internal sealed class Handler(IRepository<UserFeedback> feedback) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var held = await feedback.ListAsync(new HeldBackFeedback(after: null, Paging.MaximumLimit), cancellationToken);
            return new Response([
                .. held.Select(fact => new Item(fact.Id, fact.PredictionId, fact.Kind, fact.CreatedAt, fact.HeldBackReason!)),
            ]);
        }
    }
}
