using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Writes a safetensors file: <c>embedding</c> float32 [photos, dimensions], <c>label</c> int64, <c>weight</c> float64, <c>split</c> int8
/// (0 train, 1 tune, 2 test). The metadata have the ids of the photos in the same order, and how many photos lack an embedding.
/// </summary>
internal sealed class EmbeddingExport(ITrainingSetReader reader, ILogger<EmbeddingExport> logger) : IEmbeddingExport
{
    public async Task<Func<Stream, Task>> PrepareAsync(string dataset, string? backbone, CancellationToken cancellationToken)
    {
        var summary = await reader.SummarizeAsync(dataset, backbone, cancellationToken);
        if (summary.Photos == 0)
            throw new ConflictException(
                backbone is null
                    ? "No photo of this dataset version has a stored embedding. Embeddings are stored when photos are classified."
                    : $"No photo of this dataset version has an embedding of the model file {backbone}."
            );
        if (summary.WithoutEmbedding > 0)
            logger.LogWarning(
                "{Missing} photos of dataset {DatasetId} have no embedding of model file {Backbone} and are not exported",
                summary.WithoutEmbedding,
                summary.DatasetId,
                summary.Backbone
            );
        return target => WriteAsync(target, summary, cancellationToken);
    }

    private async Task WriteAsync(Stream target, TrainingSetSummary summary, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>(summary.Photos);
        var labels = new long[summary.Photos];
        var weights = new double[summary.Photos];
        var splits = new sbyte[summary.Photos];
        await foreach (var item in reader.ReadAsync(summary, cancellationToken))
        {
            (labels[ids.Count], weights[ids.Count], splits[ids.Count]) = (item.ClassIndex, item.Weight, (sbyte)item.Split);
            ids.Add(item.PredictionId);
        }

        await SafeTensorsWriter.WriteAsync(
            target,
            [
                new TensorContent(
                    "embedding",
                    TensorType.Float32,
                    [summary.Photos, summary.Dimensions],
                    EmbeddingsAsync(summary, cancellationToken)
                ),
                TensorContent.Of("label", labels),
                TensorContent.Of("weight", weights),
                TensorContent.Of("split", splits),
            ],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["dataset"] = summary.DatasetId,
                ["backbone"] = summary.Backbone!,
                ["classes"] = JsonSerializer.Serialize(summary.Classes),
                ["photo_ids"] = JsonSerializer.Serialize(ids),
                ["splits"] = """["train","tune","test"]""",
                ["without_embedding"] = summary.WithoutEmbedding.ToString(CultureInfo.InvariantCulture),
            },
            cancellationToken
        );
    }

    /// <summary>Reads the embeddings a second time, so that they need not stay in memory while the header is prepared.</summary>
    private async IAsyncEnumerable<ReadOnlyMemory<byte>> EmbeddingsAsync(
        TrainingSetSummary summary,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var item in reader.ReadAsync(summary, cancellationToken))
            yield return MemoryMarshal.AsBytes(item.Embedding.AsSpan()).ToArray();
    }
}
