using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Compares labels with the model and annotators with each other, for the usual periods until today, and stores the results. Job
/// <c>find-label-errors</c>.
/// </summary>
public static class FindLabelErrors
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Labels">Number of labels of the longest period that were compared with the model.</param>
    /// <param name="Suspects">Number of these that contradict it.</param>
    public sealed record Response(int Labels, int Suspects);

    internal sealed class Handler(
        PeriodResolver periods,
        LabelErrorFinder errors,
        AnnotatorComparison annotators,
        ResultStore results,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        /// <summary>Labels that are stored: more than a page lists, because checked ones are left out.</summary>
        private const int MostStored = 500;

        /// <summary>The lengths that pages offer, in days.</summary>
        private static readonly int[] Lengths = [30, 90, 365];

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
            var response = new Response(0, 0);
            foreach (var days in Lengths)
            {
                var resolved = await periods.ResolveAsync(new PeriodQuery(today.AddDays(1 - days), today), cancellationToken);
                var found = await errors.FindAsync(resolved, cancellationToken);
                await StoreAsync(
                    LabelErrorFinder.NameOf(resolved.Period),
                    resolved.Period,
                    found.State,
                    found with
                    {
                        Listed = [.. found.Listed.Take(MostStored)],
                    },
                    cancellationToken
                );
                var compared = await annotators.CompareAsync(resolved, cancellationToken);
                await StoreAsync(AnnotatorComparison.NameOf(resolved.Period), resolved.Period, compared.State, compared, cancellationToken);
                response = new Response(found.Labels, found.Suspects);
            }

            return response;
        }

        /// <summary>Stores a result, unless there are so few labels that a request can compare them.</summary>
        private Task StoreAsync<T>(string name, Period period, EstimateState state, T content, CancellationToken cancellationToken) =>
            state == EstimateState.Estimated
                ? results.SaveAsync(name, period, content, cancellationToken)
                : results.RemoveAsync(name, cancellationToken);
    }
}
