using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>What a dataset holds, and the model against people in it.</summary>
public static class GetDataset
{
    /// <param name="Bucket">Name of the bucket.</param>
    public sealed record Query(string Bucket) : IRequest<Response>;

    /// <param name="Bucket">Name of the bucket.</param>
    /// <param name="Title">What it holds, in words.</param>
    /// <param name="Loop">Name of the loop that fills it; null for a bucket that none fills any more.</param>
    /// <param name="Photos">How many photos.</param>
    /// <param name="Bytes">How many bytes they have together.</param>
    /// <param name="Wrong">How many of them the model had given another class.</param>
    /// <param name="LatestAt">When the last one was collected, UTC; null when there is none.</param>
    /// <param name="Classes">How many photos each class has, in model order.</param>
    /// <param name="Confusion">Rows are what people said, columns what the model had said, both in model order.</param>
    public sealed record Response(
        string Bucket,
        string Title,
        string? Loop,
        int Photos,
        long Bytes,
        int Wrong,
        DateTimeOffset? LatestAt,
        IReadOnlyList<ClassCount> Classes,
        IReadOnlyList<IReadOnlyList<int>> Confusion
    );

    /// <param name="Class">Name of the class.</param>
    /// <param name="Folder">Its folder in the bucket.</param>
    /// <param name="Photos">How many photos it has.</param>
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
            return new Response(
                known.Bucket,
                known.Title,
                known.Loop,
                size.Photos,
                size.Bytes,
                size.Photos - labels.Select((_, index) => confusion[index][index]).Sum(),
                size.LatestAt,
                [
                    .. labels.Select(
                        (name, index) => new ClassCount(name, Domain.Classification.ClassLabel.FolderOf(index), confusion[index].Sum())
                    ),
                ],
                confusion
            );
        }
    }
}
