using GourmetGram.Application.Classification;
using GourmetGram.Application.Monitoring;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace GourmetGram.WebApi.Operations;

/// <summary>Exposes <c>/metrics</c> in Prometheus text format: requests, decoding, inference, queue wait, accuracy,
/// alerts and the runtime.</summary>
internal static class Metrics
{
    /// <summary>Histogram boundaries in seconds, from a fast int8 inference to a slow progressive JPEG.</summary>
    private static readonly double[] Durations = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

    public static IServiceCollection AddPrometheusMetrics(this IServiceCollection services)
    {
        services
            .AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("gourmetgram"))
            .WithMetrics(metrics =>
                metrics
                    .AddAspNetCoreInstrumentation()
                    .AddRuntimeInstrumentation()
                    .AddMeter(ClassificationMetrics.MeterName)
                    .AddMeter(SpoolMetrics.MeterName)
                    .AddMeter(MonitoringMetrics.MeterName)
                    .AddView("gourmetgram.*.duration", new ExplicitBucketHistogramConfiguration { Boundaries = Durations })
                    .AddView("gourmetgram.queue.wait", new ExplicitBucketHistogramConfiguration { Boundaries = Durations })
                    // These metrics would be two thirds of a scrape, and none of our pages uses a circuit.
                    .AddView("aspnetcore.components.*", MetricStreamConfiguration.Drop)
                    .AddPrometheusExporter()
            );
        return services;
    }
}
