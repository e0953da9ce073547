using GourmetGram.Application.Common;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Updates datasets and labels from decisions on the review page, users' corrections, and files that other programs wrote below
/// <c>labelstudio/output</c>. Job <c>process-annotations</c>. The result is the same when it runs twice or on two nodes, or is interrupted
/// between steps.
/// </summary>
public static class ProcessAnnotations
{
    /// <param name="Progress">Receives the progress; null when it is not needed.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Outputs">Number of files by outcome, without files that were read before.</param>
    /// <param name="Corrections">Users' corrections that were exported or withdrawn.</param>
    /// <param name="Copied">Photos copied into a dataset.</param>
    /// <param name="Removed">Photos removed from a dataset because people's decision changed.</param>
    /// <param name="Missing">Photos found to be missing, which cannot be copied now.</param>
    public sealed record Response(IReadOnlyDictionary<OutputOutcome, int> Outputs, int Corrections, int Copied, int Removed, int Missing);

    internal sealed class Handler(TaskMaker maker, CorrectionExporter corrections, OutputReader outputs, Collector collector)
        : IRequestHandler<Command, Response>
    {
        /// <exception cref="StoreUnavailableException">A store is down; finished work is kept, and the next run continues.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var done = 0;
            void Step() => request.Progress?.Report(new JobProgress(++done, Total: null));
            await maker.RunAsync(cancellationToken);
            var corrected = await corrections.RunAsync(cancellationToken);
            var read = await outputs.RunAsync(Step, cancellationToken);
            var collected = await collector.RunAsync(Step, cancellationToken);
            return new Response(read, corrected, collected.Copied, collected.Removed, collected.Missing);
        }
    }
}
