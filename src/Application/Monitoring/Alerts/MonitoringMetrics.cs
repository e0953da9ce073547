using System.Diagnostics.Metrics;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Measures accuracy and alerts, as OpenTelemetry instruments of the meter <see cref="MeterName"/>. The gauges show what job
/// <c>check-operation</c> last read on this node, at most a minute ago; a scrape reads no row.
/// </summary>
public sealed class MonitoringMetrics
{
    public const string MeterName = "GourmetGram.Monitoring";

    private AccuracySnapshot? snapshot;
    private IReadOnlyList<Alert> alerts = [];

    public MonitoringMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "gourmetgram.accuracy.estimate",
            () => Measure(known => known.Estimate),
            description: "Share of photos of the last 30 days that the model named correctly, by the newest snapshot"
        );
        meter.CreateObservableGauge(
            "gourmetgram.accuracy.low",
            () => Measure(known => known.Low),
            description: "Low end of the 95 % interval of the accuracy"
        );
        meter.CreateObservableGauge(
            "gourmetgram.accuracy.high",
            () => Measure(known => known.High),
            description: "High end of the 95 % interval of the accuracy"
        );
        meter.CreateObservableGauge(
            "gourmetgram.alert.state",
            () =>
                alerts.Select(alert => new Measurement<int>(NumberOf(alert.State), new KeyValuePair<string, object?>("rule", alert.Rule))),
            description: "State of each alert. 0: ok or waiting, 1: suspected, 2: failing"
        );
    }

    internal void Show(AccuracySnapshot? newest, IReadOnlyList<Alert> all) => (snapshot, alerts) = (newest, all);

    private IEnumerable<Measurement<double>> Measure(Func<AccuracySnapshot, double?> of) =>
        snapshot is { } known && of(known) is { } value ? [new Measurement<double>(value)] : [];

    private static int NumberOf(AlertState state) =>
        state switch
        {
            AlertState.Suspected => 1,
            AlertState.Failing => 2,
            _ => 0,
        };
}

/// <summary>Reads the rows that <see cref="MonitoringMetrics"/> shows.</summary>
internal sealed class MonitoringMetricsReader(MonitoringMetrics metrics, IRepository<AccuracySnapshot> snapshots, IRepository<Alert> alerts)
{
    /// <summary>Shows the current rows from now on. Reads only.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken) =>
        metrics.Show(
            await snapshots.FirstOrDefaultAsync(new NewestSnapshot(), cancellationToken),
            await alerts.ListAsync(new AllAlerts(), cancellationToken)
        );
}
