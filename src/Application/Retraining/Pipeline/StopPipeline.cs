using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Stops the run of the pipeline that goes on. What it has built and trained stays.</summary>
public static class StopPipeline
{
    /// <param name="By">Who stops it.</param>
    public sealed record Command(string By) : ICommand<PipelineRunResponse>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Models, "Stopped the pipeline");
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.By).NotEmpty().MaximumLength(PipelineRun.NameLength);
        }
    }

    internal sealed class Handler(PipelineReader reader, TimeProvider time) : IRequestHandler<Command, PipelineRunResponse>
    {
        /// <exception cref="ConflictException">No run goes on.</exception>
        public async Task<PipelineRunResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var run = await reader.OpenAsync(cancellationToken) ?? throw new ConflictException("The pipeline is not running.");
            run.End(PipelineOutcome.Stopped, $"Stopped by {request.By}.", time.GetUtcNow());
            return await reader.DescribeAsync(run, cancellationToken);
        }
    }
}
