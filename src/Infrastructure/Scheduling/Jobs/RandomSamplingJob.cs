using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using MediatR;

namespace GourmetGram.Infrastructure.Scheduling.Jobs;

internal sealed class RandomSamplingJob(IMediator mediator) : IScheduledJob
{
    public string Name => "random-sampling";

    public string Title => "Random sampling";

    public string Description => "Closes a sampling window and draws photos from it by chance";

    public string Cron => "0 0 0 * * ?";

    public async Task<IReadOnlyDictionary<string, long>> RunAsync(IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        var done = await mediator.Send(new SampleRandom.Command(), cancellationToken);
        var made = await mediator.Send(new MakeTasks.Command(), cancellationToken);
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["population"] = done.Population,
            ["selected"] = done.Selected,
            ["tasks"] = made.Tasks,
        };
    }
}
