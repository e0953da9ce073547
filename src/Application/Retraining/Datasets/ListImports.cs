using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Lists the imports of labelled photos.</summary>
public static class ListImports
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Items">The imports, by name.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    /// <param name="Source">The source, as versions name it.</param>
    /// <param name="Name">Name of the import.</param>
    /// <param name="Labels">Number of labels.</param>
    public sealed record Item(string Source, string Name, int Labels);

    internal sealed class Handler(IDatasetSource source) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new([
                .. (await source.CountImportedAsync(cancellationToken))
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Select(pair => new Item(pair.Key, pair.Key[ImportedLabel.SourcePrefix.Length..], pair.Value)),
            ]);
    }
}
