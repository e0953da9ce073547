using GourmetGram.Application.Classification;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace GourmetGram.WebApi.Operations;

/// <summary><c>/metrics</c> in Prometheus text: requests, decoding, inference, queue wait, the runtime.</summary>
internal static class Metrics
{
    /// <summary>Seconds: from a fast int8 run to a slow progressive JPEG.</summary>
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
                    .AddView("gourmetgram.*.duration", new ExplicitBucketHistogramConfiguration { Boundaries = Durations })
                    .AddView("gourmetgram.queue.wait", new ExplicitBucketHistogramConfiguration { Boundaries = Durations })
                    // Two thirds of a scrape otherwise, and no page of ours keeps a circuit.
                    .AddView("aspnetcore.components.*", MetricStreamConfiguration.Drop)
                    .AddPrometheusExporter()
            );
        return services;
    }
}
