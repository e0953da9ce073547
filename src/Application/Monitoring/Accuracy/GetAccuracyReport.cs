using GourmetGram.Application.Feedback;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Returns all numbers about the accuracy of a period, from one reading of the sample.</summary>
public static class GetAccuracyReport
{
    /// <param name="Period">The photos.</param>
    /// <param name="Labels">Number of further labels for the forecast.</param>
    /// <param name="HalfWidth">Half of the interval that is wanted.</param>
    public sealed record Query(PeriodQuery Period, int Labels, double HalfWidth) : IRequest<Response>;

    /// <param name="Accuracy">The estimate.</param>
    /// <param name="Classes">By class.</param>
    /// <param name="Weeks">By week.</param>
    /// <param name="Segments">By part.</param>
    /// <param name="Calibration">Confidence against accuracy.</param>
    /// <param name="Confusion">What is mistaken for what.</param>
    /// <param name="Budget">What further labels would bring.</param>
    public sealed record Response(
        GetAccuracy.Response Accuracy,
        ListClasses.Response Classes,
        ListWeeks.Response Weeks,
        ListSegments.Response Segments,
        GetCalibration.Response Calibration,
        GetConfusion.Response Confusion,
        GetLabelBudget.Response Budget
    )
    {
        /// <summary>
        /// How often people agreed with the model in loops that select by a rule. Known for today only: empty for an earlier day.
        /// </summary>
        public required IReadOnlyList<LoopAgreement> Loops { get; init; }

        /// <summary>Versions of all models, newest first.</summary>
        public required IReadOnlyList<string> ModelVersions { get; init; }
    }

    /// <param name="Title">Title of the loop.</param>
    /// <param name="Labelled">Number of labelled photos.</param>
    /// <param name="Agreed">Number of these whose label is the model's answer.</param>
    public sealed record LoopAgreement(string Title, long Labelled, long Agreed);

    internal sealed class Handler(SampleLoader loader, AlertRules rules, LoopCatalogue loops, IAgreementReader agreements)
        : IRequestHandler<Query, Response>
    {
        public Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            loader.ComputeAsync(
                request.Period,
                (request.Labels, request.HalfWidth),
                loaded => OfAsync(loaded, request, cancellationToken),
                cancellationToken
            );

        private async Task<Response> OfAsync(SampleLoader.Loaded loaded, Query request, CancellationToken cancellationToken)
        {
            var agreed = loaded.AsKnownOn is null ? await ReadAgreementsAsync(loaded, cancellationToken) : [];
            return new Response(
                GetAccuracy.Handler.Of(loaded),
                ListClasses.Handler.Of(loaded),
                ListWeeks.Handler.Of(loaded),
                ListSegments.Handler.Of(loaded),
                GetCalibration.Handler.Of(loaded),
                GetConfusion.Handler.Of(loaded),
                GetLabelBudget.Handler.Of(loaded, request.Labels, request.HalfWidth, rules)
            )
            {
                Loops = agreed,
                ModelVersions =
                [
                    .. loaded
                        .Models.Values.OrderByDescending(model => model.Id)
                        .Select(model => model.Version)
                        .Distinct(StringComparer.Ordinal),
                ],
            };
        }

        private async Task<IReadOnlyList<LoopAgreement>> ReadAgreementsAsync(
            SampleLoader.Loaded loaded,
            CancellationToken cancellationToken
        )
        {
            var period = loaded.Period;
            var counts = await agreements.ReadAsync(period.Start, period.End, loaded.ModelVersionIds, cancellationToken);
            return
            [
                .. (await loops.AllAsync(cancellationToken))
                    .Where(loop => counts.ContainsKey(loop.Name))
                    .Select(loop => new LoopAgreement(loop.Strategy.Title, counts[loop.Name].Labelled, counts[loop.Name].Agreed)),
            ];
        }
    }
}
