using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Replaces the note of a registered model.</summary>
public static class SetModelNote
{
    /// <param name="Version">Version of the model.</param>
    /// <param name="Note">The note; empty for none.</param>
    public sealed record Command(string Version, string Note) : ICommand<string>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Models, "Changed the note of a model", Version);
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator()
        {
            RuleFor(command => command.Note)
                .NotNull()
                .WithMessage("Send a note; an empty one removes it.")
                .MaximumLength(RegisteredModel.NoteLength)
                .OverridePropertyName("note");
        }
    }

    internal sealed class Handler(IRepository<RegisteredModel> models) : IRequestHandler<Command, string>
    {
        /// <exception cref="NotFoundException">There is no such model.</exception>
        public async Task<string> Handle(Command request, CancellationToken cancellationToken)
        {
            (await models.FindAsync(request.Version, cancellationToken)).Annotate(request.Note.Trim());
            return request.Version;
        }
    }
}
