using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Returns the photos of a dataset, newest first. On request, returns the photos without a class instead, which the dataset only lists.
/// </summary>
public static class ListDatasetPhotos
{
    /// <param name="Bucket">Name of the bucket.</param>
    /// <param name="Caller">The reader. Photos that the caller is labelling blind are left out; the answers on the others are recorded as
    /// read by the caller.</param>
    /// <param name="Class">Only photos of this class; null for all.</param>
    /// <param name="Wrong">Whether to return only photos for which the model predicted another class.</param>
    /// <param name="Cursor">Where the previous page ended; null for the first page.</param>
    /// <param name="Limit">Number of rows per page.</param>
    /// <param name="Answer">The answer to list. Photos with a class are in the bucket; photos with another answer are only listed.</param>
    public sealed record Query(
        string Bucket,
        Caller Caller,
        string? Class,
        bool Wrong,
        string? Cursor,
        int Limit,
        AnswerKind Answer = AnswerKind.Class
    ) : IRequest<Page<Photo>>;

    public sealed record Photo
    {
        /// <summary>Id of the photo's prediction.</summary>
        public required Guid PredictionId { get; init; }

        /// <summary>The answer that people gave.</summary>
        public required AnswerKind Answer { get; init; }

        /// <summary>The class that people gave it; null when they gave none.</summary>
        public required string? Class { get; init; }

        /// <summary>The class that the model predicted.</summary>
        public required string Predicted { get; init; }

        /// <summary>The model's confidence, 0 to 1.</summary>
        public required double Probability { get; init; }

        /// <summary>Its path in the bucket; null when it is not in the bucket.</summary>
        public required string? File { get; init; }

        /// <summary>SHA-256 of the stored photo.</summary>
        public required string Sha256 { get; init; }

        /// <summary>When the photo was collected, or decided if it is not collected, UTC.</summary>
        public required DateTimeOffset CollectedAt { get; init; }
    }

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Answer).IsInEnum().OverridePropertyName("answer").WithMessage("'answer' must be Class, None or Unusable.");
            RuleFor(q => q.Class)
                .Empty()
                .When(q => q.Answer != AnswerKind.Class)
                .OverridePropertyName("class")
                .WithMessage(q => $"Leave out 'class' when 'answer' is {q.Answer}.");
            RuleFor(q => q.Wrong)
                .Equal(false)
                .When(q => q.Answer != AnswerKind.Class)
                .OverridePropertyName("wrong")
                .WithMessage(q => $"Leave out 'wrong' when 'answer' is {q.Answer}.");
            RuleFor(q => q.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
        }
    }

    internal sealed class Handler(IMediator mediator, IDatasetReader datasets, AnswerGuard guard, IClassifier classifier)
        : IRequestHandler<Query, Page<Photo>>
    {
        /// <exception cref="ValidationException">There is no such class.</exception>
        public async Task<Page<Photo>> Handle(Query request, CancellationToken cancellationToken)
        {
            var labels = classifier.Model.Labels;
            if (request.Answer != AnswerKind.Class)
                return await ListWithoutClassAsync(request, labels, cancellationToken);
            int? index = request.Class is null
                ? null
                : ClassName.IndexIn(labels, request.Class)
                    ?? throw new ValidationException([
                        new ValidationFailure(
                            "class",
                            $"There is no class '{request.Class}'. The classes are: {string.Join(", ", labels)}."
                        ),
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
            var shown = await ShowAsync(page, row => (row.UploadSha256, row.PredictionId), request.Caller, cancellationToken);
            return new Page<Photo>(
                [
                    .. shown.Select(row => new Photo
                    {
                        PredictionId = row.PredictionId,
                        Answer = AnswerKind.Class,
                        Class = labels[row.ClassIndex],
                        Predicted = labels[row.PredictedIndex],
                        Probability = row.Confidence,
                        File = row.Key,
                        Sha256 = row.Sha256,
                        CollectedAt = row.CollectedAt,
                    }),
                ],
                rows.Count > request.Limit ? Paging.CursorOf(page[^1].Id) : null
            );
        }

        private async Task<Page<Photo>> ListWithoutClassAsync(
            Query request,
            IReadOnlyList<string> labels,
            CancellationToken cancellationToken
        )
        {
            var known = (await mediator.Send(new ListDatasets.Query(), cancellationToken)).Items.FirstOrDefault(item =>
                item.Bucket == request.Bucket
            );
            if (known?.Loop is null)
                return new Page<Photo>([], Next: null);
            var rows = await datasets.ReadWithoutClassAsync(
                known.Loop,
                request.Answer,
                Paging.Read(request.Cursor),
                request.Limit + 1,
                cancellationToken
            );
            var page = rows.Take(request.Limit).ToList();
            var shown = await ShowAsync(page, row => (row.UploadSha256, row.PredictionId), request.Caller, cancellationToken);
            return new Page<Photo>(
                [
                    .. shown.Select(row => new Photo
                    {
                        PredictionId = row.PredictionId,
                        Answer = row.Answer,
                        Class = null,
                        Predicted = labels[row.PredictedIndex],
                        Probability = row.Confidence,
                        File = null,
                        Sha256 = row.Sha256,
                        CollectedAt = row.DecidedAt,
                    }),
                ],
                rows.Count > request.Limit ? Paging.CursorOf(page[^1].Id) : null
            );
        }

        /// <summary>Leaves out photos whose answers are hidden from the caller now, and records that the caller sees the others.</summary>
        private async Task<IReadOnlyList<T>> ShowAsync<T>(
            IReadOnlyList<T> page,
            Func<T, (string Photo, Guid PredictionId)> copyOf,
            Caller caller,
            CancellationToken cancellationToken
        )
        {
            var hidden = await guard.HiddenAsync(caller, cancellationToken);
            var shown = page.Where(row => !hidden.Contains(copyOf(row).Photo)).ToList();
            await guard.NoteAsync([.. shown.Select(copyOf)], caller, cancellationToken);
            return shown;
        }
    }
}
