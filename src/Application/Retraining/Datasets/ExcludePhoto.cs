using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Excludes a photo, with all its copies, from new dataset versions. Existing versions stay as they are.</summary>
public static class ExcludePhoto
{
    /// <param name="PredictionId">A prediction of the photo.</param>
    /// <param name="By">The administrator, as histories show the name.</param>
    /// <param name="Note">The reason; null for none.</param>
    public sealed record Command(Guid PredictionId, string By, string? Note = null) : ICommand<ExclusionResponse>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Datasets, "Excluded a photo", PredictionId.ToString());
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() =>
            RuleFor(command => command.Note)
                .MaximumLength(PhotoExclusion.NoteLength)
                .OverridePropertyName("note")
                .WithMessage($"'note' can have at most {PhotoExclusion.NoteLength} characters.");
    }

    internal sealed class Handler(IRepository<Prediction> predictions, IRepository<PhotoExclusion> exclusions, TimeProvider time)
        : IRequestHandler<Command, ExclusionResponse>
    {
        /// <exception cref="NotFoundException">There is no such prediction.</exception>
        public async Task<ExclusionResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var photo = (await predictions.FindAsync(request.PredictionId, cancellationToken)).Photo.UploadSha256;
            if (await exclusions.FirstOrDefaultAsync(new ExclusionsOf([photo]), cancellationToken) is { } known)
                return ExclusionResponse.From(known);
            var note = request.Note is { Length: > 0 } given ? given : null;
            var exclusion = PhotoExclusion.Of(photo, request.PredictionId, request.By, note, time.GetUtcNow());
            exclusions.Add(exclusion);
            return ExclusionResponse.From(exclusion);
        }
    }
}
