using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using MediatR;

namespace GourmetGram.WebApi.Commands;

/// <summary>Looks after Label Studio, in this process or through the server that runs.</summary>
internal interface ILabelStudioChecks
{
    Task<IReadOnlyList<Finding>> DiagnoseAsync(CancellationToken cancellationToken);

    /// <summary>Puts right what can be put right without asking anybody.</summary>
    /// <exception cref="CommandException">It cannot be done now.</exception>
    Task<ProvisionProjects.Response> FixAsync(CancellationToken cancellationToken);
}

/// <summary>In this process.</summary>
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

/// <summary>Asks the running server.</summary>
internal sealed class ServerLabelStudioChecks(ServerConnection server) : ILabelStudioChecks
{
    private const string Path = "label-studio";

    public async Task<IReadOnlyList<Finding>> DiagnoseAsync(CancellationToken cancellationToken) =>
        (await server.SendAsync<DiagnoseLabelStudio.Response>(HttpMethod.Get, $"{Path}/doctor", cancellationToken)).Findings;

    public Task<ProvisionProjects.Response> FixAsync(CancellationToken cancellationToken) =>
        server.SendAsync<ProvisionProjects.Response>(HttpMethod.Post, $"{Path}/provision", cancellationToken);
}
