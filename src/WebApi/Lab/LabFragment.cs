using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using GourmetGram.Application.Classification;

namespace GourmetGram.WebApi.Lab;

/// <summary>
/// Renders the HTML fragment that the lab's front ends insert into their pages. One fragment serves all front ends: the first generation's
/// scripts look for <c>.prediction-result[data-prediction-id]</c> and <c>.feedback-btn[data-prediction-id]</c>. The second generation's
/// page has a flag form and a form with a <c>select</c> of classes. The fragment has no script, so the forms have buttons.
/// </summary>
internal static class LabFragment
{
    /// <summary>The lab's response when there is no usable photo.</summary>
    public const string Warning = """<a href="#" class="badge badge-warning">Warning</a>""";

    /// <param name="prediction">The prediction.</param>
    /// <param name="objectKey"><c>class_NN/{id}{ext}</c>, as the lab's routes take it.</param>
    /// <param name="pathBase">Path prefix of the routes when the server runs under a sub-path.</param>
    public static string Render(PredictionResponse prediction, string objectKey, string pathBase)
    {
        var html = HtmlEncoder.Default;
        var name = html.Encode(prediction.Class);
        var key = html.Encode($"{pathBase}/{{0}}/{objectKey}");
        var options = new StringBuilder();
        foreach (var (label, _) in prediction.Probabilities)
        {
            var text = html.Encode(label);
            options.Append(
                CultureInfo.InvariantCulture,
                $"<option value=\"{text}\"{(label == prediction.Class ? " selected" : "")}>{text}</option>"
            );
        }

        return $"""
            <div class="prediction-result" data-prediction-id="{prediction.Id}">
              <button type="button" class="btn btn-info btn-sm">{name}</button>
              <button type="button" class="btn btn-outline-warning btn-sm feedback-btn" data-prediction-id="{prediction.Id}" title="This is wrong">Flag</button>
              <form method="post" action="{key.Replace(
                "{0}",
                "flag",
                StringComparison.Ordinal
            )}"><button type="submit" class="btn btn-outline-warning btn-sm">Flag as wrong</button></form>
              <form method="post" action="{key.Replace("{0}", "correct-label", StringComparison.Ordinal)}">
                <select name="corrected_class" class="form-select form-select-sm" data-prediction-id="{prediction.Id}" aria-label="The right class">{options}</select>
                <button type="submit" class="btn btn-outline-primary btn-sm">Change</button>
              </form>
            </div>
            """;
    }
}
