using Microsoft.Extensions.Configuration;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Reads the secrets files again after a key was refused, because an operator may have corrected it since.</summary>
internal sealed class ConfigurationReload(IConfiguration configuration, TimeProvider time)
{
    private static readonly TimeSpan BetweenReloads = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private DateTimeOffset reloadedAt = DateTimeOffset.MinValue;

    /// <returns>Whether the files were read. They are read at most once every few seconds.</returns>
    public bool TryReload()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            if (now - reloadedAt < BetweenReloads || configuration is not IConfigurationRoot root)
                return false;
            reloadedAt = now;
            root.Reload();
            return true;
        }
    }
}
