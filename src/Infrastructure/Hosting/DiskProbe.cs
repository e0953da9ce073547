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
        var limit = options.Value.DiskFreeMebibytes;
        var free = new DriveInfo(data.FullPath).AvailableFreeSpace >> 20;
        return Task.FromResult<ProbeResult?>(
            free < limit * (isFailing ? Margin : 1)
                ? new ProbeResult(IsFailing: true, $"Only {free} MiB are free on the disk of {data.FullPath}; the limit is {limit} MiB")
                : new ProbeResult(IsFailing: false, $"More than {limit} MiB are free")
        );
    }
}
