using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Moves the photos that a person uploaded before signing in to their account, with their flags and corrections.</summary>
public static class AdoptPhotos
{
    /// <param name="Visitor">The visitor, as proved by the browser's signed cookie.</param>
    /// <param name="Caller">The account.</param>
    public sealed record Command(Actor Visitor, Caller Caller) : ICommand<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Photos, "Added the photos of a browser to an account", Caller.Actor.ToString());
    }

    /// <param name="Photos">Number of photos moved.</param>
    public sealed record Response(int Photos);

    internal sealed class Handler(IRepository<Prediction> predictions, IRepository<UserFeedback> feedback, TimeProvider time)
        : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var account = request.Caller.RequireIdentity("Adding photos");
            var photos = await predictions.ListAsync(new AllOfMaker(request.Visitor), cancellationToken);
            foreach (var photo in photos)
                photo.HandOver(account);
            var theirs = await feedback.ListAsync(new FeedbackOf(request.Visitor), cancellationToken);
            var own = await feedback.ListAsync(new CurrentFeedbackOf(account), cancellationToken);
            var said = own.Select(fact => (fact.PredictionId, fact.Topic)).ToHashSet();
            foreach (var fact in theirs)
            {
                // The account's own feedback on a photo wins, because a rater has only one current entry per photo and topic.
                if (fact.EndedAt is null && said.Contains((fact.PredictionId, fact.Topic)))
                    fact.Supersede(time.GetUtcNow());
                fact.HandOver(account);
            }

            return new Response(photos.Count);
        }
    }
}
