using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Measures whether "80 % sure" is right eight times in ten.</summary>
public static class GetCalibration
{
    /// <param name="Period">The photos.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

    /// <param name="Labels">Number of labels.</param>
    /// <param name="Ece">Expected calibration error; null without an estimate of accuracy. So are the numbers below.</param>
    /// <param name="EceByChance">The error that a perfectly calibrated model would show with these labels.</param>
    /// <param name="Gap">Mean confidence minus accuracy; positive when the model is too sure.</param>
    /// <param name="GapStandardError">Standard error of the gap.</param>
    /// <param name="Brier">Brier score of the named class.</param>
    /// <param name="Bins">Tenths of confidence that have labels.</param>
    public sealed record Response(
        int Labels,
        double? Ece,
        double? EceByChance,
        double? Gap,
        double? GapStandardError,
        double? Brier,
        IReadOnlyList<Bin> Bins
    )
    {
        /// <summary>First day of the period, UTC.</summary>
        public required DateOnly From { get; init; }

        /// <summary>Last day of the period, UTC.</summary>
        public required DateOnly To { get; init; }
    }

    /// <param name="Labels">Number of labels.</param>
    /// <param name="Share">Share of photos in the bin.</param>
    /// <param name="Confidence">Mean confidence.</param>
    /// <param name="Accuracy">Share for which the model was right.</param>
    /// <param name="Low">Low end of the 95 % interval.</param>
    /// <param name="High">High end of the interval.</param>
    public sealed record Bin(int Labels, double Share, double Confidence, double Accuracy, double Low, double High)
    {
        /// <summary>Lowest confidence of the bin.</summary>
        public required double From { get; init; }

        /// <summary>Where the bin ends.</summary>
        public required double To { get; init; }
    }

    /// <summary>Returns the bin of a confidence; null for a deleted photo.</summary>
    internal static int? BinOf(double? confidence) => confidence is { } known ? Calibration.BinOf(known) : null;

    internal sealed class Handler(SampleLoader loader) : IRequestHandler<Query, Response>
    {
        public Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            loader.ComputeAsync(request.Period, Of, cancellationToken);

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
                    .. calibration.Bins.Select(bin => new Bin(bin.Labels, bin.Share, bin.Confidence, bin.Accuracy, bin.Low, bin.High)
                    {
                        From = bin.Bin / 10.0,
                        To = (bin.Bin + 1) / 10.0,
                    }),
                ]
            )
            {
                From = loaded.Period.From,
                To = loaded.Period.To,
            };
        }
    }
}
