using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.WebApi.Retraining;
using MediatR;

namespace GourmetGram.WebApi.Commands;

/// <summary>Builds and exports dataset versions in this process. This process holds the data directory, so no server runs on it.</summary>
internal sealed class InProcessDatasets(IServiceProvider services) : IDatasetCalls
{
    public async Task<DatasetVersionResponse> BuildAsync(
        DatasetVersionEndpoints.DatasetRequest request,
        CancellationToken cancellationToken
    )
    {
        // A command that was stopped may have left a build, which no server has finished.
        await SendAsync(new BuildDataset.Command(), cancellationToken);
        var version = await SendAsync(request.ToCommand(CommandLine.Requester), cancellationToken);
        await SendAsync(new BuildDataset.Command(version.BuildId), cancellationToken);
        return (await GetAsync(version.BuildId.ToString(), cancellationToken)).Version;
    }

    public async Task<IReadOnlyList<DatasetVersionResponse>> ListAsync(CancellationToken cancellationToken) =>
        (await SendAsync(new ListDatasetVersions.Query(Cursor: null, Paging.MaximumLimit), cancellationToken)).Items;

    public Task<GetDatasetVersion.Response> GetAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(new GetDatasetVersion.Query(id), cancellationToken);

    public async Task ExportAsync(string id, DatasetFormat format, DatasetSplit? split, Stream target, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var exports = scope.ServiceProvider.GetRequiredService<DatasetExports>();
        await (await exports.PrepareAsync(id, format, split, cancellationToken)).WriteAsync(target);
    }

    private async Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> message, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(message, cancellationToken);
    }
}
