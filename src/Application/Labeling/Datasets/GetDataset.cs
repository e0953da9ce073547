using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Returns what a dataset contains, and how often the model agreed with people.</summary>
public static class GetDataset
{
    /// <param name="Bucket">Name of the bucket.</param>
    public sealed record Query(string Bucket) : IRequest<Response>;

    public sealed record Response
    {
        /// <summary>Name of the bucket.</summary>
        public required string Bucket { get; init; }

        /// <summary>Title of the dataset in words.</summary>
        public required string Title { get; init; }

        /// <summary>Name of the loop that fills it; null for a bucket that no loop fills any more.</summary>
        public required string? Loop { get; init; }

        /// <summary>Number of photos in the bucket.</summary>
        public required int Photos { get; init; }

        /// <summary>Total size of the photos in bytes.</summary>
        public required long Bytes { get; init; }

        /// <summary>Number of photos for which the model predicted another class.</summary>
        public required int Wrong { get; init; }

        /// <summary>When the last photo was collected, UTC; null when there is none.</summary>
        public required DateTimeOffset? LatestAt { get; init; }

        /// <summary>Number of photos that show none of the classes, as people said. They are listed, but not in the bucket.</summary>
        public required int None { get; init; }

        /// <summary>Number of photos that cannot be judged, as people said. They are listed, but not in the bucket.</summary>
        public required int Unusable { get; init; }

        /// <summary>Number of photos of each class, in model order.</summary>
        public required IReadOnlyList<ClassCount> Classes { get; init; }

        /// <summary>Confusion matrix: rows are the classes that people gave, columns the predicted classes, both in model order.</summary>
        public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; }
    }

    /// <param name="Class">Name of the class.</param>
    /// <param name="Folder">Its folder in the bucket.</param>
    /// <param name="Photos">Number of photos of the class.</param>
    public sealed record ClassCount(string Class, string Folder, int Photos);

    internal sealed class Handler(IMediator mediator, IDatasetReader datasets, IClassifier classifier) : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">There is no such dataset.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var known = (await mediator.Send(new ListDatasets.Query(), cancellationToken)).Items.FirstOrDefault(item =>
                item.Bucket == request.Bucket
            ) ?? throw new NotFoundException($"Dataset {request.Bucket}");
            var size = await datasets.MeasureAsync(request.Bucket, cancellationToken);
            var labels = classifier.Model.Labels;
            var confusion = labels
                .Select(
                    (_, said) => (IReadOnlyList<int>)[.. labels.Select((_, predicted) => size.Cells.GetValueOrDefault((said, predicted)))]
                )
                .ToList();
            var without = known.Loop is null
                ? new Dictionary<AnswerKind, int>()
                : await datasets.CountWithoutClassAsync(known.Loop, cancellationToken);
            return new Response
            {
                Bucket = known.Bucket,
                Title = known.Title,
                Loop = known.Loop,
                Photos = size.Photos,
                Bytes = size.Bytes,
                Wrong = size.Photos - labels.Select((_, index) => confusion[index][index]).Sum(),
                LatestAt = size.LatestAt,
                None = without.GetValueOrDefault(AnswerKind.None),
                Unusable = without.GetValueOrDefault(AnswerKind.Unusable),
                Classes = [.. labels.Select((name, index) => new ClassCount(name, ClassLabel.FolderOf(index), confusion[index].Sum()))],
                Confusion = confusion,
            };
        }
    }
}
