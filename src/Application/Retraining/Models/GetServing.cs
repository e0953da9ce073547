using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns which model answered at a moment.</summary>
public static class GetServing
{
    /// <param name="At">The moment, UTC; null for now.</param>
    public sealed record Query(DateTimeOffset? At) : IRequest<ServingPeriodResponse>;

    internal sealed class Handler(IRepository<ServingPeriod> periods, TimeProvider time) : IRequestHandler<Query, ServingPeriodResponse>
    {
        /// <exception cref="NotFoundException">No model answered then.</exception>
        public async Task<ServingPeriodResponse> Handle(Query request, CancellationToken cancellationToken)
        {
            var period = request.At is { } moment
                ? await periods.FirstOrDefaultAsync(new ServingPeriodAt(moment), cancellationToken)
                : await periods.FirstOrDefaultAsync(new OpenServingPeriod(), cancellationToken);
            return period is null
                ? throw new NotFoundException($"A model that answered at {(request.At ?? time.GetUtcNow()).ToUtcText()}")
                : ServingPeriodResponse.Of(period);
        }
    }
}
