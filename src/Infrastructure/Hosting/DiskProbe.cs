using GourmetGram.Application.Monitoring;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Checks the free space on the disk of the data directory.</summary>
internal sealed class DiskProbe(DataDirectory data, IOptions<AlertOptions> options) : IOperationProbe
{
    /// <summary>The alert ends only with this much more space than it began with, so that it does not begin again immediately.</summary>
    private const double Margin = 1.1;

    public string Rule => RuleNames.Disk;

    public Task<ProbeResult?> CheckAsync(bool isFailing, CancellationToken cancellationToken)
    {
        var free = new DriveInfo(data.FullPath).AvailableFreeSpace >> 20;
        var least = options.Value.DiskFreeMebibytes * (isFailing ? Margin : 1);
        return Task.FromResult<ProbeResult?>(
            new ProbeResult(free < least, $"{free} MiB are free; limit {options.Value.DiskFreeMebibytes} MiB")
        );
    }
}
