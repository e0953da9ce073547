using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>Labels that were compared with the model, and those that may be wrong.</summary>
/// <param name="Newest">The newest model version that gave one of the compared answers; null without labels.</param>
/// <param name="Labels">The compared labels, in the order of <see cref="LabelSuspect.Item"/>.</param>
/// <param name="Found">The result of the comparison.</param>
/// <param name="Checks">The checks of these labels, by task, oldest first.</param>
internal sealed record ComparedLabels(
    ModelVersion? Newest,
    IReadOnlyList<LabelledPrediction> Labels,
    LabelErrorsResult Found,
    ILookup<Guid, CheckedLabel> Checks
)
{
    /// <summary>Unchecked labels that may be wrong, worst first; empty if there are too few labels for the comparison.</summary>
    public IEnumerable<(LabelSuspect Suspect, LabelledPrediction Row)> Unsettled =>
        Found.IsTooFew
            ? []
            : Found
                .Suspects.Select(suspect => (Suspect: suspect, Row: Labels[suspect.Item]))
                .Where(pair => !Checks[pair.Row.TaskId].Any(row => row.Check.Settles(pair.Row.LabelIndex)));
}

/// <summary>Compares labels with the answers that the model gave before.</summary>
internal sealed class SuspectFinder(ILabelReader reader)
{
    /// <param name="from">First moment of the period of the photos.</param>
    /// <param name="until">First moment after the period.</param>
    /// <param name="models">All model versions, oldest first.</param>
    /// <param name="modelVersionIds">The model versions that answered; null for all.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<ComparedLabels> FindAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyList<ModelVersion> models,
        IReadOnlyCollection<Guid>? modelVersionIds,
        CancellationToken cancellationToken
    )
    {
        var rows = (await reader.ReadAsync(from, until, modelVersionIds, cancellationToken))
            .Where(row => !row.Probabilities.Values.Any(float.IsNaN))
            .ToList();
        var checks = (await reader.ReadChecksAsync(from, until, modelVersionIds, cancellationToken)).ToLookup(row => row.Check.TaskId);
        var newest = FindNewest(models, rows);
        var labels = newest is null ? [] : KeepEqualClasses(models, newest, rows);
        var found = LabelErrors.Find(
            newest?.Labels.Length ?? 0,
            [.. labels.Select(row => (IReadOnlyList<double>)[.. row.Probabilities.Values.Select(value => (double)value)])],
            [.. labels.Select(row => (int?)row.LabelIndex)]
        );
        return new ComparedLabels(newest, labels, found, checks);
    }

    private static ModelVersion? FindNewest(IReadOnlyList<ModelVersion> models, List<LabelledPrediction> rows)
    {
        var found = rows.Select(row => row.ModelVersionId).ToHashSet();
        return models.LastOrDefault(model => found.Contains(model.Id));
    }

    /// <summary>Returns the labels of versions with the classes of the newest one: indexes of other lists mean other classes.</summary>
    private static List<LabelledPrediction> KeepEqualClasses(
        IReadOnlyList<ModelVersion> models,
        ModelVersion newest,
        List<LabelledPrediction> rows
    )
    {
        var equal = models
            .Where(model => model.Labels.SequenceEqual(newest.Labels, StringComparer.Ordinal))
            .Select(model => model.Id)
            .ToHashSet();
        // A task can show a copy that a model with fewer classes answered.
        return [.. rows.Where(row => equal.Contains(row.ModelVersionId) && row.LabelIndex < newest.Labels.Length)];
    }
}
