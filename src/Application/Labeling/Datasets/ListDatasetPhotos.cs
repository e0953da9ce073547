using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>The photos of a dataset, newest first.</summary>
public static class ListDatasetPhotos
{
    /// <param name="Bucket">Name of the bucket.</param>
    /// <param name="Class">Only photos of this class; null for all.</param>
    /// <param name="Wrong">Only photos that the model had given another class.</param>
    /// <param name="Cursor">Where the page before ended; null for the first page.</param>
    /// <param name="Limit">Rows of a page.</param>
    public sealed record Query(string Bucket, string? Class, bool Wrong, string? Cursor, int Limit) : IRequest<Page<Photo>>;

    /// <param name="PredictionId">Which photo.</param>
    /// <param name="Class">The class that people gave it.</param>
    /// <param name="Predicted">The class that the model had given it.</param>
    /// <param name="Probability">How sure the model was, 0 to 1.</param>
    /// <param name="File">Its path in the bucket.</param>
    /// <param name="Sha256">Of its bytes.</param>
    /// <param name="CollectedAt">When it was collected, UTC.</param>
    public sealed record Photo(
        Guid PredictionId,
        string Class,
        string Predicted,
        double Probability,
        string File,
        string Sha256,
        DateTimeOffset CollectedAt
    );

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
        }
    }

    internal sealed class Handler(IDatasetReader datasets, IClassifier classifier) : IRequestHandler<Query, Page<Photo>>
    {
        /// <exception cref="ValidationException">There is no such class.</exception>
        public async Task<Page<Photo>> Handle(Query request, CancellationToken cancellationToken)
        {
            var labels = classifier.Model.Labels;
            int? index = request.Class is null ? null : labels.IndexOf(request.Class);
            if (index < 0)
                throw new ValidationException([
                    new ValidationFailure("class", $"There is no class '{request.Class}'. The classes are: {string.Join(", ", labels)}."),
                ]);
            var rows = await datasets.ReadAsync(
                request.Bucket,
                index,
                request.Wrong,
                Paging.Read(request.Cursor),
                request.Limit + 1,
                cancellationToken
            );
            var page = rows.Take(request.Limit).ToList();
            return new Page<Photo>(
                [
                    .. page.Select(row => new Photo(
                        row.PredictionId,
                        labels[row.ClassIndex],
                        labels[row.PredictedIndex],
                        row.Confidence,
                        row.Key,
                        row.Sha256,
                        row.CollectedAt
                    )),
                ],
                rows.Count > request.Limit ? Paging.CursorOf(page[^1].Id) : null
            );
        }
    }
}
