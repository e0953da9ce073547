using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Records that somebody knows of an alert, until the alert ends.</summary>
public static class AcknowledgeAlert
{
    /// <param name="Rule">Name of the rule.</param>
    /// <param name="Note">The person's note; null for none.</param>
    /// <param name="By">Name of the person.</param>
    public sealed record Command(string Rule, string? Note, string By) : ICommand<AlertItem>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Operation, "Acknowledged an alert", Rule);
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.Note).MaximumLength(Alert.NoteLength).OverridePropertyName("note");
        }
    }

    internal sealed class Handler(IRepository<Alert> alerts, TimeProvider time) : IRequestHandler<Command, AlertItem>
    {
        /// <exception cref="NotFoundException">There is no such alert.</exception>
        /// <exception cref="ConflictException">The alert is neither Suspected nor Failing.</exception>
        public async Task<AlertItem> Handle(Command request, CancellationToken cancellationToken)
        {
            var alert = await alerts.FirstOrDefaultAsync(new AlertByRule(request.Rule), cancellationToken)
                ?? throw new NotFoundException($"Alert {request.Rule}");
            if (!alert.IsOpen)
                throw new ConflictException($"Alert {request.Rule} is {alert.State}, so there is nothing to acknowledge.");
            alert.Acknowledge(request.By, string.IsNullOrWhiteSpace(request.Note) ? null : request.Note.Trim(), time.GetUtcNow());
            return AlertItem.From(alert);
        }
    }
}
