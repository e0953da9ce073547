using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Cancels a training. No model remains.</summary>
public static class CancelTraining
{
    /// <param name="Id">Id of the training.</param>
    /// <param name="By">Who cancels it.</param>
    public sealed record Command(Guid Id, string By) : ICommand<TrainingResponse>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Models, "Cancelled a training", Id.ToString());
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.By).NotEmpty().MaximumLength(PipelineRun.NameLength);
        }
    }

    internal sealed class Handler(IRepository<TrainingRun> runs, TimeProvider time) : IRequestHandler<Command, TrainingResponse>
    {
        /// <exception cref="NotFoundException">There is no such training.</exception>
        /// <exception cref="ConflictException">The training has ended.</exception>
        public async Task<TrainingResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var run = await runs.FirstOrDefaultAsync(new TrainingById(request.Id), cancellationToken)
                ?? throw new NotFoundException($"Training {request.Id}");
            if (run.HasEnded)
                throw new ConflictException($"The training is {run.State}, so it cannot be cancelled.");
            run.Cancel(request.By, time.GetUtcNow());
            return TrainingResponse.From(run, model: null);
        }
    }
}
