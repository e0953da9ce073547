using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns a trial.</summary>
public static class GetTrial
{
    /// <param name="Id">Id of the trial.</param>
    public sealed record Query(Guid Id) : IRequest<TrialResponse>;

    internal sealed class Handler(IRepository<ModelTrial> trials) : IRequestHandler<Query, TrialResponse>
    {
        /// <exception cref="NotFoundException">There is no such trial.</exception>
        public async Task<TrialResponse> Handle(Query request, CancellationToken cancellationToken) =>
            TrialResponse.From(
                await trials.FirstOrDefaultAsync(new TrialById(request.Id), cancellationToken)
                    ?? throw new NotFoundException($"Trial {request.Id}")
            );
    }
}
