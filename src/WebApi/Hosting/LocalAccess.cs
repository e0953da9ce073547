using System.Net;
using System.Security.Cryptography;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Lets commands of the same executable call this server. While the server listens, its address and a random token are stored in the data
/// directory, readable only by its user. Commands cannot call a server that listens only by HTTPS or only on non-loopback addresses.
/// </summary>
internal sealed class LocalAccess(
    DataDirectory directory,
    IServer server,
    IOptions<GourmetGramOptions> options,
    ILogger<LocalAccess> logger
) : IHostedLifecycleService
{
    /// <summary>Gets the token, an administrator's API key that is valid only from this machine's loopback address.</summary>
    public string Token { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(LoopbackOf).FirstOrDefault(root => root is not null);
        if (address is null)
            return Task.CompletedTask;
        try
        {
            new ServerAccess(new Uri($"{address}{options.Value.PublicPath}/"), Token).Write(directory.FullPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(
                "Command line commands cannot call this server, because its address could not be written to {DataDirectory}: {Reason}",
                directory.FullPath,
                e.Message
            );
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// Deletes the stored address before the server stops listening, so that no command calls a server that is shutting down.
    /// </summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        ServerAccess.Delete(directory.FullPath);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Returns the loopback URL of an address that the server listens on; null when loopback does not reach that address.
    /// </summary>
    internal static string? LoopbackOf(string listening)
    {
        var binding = BindingAddress.Parse(listening);
        if (binding.Scheme != Uri.UriSchemeHttp || binding.IsUnixPipe || binding.IsNamedPipe)
            return null;
        var host = binding.Host switch
        {
            "+" or "*" or "0.0.0.0" or "[::]" => "127.0.0.1",
            "localhost" => "localhost",
            var name => IPAddress.TryParse(name, out var ip) && IPAddress.IsLoopback(ip) ? name : null,
        };
        return host is null ? null : $"http://{host}:{binding.Port}";
    }
}
