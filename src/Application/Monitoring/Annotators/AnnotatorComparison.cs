using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Compares the people who label photos. The cost grows with the answers of the period, so job <c>find-label-errors</c> stores the result
/// for the usual periods.
/// </summary>
internal sealed class AnnotatorComparison(IAnswerReader reader, TimeProvider time)
{
    /// <summary>Returns the name under which the result for the days until today is stored.</summary>
    public static string NameOf(Period period) => $"annotators/{period.Days}";

    /// <summary>Compares all answers to photos of a period.</summary>
    public async Task<ListAnnotators.Response> CompareAsync(ResolvedPeriod resolved, CancellationToken cancellationToken)
    {
        var (period, models, ids) = resolved;
        var given = await reader.ReadAsync(period.Start, period.End, ids, cancellationToken);
        var table = AnswerTable.Of(given, models);
        var raters = table.Persons.Count + table.Sources.Count;
        var fit = DawidSkene.Fit(table.Photos, table.Classes, raters, table.Answers, table.Gold);
        var persons = table
            .Persons.Select(
                (person, index) =>
                    ItemOf(
                        given.Names.GetValueOrDefault(person) ?? person,
                        ListAnnotators.RaterKind.Person,
                        fit,
                        index,
                        [.. table.Labels[person]]
                    )
            )
            .OrderBy(item => item.Rater, StringComparer.Ordinal);
        var sources = table.Sources.Select(
            (source, index) => ItemOf(source.ToString(), ListAnnotators.RaterKind.Source, fit, table.Persons.Count + index, [])
        );
        var state = StateOf(table.Answers.Count, fit.IsMajorityOnly);
        return new ListAnnotators.Response(
            state,
            fit.SharedPhotos,
            state == EstimateState.TooFew ? DawidSkene.LeastSharedPhotos - fit.SharedPhotos : null,
            AgreementOf(table),
            [.. persons, .. sources],
            period.From,
            period.To
        )
        {
            ComputedAt = time.GetUtcNow(),
        };
    }

    private static ListAnnotators.AgreementResponse AgreementOf(AnswerTable table)
    {
        var agreement = Agreement.Compute(table.BlindAnswers);
        var state = StateOf(agreement.Photos, agreement.IsTooFew);
        return new ListAnnotators.AgreementResponse(
            state,
            state == EstimateState.Estimated ? agreement.Alpha : null,
            agreement.Low,
            agreement.High,
            agreement.Photos,
            agreement.AgreeingShare,
            state == EstimateState.TooFew ? agreement.Needed : null
        );
    }

    private static ListAnnotators.Item ItemOf(
        string name,
        ListAnnotators.RaterKind kind,
        DawidSkeneResult fit,
        int rater,
        IReadOnlyList<GivenLabel> labels
    )
    {
        var estimate = fit.Raters[rater];
        var isShown = !fit.IsMajorityOnly && !estimate.IsTooFew;
        return new ListAnnotators.Item(
            name,
            kind,
            estimate.Answers,
            estimate.SharedAnswers,
            isShown ? EstimateState.Estimated : EstimateState.TooFew,
            isShown ? estimate.Accuracy : null,
            estimate.IsTooFew ? estimate.Needed : null
        )
        {
            Skips = labels.Count(label => label.Kind is null),
            MedianSeconds = MedianOf([.. labels.Where(label => label.Kind is not null).Select(label => label.Took).OfType<TimeSpan>()]),
        };
    }

    private static EstimateState StateOf(int number, bool isTooFew) =>
        number == 0 ? EstimateState.NoData
        : isTooFew ? EstimateState.TooFew
        : EstimateState.Estimated;

    /// <summary>Returns the median in seconds; null without times.</summary>
    public static double? MedianOf(List<TimeSpan> times)
    {
        if (times.Count == 0)
            return null;
        times.Sort();
        return (times[(times.Count - 1) / 2] + times[times.Count / 2]).TotalSeconds / 2;
    }
}
