using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Compares the last complete week with the weeks before, for each model version that answered in it, and stores the result. Job
/// <c>detect-drift</c>. Every run replaces the results, because a window that closes late can still add photos to the week.
/// </summary>
public static class DetectDrift
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Versions">Number of model versions that were compared.</param>
    /// <param name="Marked">Number of charts that were marked.</param>
    public sealed record Response(int Versions, int Marked);

    internal sealed class Handler(ISampleReader reader, DriftFinder finder, ResultStore results, TimeProvider time)
        : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
            var week = DriftWeek.LastBefore(new Period(today, today), today);
            var models = await reader.ListModelVersionsAsync(cancellationToken);
            var versions = await finder.ListVersionsAsync(models, week, cancellationToken);
            var marked = 0;
            FoundDrift? newest = null;
            foreach (var model in versions)
            {
                newest = await finder.CompareAsync(model, week, cancellationToken);
                marked += newest.Items.Count(item => item.Marked);
                await StoreAsync(DriftFinder.NameOf(model.Id), newest, cancellationToken);
            }

            if (newest is not null)
                await StoreAsync(DriftFinder.NameOf(null), newest, cancellationToken);
            return new Response(versions.Count, marked);
        }

        /// <summary>Stores a comparison, unless there are so few photos that a request can count them.</summary>
        private Task StoreAsync(string name, FoundDrift found, CancellationToken cancellationToken) =>
            found.State is DriftState.TooFew or DriftState.TooFewWeeks
                ? results.RemoveAsync(name, cancellationToken)
                : results.SaveAsync(name, DriftFinder.DaysOf(found.Week), found, cancellationToken);
    }
}
