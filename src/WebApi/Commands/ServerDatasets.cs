using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using GourmetGram.WebApi.Retraining;

namespace GourmetGram.WebApi.Commands;

/// <summary>Builds and exports dataset versions in the running server.</summary>
internal sealed class ServerDatasets(ServerConnection server) : IDatasetCalls
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    public async Task<DatasetVersionResponse> BuildAsync(
        DatasetVersionEndpoints.DatasetRequest request,
        CancellationToken cancellationToken
    )
    {
        var version = await server.SendAsync<DatasetVersionResponse>(HttpMethod.Post, "datasets", cancellationToken, request);
        var build = version.BuildId.ToString();
        using var timer = new PeriodicTimer(Period);
        while (version.State == DatasetState.Building)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            version = (await GetAsync(build, cancellationToken)).Version;
        }

        return version;
    }

    public async Task<IReadOnlyList<DatasetVersionResponse>> ListAsync(CancellationToken cancellationToken) =>
        (
            await server.SendAsync<Page<DatasetVersionResponse>>(
                HttpMethod.Get,
                $"datasets/versions?limit={Paging.MaximumLimit}",
                cancellationToken
            )
        ).Items;

    public Task<GetDatasetVersion.Response> GetAsync(string id, CancellationToken cancellationToken) =>
        server.SendAsync<GetDatasetVersion.Response>(HttpMethod.Get, AddressOf(id), cancellationToken);

    public Task ExportAsync(string id, DatasetFormat format, DatasetSplit? split, Stream target, CancellationToken cancellationToken) =>
        server.CallAsync("dataset export", async http =>
        {
            var address = $"api/v1/{AddressOf(id)}/export/{format}{(split is { } part ? $"?split={part}" : "")}";
            using var response = await http.GetAsync(
                new Uri(address, UriKind.Relative),
                HttpCompletionOption.ResponseHeadersRead,
                cancellationToken
            );
            if (!response.IsSuccessStatusCode)
                throw new CommandException(await server.DetailOfAsync(response, cancellationToken));
            await response.Content.CopyToAsync(target, cancellationToken);
            return true;
        });

    private static string AddressOf(string id) => $"datasets/versions/{Uri.EscapeDataString(id)}";
}
