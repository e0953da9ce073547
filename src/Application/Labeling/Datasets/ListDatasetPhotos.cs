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

    /// <param name="PredictionId">Id of the photo's prediction.</param>
    /// <param name="Answer">The answer that people gave.</param>
    /// <param name="Class">The class that people gave it; null when they gave none.</param>
    /// <param name="Predicted">The class that the model predicted.</param>
    /// <param name="Probability">The model's confidence, 0 to 1.</param>
    /// <param name="File">Its path in the bucket; null when it is not in the bucket.</param>
    /// <param name="Sha256">SHA-256 of the stored photo.</param>
    /// <param name="CollectedAt">When the photo was collected, or decided if it is not collected, UTC.</param>
    public sealed record Photo(
        Guid PredictionId,
        AnswerKind Answer,
        string? Class,
        string Predicted,
        double Probability,
        string? File,
        string Sha256,
        DateTimeOffset CollectedAt
    );

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Answer).IsInEnum().OverridePropertyName("answer").WithMessage("'answer' is Class, None or Unusable.");
            RuleFor(q => q.Class)
                .Empty()
                .When(q => q.Answer != AnswerKind.Class)
                .OverridePropertyName("class")
                .WithMessage(q => $"Leave 'class' out with the answer {q.Answer}.");
            RuleFor(q => q.Wrong)
                .Equal(false)
                .When(q => q.Answer != AnswerKind.Class)
                .OverridePropertyName("wrong")
                .WithMessage(q => $"Leave 'wrong' out with the answer {q.Answer}.");
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
                    .. shown.Select(row => new Photo(
                        row.PredictionId,
                        AnswerKind.Class,
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
                    .. shown.Select(row => new Photo(
                        row.PredictionId,
                        row.Answer,
                        Class: null,
                        labels[row.PredictedIndex],
                        row.Confidence,
                        File: null,
                        row.Sha256,
                        row.DecidedAt
                    )),
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
