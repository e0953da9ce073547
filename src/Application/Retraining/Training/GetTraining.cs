using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns a training with its model.</summary>
public static class GetTraining
{
    /// <param name="Id">Id of the training.</param>
    public sealed record Query(Guid Id) : IRequest<TrainingResponse>;

    internal sealed class Handler(IRepository<TrainingRun> runs, IRepository<RegisteredModel> models, IMediator mediator)
        : IRequestHandler<Query, TrainingResponse>
    {
        /// <exception cref="NotFoundException">There is no such training.</exception>
        public async Task<TrainingResponse> Handle(Query request, CancellationToken cancellationToken)
        {
            var run = await runs.FirstOrDefaultAsync(new TrainingById(request.Id), cancellationToken)
                ?? throw new NotFoundException($"Training {request.Id}");
            var model = run.ModelId is { } id ? await models.FirstOrDefaultAsync(new RegisteredModelById(id), cancellationToken) : null;
            return TrainingResponse.From(
                run,
                model is null ? null : await mediator.Send(new GetModel.Query(model.Version), cancellationToken)
            );
        }
    }
}
