using System.Globalization;
using System.Text;
using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Returns the card of a model: what it is, what it was trained on, how well it does, and what it is not for, as Markdown.
/// </summary>
public static class GetModelCard
{
    /// <param name="Version">Version of the model.</param>
    public sealed record Query(string Version) : IRequest<Response>;

    /// <param name="FileName">A name for the file.</param>
    /// <param name="Markdown">The card.</param>
    public sealed record Response(string FileName, string Markdown);

    internal sealed class Handler(
        IMediator mediator,
        IRepository<RegisteredModel> registered,
        IRepository<ModelTrial> trials,
        IRepository<ServingPeriod> periods,
        IModelSwitch models
    ) : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">There is no such model.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var row = await registered.FindAsync(request.Version, cancellationToken);
            var model = await mediator.Send(new GetModel.Query(request.Version), cancellationToken);
            var card = new ModelCard(model)
            {
                Validation = row.Origin == ModelOrigin.Folder && row.Backbone == models.Base.Backbone ? models.Base.Validation : null,
                // A model that was copied from another installation has a dataset that is not here.
                Dataset = model.Dataset is { } id
                    ? (await mediator.FindAsync(new GetDatasetVersion.Query(id), cancellationToken))?.Version
                    : null,
                Trial = await trials.FirstOrDefaultAsync(new LatestTrialOf(row.Id), cancellationToken) is { } trial
                    ? TrialResponse.From(trial)
                    : null,
                // The model may not have answered a photo yet.
                Production = await mediator.FindAsync(
                    new GetAccuracy.Query(new PeriodQuery(ModelVersion: request.Version)),
                    cancellationToken
                ),
                Periods =
                [
                    .. (await periods.ListAsync(new ServingPeriods(before: null, Paging.MaximumLimit), cancellationToken))
                        .Where(period => period.ModelId == row.Id)
                        .Select(ServingPeriodResponse.Of),
                ],
            };
            return new Response($"{model.Name}-{model.Version}.md", card.Write());
        }
    }
}

/// <summary>Writes the card of a model (Mitchell et al. 2019, arXiv:1810.03993).</summary>
internal sealed class ModelCard(ModelResponse model)
{
    private readonly StringBuilder text = new();

    /// <summary>Results that the model's authors measured; null for none.</summary>
    public Classification.ModelValidation? Validation { get; init; }

    /// <summary>The dataset version that trained it; null if it is not known here.</summary>
    public DatasetVersionResponse? Dataset { get; init; }

    /// <summary>The latest trial; null for none.</summary>
    public TrialResponse? Trial { get; init; }

    /// <summary>Its accuracy on photos of the last 30 days; null if it has not answered any.</summary>
    public GetAccuracy.Response? Production { get; init; }

    /// <summary>When it served, newest first.</summary>
    public IReadOnlyList<ServingPeriodResponse> Periods { get; init; } = [];

    /// <summary>Returns the card. Equal data give equal text.</summary>
    public string Write()
    {
        var report = TrainingReport.Read(model);
        Line($"# {Escape(model.Name)} {Escape(model.Version)}");
        Line();
        Line($"Names the class of a food photo. {OriginOf()}");
        WriteFacts();
        WriteData(report);
        WriteRecipe(report);
        WriteFigures(report);
        WriteUse();
        WriteLimits(report);
        WriteService();
        Section("Licence");
        Line("The files of this model have the licence of the network that they contain; see `NOTICE` and the folder of the network.");
        Line("Photos and labels of this installation belong to its owner, and so does what was trained on them.");
        return text.ToString();
    }

    private string OriginOf() =>
        model.Origin switch
        {
            ModelOrigin.Folder => "It was installed with the server.",
            ModelOrigin.Trained => "Its last layer was trained here on labelled photos; its network was not changed.",
            _ => "It was trained elsewhere and imported.",
        };

    private void WriteFacts()
    {
        Section("What it is");
        Row("", "");
        Row("---", "---");
        Row("Version", model.Version);
        Row("Parent", model.Parent ?? "none");
        Row("Variant", model.Variant);
        Row("File (SHA-256)", $"`{model.Sha256}`");
        Row("Network (SHA-256)", $"`{model.Backbone}`");
        Row("Temperature", Number(model.Temperature, "0.###"));
        Row("Classes", string.Join(", ", model.Labels));
        Row("Registered", $"{Utc(model.RegisteredAt)} by {model.RegisteredBy}");
        if (model.Note.Length > 0)
        {
            Line();
            Line($"Note: {Escape(model.Note)}");
        }
    }

    private void WriteData(TrainingReport? report)
    {
        Section("What it was trained on");
        if (model.Dataset is not { } id)
        {
            Line("Not known here.");
            return;
        }

        Line($"Dataset version `{id}`{(Dataset is { Number: { } number } ? Invariant($" (number {number})") : "")}.");
        if (report is null)
            return;
        Line(
            Invariant($"{report.Labels.Values.Sum()} labelled photos")
                + (report.ReplayPhotos > 0 ? Invariant($", and {report.ReplayPhotos} photos of the network's original training.") : ".")
        );
        Line();
        Row("Class", "Labels");
        Row("---", "---:");
        foreach (var name in model.Labels)
            Row(name, Number(report.Labels.GetValueOrDefault(name), "0"));
    }

