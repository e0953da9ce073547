using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Starts a run of the pipeline. Job <c>run-pipeline</c>, or <see cref="AdvancePipeline"/>, carries it on.</summary>
public static class StartPipeline
{
    /// <param name="By">Who starts it.</param>
    public sealed record Command(string By) : ICommand<PipelineRunResponse>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Models, "Started the pipeline");
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.By).NotEmpty().MaximumLength(PipelineRun.NameLength);
        }
    }

    internal sealed class Handler(PipelineReader reader, IRepository<PipelineRun> runs, TimeProvider time)
        : IRequestHandler<Command, PipelineRunResponse>
    {
        /// <exception cref="ConflictException">A run goes on.</exception>
        public async Task<PipelineRunResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            if (await reader.OpenAsync(cancellationToken) is { } open)
                throw new ConflictException(
                    $"The pipeline is running since {open.CreatedAt.ToUtcText()}, at the step {open.Stage}. Wait until it ends, or stop it."
                );
            var run = PipelineRun.Start(PipelineTrigger.Person, request.By, time.GetUtcNow());
            runs.Add(run);
            return await reader.DescribeAsync(run, cancellationToken);
        }
    }
}
