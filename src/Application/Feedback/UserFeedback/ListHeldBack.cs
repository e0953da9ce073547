using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Lists the flags and corrections held for review, oldest first. They do not count until an administrator decides.</summary>
public static class ListHeldBack
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Items">At most the first hundred.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    /// <param name="Id">Id of the flag or correction.</param>
    /// <param name="PredictionId">The prediction that it refers to.</param>
    /// <param name="Kind">A flag, a correction or a confirmation.</param>
    /// <param name="CreatedAt">When it was given, UTC.</param>
    /// <param name="Reason">Why it is held for review.</param>
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
