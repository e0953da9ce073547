using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Lets new dataset versions take a photo again that was excluded.</summary>
public static class IncludePhoto
{
    /// <param name="PredictionId">A prediction of the photo.</param>
    public sealed record Command(Guid PredictionId) : ICommand<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Datasets, "Included a photo again", PredictionId.ToString());
    }

    /// <param name="Included">Whether the photo was excluded before.</param>
    public sealed record Response(bool Included);

    internal sealed class Handler(IRepository<Prediction> predictions, IRepository<PhotoExclusion> exclusions)
        : IRequestHandler<Command, Response>
    {
        /// <exception cref="NotFoundException">There is no such prediction.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var photo = (await predictions.FindAsync(request.PredictionId, cancellationToken)).Photo.UploadSha256;
            if (await exclusions.FirstOrDefaultAsync(new ExclusionsOf([photo]), cancellationToken) is not { } known)
                return new Response(Included: false);
            exclusions.Remove(known);
            return new Response(Included: true);
        }
    }
}
