using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.WebApi.Retraining;

namespace GourmetGram.WebApi.Commands;

/// <summary>Gives commands access to dataset versions, in the running server or in this process.</summary>
internal interface IDatasetCalls
{
    /// <summary>Builds a version and waits until the build ends, whether it succeeds or fails.</summary>
    Task<DatasetVersionResponse> BuildAsync(DatasetVersionEndpoints.DatasetRequest request, CancellationToken cancellationToken);

    /// <summary>Returns the newest versions.</summary>
    Task<IReadOnlyList<DatasetVersionResponse>> ListAsync(CancellationToken cancellationToken);

    Task<GetDatasetVersion.Response> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Writes an export to a stream.</summary>
    Task ExportAsync(string id, DatasetFormat format, DatasetSplit? split, Stream target, CancellationToken cancellationToken);
}
