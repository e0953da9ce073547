using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Changes the rules that start the pipeline automatically, and whether it promotes models automatically.</summary>
public static class ChangePipelineRules
{
    /// <param name="NewLabels">Number of new labels that starts a run; null to start none.</param>
    /// <param name="EveryDays">Number of days after which a run starts; null to start none.</param>
    /// <param name="OnAlert">Whether an alert about the accuracy starts a run.</param>
    /// <param name="PauseHours">Minimum number of hours between two automatic runs.</param>
    /// <param name="PromotesByItself">Whether a model that the gate lets pass is promoted without a person.</param>
    /// <param name="By">Who changes them.</param>
    public sealed record Command(int? NewLabels, int? EveryDays, bool OnAlert, int PauseHours, bool PromotesByItself, string By)
        : ICommand<PipelineRulesResponse>,
            IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Models, "Changed the rules of the pipeline");
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        private const int MostLabels = 10_000;
        private const int MostDays = 365;
        private const int MostHours = 24 * 90;

        public Validator()
        {
            RuleFor(command => command.NewLabels)
                .Must(labels => labels is null or (>= 1 and <= MostLabels))
                .OverridePropertyName("newLabels")
                .WithMessage($"Start at 1 to {MostLabels} new labels, or leave it out.");
            RuleFor(command => command.EveryDays)
                .Must(days => days is null or (>= 1 and <= MostDays))
                .OverridePropertyName("everyDays")
                .WithMessage($"Start every 1 to {MostDays} days, or leave it out.");
            RuleFor(command => command.PauseHours)
                .InclusiveBetween(1, MostHours)
                .OverridePropertyName("pauseHours")
                .WithMessage($"Pause for 1 to {MostHours} hours.");
        }
    }

    internal sealed class Handler(IRepository<PipelineRules> rules) : IRequestHandler<Command, PipelineRulesResponse>
    {
        public async Task<PipelineRulesResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var row = await rules.FirstOrDefaultAsync(new ThePipelineRules(), cancellationToken);
            if (row is null)
            {
                row = PipelineRules.Default();
                rules.Add(row);
            }

            row.Change(request.NewLabels, request.EveryDays, request.OnAlert, request.PauseHours, request.PromotesByItself, request.By);
            return PipelineRulesResponse.From(row);
        }
    }
}
