using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using MediatR;

namespace GourmetGram.WebApi.Commands;

/// <summary>Checks and repairs the connection to Label Studio, in this process or through the running server.</summary>
internal interface ILabelStudioChecks
{
    Task<IReadOnlyList<Finding>> DiagnoseAsync(CancellationToken cancellationToken);

    /// <summary>Repairs everything that needs no decision by a person.</summary>
    /// <exception cref="CommandException">The repair is not possible now.</exception>
    Task<ProvisionProjects.Response> FixAsync(CancellationToken cancellationToken);
}

/// <summary>Runs the checks in this process.</summary>
internal sealed class InProcessLabelStudioChecks(IServiceProvider services) : ILabelStudioChecks
{
    public async Task<IReadOnlyList<Finding>> DiagnoseAsync(CancellationToken cancellationToken) =>
        (await SendAsync(new DiagnoseLabelStudio.Query(), cancellationToken)).Findings;

    public async Task<ProvisionProjects.Response> FixAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(new ProvisionProjects.Command(), cancellationToken);
        }
        catch (Exception e) when (e is PlatformUnavailableException or ConflictException or StoreUnavailableException)
        {
            throw new CommandException(e.Message, e);
        }
    }

    private async Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> message, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(message, cancellationToken);
    }
}

/// <summary>Runs the checks in the running server.</summary>
internal sealed class ServerLabelStudioChecks(ServerConnection server) : ILabelStudioChecks
{
    private const string Path = "label-studio";

    public async Task<IReadOnlyList<Finding>> DiagnoseAsync(CancellationToken cancellationToken) =>
        (await server.SendAsync<DiagnoseLabelStudio.Response>(HttpMethod.Get, $"{Path}/doctor", cancellationToken)).Findings;

    public Task<ProvisionProjects.Response> FixAsync(CancellationToken cancellationToken) =>
        server.SendAsync<ProvisionProjects.Response>(HttpMethod.Post, $"{Path}/provision", cancellationToken);
}
