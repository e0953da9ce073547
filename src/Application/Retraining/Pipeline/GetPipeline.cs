using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns the state of the pipeline with its latest runs.</summary>
public static class GetPipeline
{
    public sealed record Query : IRequest<PipelineResponse>;

    internal sealed class Handler(PipelineReader reader, ServingHistory history, TimeProvider time)
        : IRequestHandler<Query, PipelineResponse>
    {
        private const int Shown = 20;

        public async Task<PipelineResponse> Handle(Query request, CancellationToken cancellationToken)
        {
            var rules = await reader.RulesAsync(cancellationToken);
            var runs = new List<PipelineRunResponse>();
            foreach (var run in await reader.LatestAsync(Shown, cancellationToken))
                runs.Add(await reader.DescribeAsync(run, cancellationToken));
            return new PipelineResponse(
                PipelineRulesResponse.From(rules),
                runs.Find(run => run.EndedAt is null),
                runs,
                await reader.CountNewLabelsAsync(cancellationToken),
                (await history.CurrentAsync(cancellationToken)).Model.Version,
                rules.NextScheduled(runs is [var last, ..] ? last.CreatedAt : null, time.GetUtcNow())
            );
        }
    }
}
