using Microsoft.Extensions.Configuration;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Reads the files of secrets again when somebody was refused: the key may have been corrected since.</summary>
internal sealed class ConfigurationReload(IConfiguration configuration, TimeProvider time)
{
    private static readonly TimeSpan BetweenReloads = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private DateTimeOffset reloadedAt = DateTimeOffset.MinValue;

    /// <returns>Whether they were read; not more often than every few seconds.</returns>
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