    private void WriteRecipe(TrainingReport? report)
    {
        if (report is null)
            return;
        Section("Recipe");
        Line("Multinomial logistic regression on the embeddings of the network, by L-BFGS, without label smoothing and class weights.");
        Line(
            Invariant(
                $"L2 = {report.L2} (1/C of scikit-learn), objective {report.Objective:0.000000} after {report.Iterations} iterations."
            )
        );
        Line("The same photos and recipe give the same model.");
    }

    private void WriteFigures(TrainingReport? report)
    {
        Section("How well it does");
        var rows = new List<(string What, double Share, int Photos, string More)>();
        if (Validation is { } validation)
            rows.Add(
                (
                    "Validation by its authors",
                    validation.Accuracy,
                    validation.Photos,
                    Invariant($"calibration error {validation.Ece:0.000}")
                )
            );
        if (report?.Holdout is { } holdout)
            rows.Add(("Photos that the network has not seen", holdout.Accuracy, holdout.Photos, MoreOf(holdout)));
        if (report?.OutOfFold is { } own)
            rows.Add(("Labelled photos, predicted by heads that they did not train", own.Accuracy, own.Photos, MoreOf(own)));
        if (rows.Count > 0)
        {
            Row("Measured on", "Photos", "Right", "95 % interval", "");
            Row("---", "---:", "---:", "---:", "---");
            foreach (var (what, share, photos, more) in rows)
            {
                var interval = Wilson.Of(share, photos);
                Row(what, Number(photos, "0"), Percent(share), $"{Percent(interval.Low)} to {Percent(interval.High)}", more);
            }

            Line();
        }

        if (Production is { Estimate: { } accuracy } production)
            Line(
                $"On photos of the last 30 days: {Percent(accuracy)}, 95 % interval {Percent(production.Low)} to "
                    + $"{Percent(production.High)}, from {Number(production.Labels, "0")} blind labels on a random sample of "
                    + $"{Number(production.MeasuredPhotos, "0")} photos."
            );
        else
            Line("Its accuracy on the photos of this installation is not known.");
        if (Trial is { } trial)
        {
            Line();
            Line($"Comparison with {trial.Champion}: {TrialWords.Describe(trial, trial.Challenger, trial.Champion)}");
            if (!trial.Preparing)
                Line(Invariant($"The two models disagree on {trial.Disagreements} of {trial.Photos} photos that trained neither."));
        }

        if (report?.Holdout is not { } byClass)
            return;
        Line();
        Row("Class", "Photos", "Right", "95 % interval");
        Row("---", "---:", "---:", "---:");
        foreach (var figures in byClass.Classes)
        {
            var interval = Wilson.Of(figures.Accuracy ?? 0, figures.Photos);
            Row(
                model.Labels[figures.Class],
                Number(figures.Photos, "0"),
                figures.Accuracy is { } share ? Percent(share) : "–",
                figures.Accuracy is null ? "–" : $"{Percent(interval.Low)} to {Percent(interval.High)}"
            );
        }
    }

    private void WriteUse()
    {
        Section("What it is for");
        Line("Sorting food photos into the classes above, with a probability for each, and finding photos that people should look at.");
        Line("It is not for decisions about health: it does not see allergens, ingredients, amounts or whether food is safe.");
    }

    private void WriteLimits(TrainingReport? report)
    {
        Section("Limits");
        Line("- It always names one of its classes, also for a photo that shows none of them or no food.");
        Line("- It names one class for a photo that shows several.");
        Line("- Its accuracy was measured on photos like those above; on other photos it may be lower.");
        if (model.Origin == ModelOrigin.Trained)
            Line("- Only the last layer was trained, which repairs less than a new network where photos have changed much.");
        foreach (var warning in report?.Warnings ?? [])
            Line($"- {Escape(warning)}");
    }

    private void WriteService()
    {
        Section("Service here");
        if (Periods.Count == 0)
            Line("It has never answered a photo.");
        foreach (var period in Periods)
        {
            Line(
                $"- {Utc(period.From)} to {(period.Until is { } until ? Utc(until) : "now")}: {period.Reason} by {Escape(period.By)}"
                    + (period.Note is { } note ? $", “{Escape(note)}”" : "")
            );
        }
    }

    private void Section(string title)
    {
        Line();
        Line($"## {title}");
        Line();
    }

    private void Row(params ReadOnlySpan<string> cells)
    {
        text.Append('|');
        foreach (var cell in cells)
            text.Append(' ').Append(Escape(cell)).Append(" |");
        text.Append('\n');
    }

    private void Line(string line = "") => text.Append(line).Append('\n');

    /// <summary>Names and notes are text, and must not become tables or markup.</summary>
    private static string Escape(string value) =>
        value
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("|", "\\|", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .ReplaceLineEndings(" ");

    private static string MoreOf(HeldOutFigures figures) =>
        Invariant($"log loss {figures.LogLoss:0.000}, calibration error {figures.CalibrationError:0.000}");

    private static string Percent(double? share) => Invariant($"{100 * share:0.0} %");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";

    private static string Invariant(FormattableString value) => value.ToString(CultureInfo.InvariantCulture);
}
