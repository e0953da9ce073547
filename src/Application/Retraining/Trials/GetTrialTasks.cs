using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns how many photos were drawn to decide a trial, and how many of them the caller can still label.</summary>
public static class GetTrialTasks
{
    /// <param name="TrialId">The trial.</param>
    /// <param name="Caller">The annotator.</param>
    public sealed record Query(Guid TrialId, Caller Caller) : IRequest<Response>;

    /// <param name="Loop">Name of the loop whose tasks the photos are.</param>
    /// <param name="Photos">Number of photos that were drawn.</param>
    /// <param name="Left">Number of these that wait for a label and that the caller can label now.</param>
    public sealed record Response(string Loop, int Photos, int Left);

    internal sealed class Handler(IRepository<ModelTrial> trials, IRepository<ExtraDraw> draws, ITaskFinder finder, TimeProvider time)
        : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">There is no such trial.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var trial = await trials.FirstOrDefaultAsync(new TrialById(request.TrialId), cancellationToken)
                ?? throw new NotFoundException($"Trial {request.TrialId}");
            var taken = (await draws.ListAsync(new DrawsOnDisagreements(trial.Id), cancellationToken)).Sum(draw => draw.Taken);
            var person = request.Caller.RequireIdentity("Labelling").ToString();
            var progress = await finder.MeasureAsync(RandomSampleLoop.Name, person, time.GetUtcNow(), trial.Id, cancellationToken);
            return new Response(RandomSampleLoop.Name, taken, progress.Left);
        }
    }
}
