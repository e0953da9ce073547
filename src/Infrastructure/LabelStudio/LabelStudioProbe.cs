using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>
/// Checks Label Studio, if it is connected. Failed requests of this node are the sign of an outage, but other nodes see others, so a fault
/// is confirmed with a request.
/// </summary>
internal sealed class LabelStudioProbe(LabelStudioClient client, IOptionsMonitor<LabelStudioOptions> options, Outages outages)
    : IOperationProbe
{
    public string Rule => RuleNames.LabelStudio;

    public async Task<ProbeResult?> CheckAsync(bool isFailing, CancellationToken cancellationToken)
    {
        if (options.CurrentValue.Address is null)
            return null;
        if (!isFailing && !outages.IsUnavailable(Dependency.LabelStudio))
            return new ProbeResult(IsFailing: false, "Label Studio works");
        try
        {
            await client.GetVersionAsync(cancellationToken);
            return new ProbeResult(IsFailing: false, "Label Studio works");
        }
        catch (PlatformUnavailableException e)
        {
            return new ProbeResult(IsFailing: true, e.Message);
        }
    }
}
