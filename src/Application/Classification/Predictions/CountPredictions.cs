using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Counts the caller's own predictions.</summary>
public static class CountPredictions
{
    /// <param name="Caller">The owner of the predictions.</param>
    public sealed record Query(Caller Caller) : IRequest<Response>;

    /// <param name="Count">Number of the caller's predictions.</param>
    public sealed record Response(int Count);

    internal sealed class Handler(IRepository<Prediction> predictions) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new(await predictions.CountAsync(new AllOfMaker(request.Caller.RequireIdentity("Counting photos")), cancellationToken));
    }
}
