using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Returns one prediction with the caller's feedback on it.</summary>
public static class GetPrediction
{
    public sealed record Query(Guid PredictionId, Caller Caller) : IRequest<PredictionResponse>;

    internal sealed class Handler(IRepository<Prediction> predictions, IPredictionFacts facts, IAnswerGuard guard, ILinks links)
        : IRequestHandler<Query, PredictionResponse>
    {
        /// <exception cref="NotFoundException">The prediction does not exist, or belongs to another caller.</exception>
        /// <exception cref="ConflictException">The caller is labelling the same photo without the model's answer.</exception>
        public async Task<PredictionResponse> Handle(Query request, CancellationToken cancellationToken)
        {
            var prediction = await predictions.FindUsableAsync(request.PredictionId, request.Caller, cancellationToken);
            await guard.ReadAsync(prediction, request.Caller, cancellationToken);
            var said = await facts.OfAsync([prediction], request.Caller.Actor, cancellationToken);
            return PredictionResponse.From(prediction, said.GetValueOrDefault(prediction.Id, PredictionFacts.None), links);
        }
    }
}
