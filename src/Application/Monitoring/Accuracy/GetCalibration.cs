using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Measures whether "80 % sure" is right eight times in ten.</summary>
public static class GetCalibration
{
    /// <param name="Period">The photos.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>, IPeriodQuery;

    /// <param name="Labels">Number of labels.</param>
    /// <param name="Ece">Expected calibration error; null without an estimate of accuracy. So are the numbers below.</param>
    /// <param name="EceByChance">The error that a perfectly calibrated model would show with these labels.</param>
    /// <param name="Gap">Mean confidence minus accuracy; positive when the model is too sure.</param>
    /// <param name="GapStandardError">Standard error of the gap.</param>
    /// <param name="Brier">Brier score of the named class.</param>
    /// <param name="Bins">Tenths of confidence that have labels.</param>
    /// <param name="From">First day of the period, UTC.</param>
    /// <param name="To">Last day of the period, UTC.</param>
    public sealed record Response(
        int Labels,
        double? Ece,
        double? EceByChance,
        double? Gap,
        double? GapStandardError,
        double? Brier,
        IReadOnlyList<Bin> Bins,
        DateOnly From,
        DateOnly To
    );

    /// <param name="From">Lowest confidence of the bin.</param>
    /// <param name="To">Where the bin ends.</param>
    /// <param name="Labels">Number of labels.</param>
    /// <param name="Share">Share of photos in the bin.</param>
    /// <param name="Confidence">Mean confidence.</param>
    /// <param name="Accuracy">Share for which the model was right.</param>
    /// <param name="Low">Low end of the 95 % interval.</param>
    /// <param name="High">High end of the interval.</param>
    public sealed record Bin(double From, double To, int Labels, double Share, double Confidence, double Accuracy, double Low, double High);

    /// <summary>Returns the bin of a confidence; null for a deleted photo.</summary>
    internal static int? BinOf(double? confidence) => confidence is { } known ? Calibration.BinOf(known) : null;

    internal sealed class Handler(SampleLoader loader) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            Of(await loader.LoadAsync(request.Period, cancellationToken));

        public static Response Of(SampleLoader.Loaded loaded)
        {
            var calibration = Calibration.Of([
                .. loaded.Result.Labels.Select(label => (label.Weight, label.Photo.Confidence!.Value, label.Photo.IsRight)),
            ]);
            return new Response(
                calibration.Labels,
                calibration.Error,
                calibration.ErrorByChance,
                calibration.Gap,
                calibration.GapStandardError,
                calibration.Brier,
                [
                    .. calibration.Bins.Select(bin => new Bin(
                        bin.Bin / 10.0,
                        (bin.Bin + 1) / 10.0,
                        bin.Labels,
                        bin.Share,
                        bin.Confidence,
                        bin.Accuracy,
                        bin.Low,
                        bin.High
                    )),
                ],
                loaded.Period.From,
                loaded.Period.To
            );
        }
    }
}
