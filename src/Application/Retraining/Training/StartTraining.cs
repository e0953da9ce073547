using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Queues a training on a dataset version. Job <c>train-model</c>, or <see cref="TrainModel"/>, runs it.</summary>
public static class StartTraining
{
    /// <param name="Dataset">The dataset version: content id or a prefix of it, number, or <c>latest</c>.</param>
    /// <param name="By">Who asks for it.</param>
    /// <param name="L2">Strength of the head's regularisation (1/C of scikit-learn); null to choose it.</param>
    /// <param name="Trainer">What trains the model.</param>
    /// <param name="MatchShares">Whether the head expects each class as often as the random sample has it.</param>
    public sealed record Command(string Dataset, string By, double? L2 = null, Trainer Trainer = Trainer.Head, bool MatchShares = false)
        : ICommand<TrainingResponse>,
            IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Models, "Started a training", $"Dataset version {Dataset}");
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        private const double Largest = 1e6;

        public Validator()
        {
            RuleFor(command => command.L2)
                .Must(l2 => l2 is null or (> 0 and <= Largest))
                .OverridePropertyName("l2")
                .WithMessage("'l2' must be above 0 and at most 1000000. Leave it out to choose it on photos that did not train.");
            RuleFor(command => command.L2)
                .Null()
                .When(command => command.Trainer == Trainer.Program)
                .OverridePropertyName("l2")
                .WithMessage("'l2' is for training a head here. The trainer program has settings of its own: leave 'l2' out.");
            RuleFor(command => command.MatchShares)
                .Equal(false)
                .When(command => command.Trainer == Trainer.Program)
                .OverridePropertyName("matchShares")
                .WithMessage("'matchShares' is for training a head here: leave it out.");
        }
    }

    internal sealed class Handler(IRepository<TrainingRun> runs, DatasetFinder datasets, IModelTrainer program, TimeProvider time)
        : IRequestHandler<Command, TrainingResponse>
    {
        /// <exception cref="NotFoundException">There is no such dataset version.</exception>
        /// <exception cref="ConflictException">The version is not ready, or no trainer program is configured.</exception>
        public async Task<TrainingResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            if (request.Trainer == Trainer.Program && !program.IsConfigured)
                throw new ConflictException(
                    "No trainer program is configured. Set Trainer:Command to the command that trains a model, and restart the server."
                );
            var dataset = await datasets.FindReadyAsync(request.Dataset, cancellationToken);
            var run = TrainingRun.Queue(dataset.ContentId!, request.L2, request.By, time.GetUtcNow(), request.Trainer, request.MatchShares);
            runs.Add(run);
            return TrainingResponse.From(run, model: null);
        }
    }
}
