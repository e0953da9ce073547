using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using MediatR;

namespace GourmetGram.Infrastructure.Scheduling.Jobs;

internal sealed class SelectCandidatesJob(IMediator mediator) : IScheduledJob
{
    public string Name => "select-candidates";

    public string Title => "Select candidates";

    public string Description => "Lets the loops look at new photos, flags and corrections";

    public string Cron => "0/10 * * * * ?";

    public async Task<IReadOnlyDictionary<string, long>> RunAsync(IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        var done = await mediator.Send(new SelectCandidates.Command(progress), cancellationToken);
        var made = await mediator.Send(new MakeTasks.Command(), cancellationToken);
        return new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["considered"] = done.Considered,
            ["selected"] = done.Selected,
            ["heldBack"] = done.HeldBack,
            ["tasks"] = made.Tasks,
        };
    }
}
