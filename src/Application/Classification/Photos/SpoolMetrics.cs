using System.Diagnostics.Metrics;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Measures how photos reach the object store, as OpenTelemetry instruments of the meter <see cref="MeterName"/>. The spool gauges show the
/// state at the last run of <c>store-images</c>.
/// </summary>
public sealed class SpoolMetrics
{
    public const string MeterName = "GourmetGram.Spool";

    private readonly Counter<long> spooled;
    private readonly Counter<long> missing;
    private SpoolState state = new(Photos: 0, Bytes: 0, OldestAt: null, SetAside: 0);

    public SpoolMetrics(IMeterFactory meters, IStoreCircuit circuit, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(circuit);
        ArgumentNullException.ThrowIfNull(time);
        var meter = meters.Create(MeterName);
        spooled = meter.CreateCounter<long>(
            "gourmetgram.spool.added",
            "{photo}",
            "Photos written to the spool because the object store was unavailable"
        );
        missing = meter.CreateCounter<long>(
            "gourmetgram.photos.missing",
            "{photo}",
            "Photos that are neither in the spool nor in the object store"
        );
        meter.CreateObservableGauge("gourmetgram.spool.photos", () => state.Photos, "{photo}", "Photos waiting in the spool");
        meter.CreateObservableGauge("gourmetgram.spool.bytes", () => state.Bytes, "By", "Size of the photos waiting in the spool");
        meter.CreateObservableGauge("gourmetgram.spool.setaside", () => state.SetAside, "{file}", "Unusable files set aside by the spool");
        meter.CreateObservableGauge(
            "gourmetgram.spool.oldest.age",
            () => state.OldestAt is { } oldest ? (time.GetUtcNow() - oldest).TotalSeconds : 0,
            "s",
            "Age of the oldest photo in the spool"
        );
        meter.CreateObservableGauge(
            "gourmetgram.store.circuit",
            () => (int)circuit.State,
            description: "State of the object store circuit breaker. 0: closed (the store works), 1: half-open, 2: open"
        );
    }

    internal void Spooled() => spooled.Add(1);

    internal void Missing() => missing.Add(1);

    internal void Measured(SpoolState measured) => state = measured;
}
