using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>One prediction with what the caller said of it.</summary>
public static class GetPrediction
{
    public sealed record Query(Guid PredictionId, Caller Caller) : IRequest<PredictionResponse>;

    internal sealed class Handler(IRepository<Prediction> predictions, IPredictionFacts facts, ILinks links)
        : IRequestHandler<Query, PredictionResponse>
    {
        public async Task<PredictionResponse> Handle(Query request, CancellationToken cancellationToken)
        {
            var prediction = await predictions.FindUsableAsync(request.PredictionId, request.Caller, cancellationToken);
            var said = await facts.OfAsync([prediction], request.Caller.Actor, cancellationToken);
            return PredictionResponse.From(prediction, said.GetValueOrDefault(prediction.Id, PredictionFacts.None), links);
        }
    }
}
