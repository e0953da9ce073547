using System.Diagnostics.Metrics;

namespace GourmetGram.Application.Classification;

/// <summary>Measures the time that classification takes, as OpenTelemetry instruments of the meter <see cref="MeterName"/>.</summary>
public sealed class ClassificationMetrics
{
    public const string MeterName = "GourmetGram.Classification";

    private readonly Histogram<double> queueWait;
    private readonly Histogram<double> decode;
    private readonly Histogram<double> inference;
    private readonly Counter<long> predictions;

    public ClassificationMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(MeterName);
        queueWait = meter.CreateHistogram<double>("gourmetgram.queue.wait", "s", "Time a photo waited before classification");
        decode = meter.CreateHistogram<double>("gourmetgram.decode.duration", "s", "Time to decode and resize a photo");
        inference = meter.CreateHistogram<double>("gourmetgram.inference.duration", "s", "Time to run the model");
        predictions = meter.CreateCounter<long>("gourmetgram.predictions", "{prediction}", "Stored predictions by class");
    }

    internal void QueueWait(TimeSpan wait) => queueWait.Record(wait.TotalSeconds);

    internal void Classified(TimeSpan decodeTime, TimeSpan inferenceTime)
    {
        decode.Record(decodeTime.TotalSeconds);
        inference.Record(inferenceTime.TotalSeconds);
    }

    internal void Kept(string predictedClass) => predictions.Add(1, new KeyValuePair<string, object?>("class", predictedClass));
}
