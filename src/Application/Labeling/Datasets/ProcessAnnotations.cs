using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Turns what is finished into datasets: decisions of the review page, users' corrections, and what others wrote below <c>labelstudio/output</c>. Job <c>process-annotations</c>. Run twice, by two
/// nodes, or stopped between any two steps, the result is the same.
/// </summary>
public static class ProcessAnnotations
{
    /// <param name="Progress">Told how much is done; null when nobody wants to know.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Outputs">How many objects had which outcome; those read before do not count.</param>
    /// <param name="Corrections">Users' corrections that were exported or taken back.</param>
    /// <param name="Copied">Photos copied into a dataset.</param>
    /// <param name="Removed">Photos removed from one, for people said something else.</param>
    /// <param name="Lost">Photos that are nowhere, and cannot be copied.</param>
    public sealed record Response(IReadOnlyDictionary<OutputOutcome, int> Outputs, int Corrections, int Copied, int Removed, int Lost);

    internal sealed class Handler(TaskMaker maker, CorrectionDesk corrections, OutputDesk outputs, Collector collector)
        : IRequestHandler<Command, Response>
    {
        /// <exception cref="StoreUnavailableException">A store is away; what was done counts, and the next run goes on.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var done = 0;
            void Step() => request.Progress?.Report(new JobProgress(++done, Total: null));
            await maker.RunAsync(cancellationToken);
            var corrected = await corrections.RunAsync(cancellationToken);
            var read = await outputs.RunAsync(Step, cancellationToken);
            var collected = await collector.RunAsync(Step, cancellationToken);
            return new Response(read, corrected, collected.Copied, collected.Removed, collected.Lost);
        }
    }
}
