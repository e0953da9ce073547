using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Draws further photos of a period by chance, where their labels narrow the interval of the accuracy most.</summary>
public static class DrawForAccuracy
{
    /// <param name="Period">The photos.</param>
    /// <param name="Labels">Number of photos to draw.</param>
    /// <param name="By">The person who asked for it.</param>
    public sealed record Command(PeriodQuery Period, int Labels, string By) : IRequest<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Labels, "Drew photos to measure the accuracy", $"{Labels} photos");
    }

    /// <param name="Drawn">Number of photos drawn.</param>
    /// <param name="Tasks">Number of tasks created. Copies of a photo share one.</param>
    public sealed record Response(int Drawn, int Tasks);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.Labels)
                .InclusiveBetween(1, GetLabelBudget.MostLabels)
                .OverridePropertyName("labels")
                .WithMessage($"Ask for 1 to {GetLabelBudget.MostLabels} labels.");
        }
    }

    internal sealed class Handler(SampleLoader loader, IMediator mediator) : IRequestHandler<Command, Response>
    {
        /// <exception cref="ConflictException">No photo is left to draw.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var loaded = await loader.LoadAsync(request.Period, cancellationToken);
            var cells = LabelBudgetCell.Of(loaded);
            var plan = LabelBudget.Allocate([.. cells.Select(cell => cell.Budget)], request.Labels);
            // The plan rounds the expected number of photos that are left in a cell, so a cell may have one more.
            var rest = request.Labels - plan.Extra.Sum();
            var wanted = cells
                .Zip(plan.Extra)
                .Where(pair => pair.Second + rest > 0)
                .Select(pair => new Feedback.DrawMore.Wanted(
                    pair.First.ModelVersionId,
                    pair.First.Windows,
                    pair.First.Cell,
                    pair.Second + rest
                ))
                .ToList();
            var drawn = await mediator.Send(
                new Feedback.DrawMore.Command(RandomSampleLoop.Name, wanted, request.Labels, request.By),
                cancellationToken
            );
            if (drawn.Drawn == 0)
                throw new ConflictException("No photo is left to draw: all photos of closed sampling windows in this period are drawn.");
            var made = await mediator.Send(new Labeling.MakeTasks.Command(), cancellationToken);
            return new Response(drawn.Drawn, made.Tasks);
        }
    }
}
