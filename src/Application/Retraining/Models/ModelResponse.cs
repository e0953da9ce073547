using System.Text.Json.Nodes;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A registered model.</summary>
public sealed record ModelResponse
{
    /// <summary>Name of the version in the registry.</summary>
    public required string Version { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Name { get; init; }

    /// <summary><c>float</c> or <c>int8</c>.</summary>
    public required string Variant { get; init; }

    /// <summary>Where it comes from.</summary>
    public required ModelOrigin Origin { get; init; }

    /// <summary>Whether it answers photos now.</summary>
    public required bool Serving { get; init; }

    /// <summary>SHA-256 of the model file, lower-case hex. For a trained head, of the file with that head.</summary>
    public required string Sha256 { get; init; }

    /// <summary>SHA-256 of the file whose network computes the embeddings.</summary>
    public required string Backbone { get; init; }

    /// <summary>Divides the logits before softmax.</summary>
    public required double Temperature { get; init; }

    /// <summary>Class names in model order.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Version of the model that it was trained from; null if it was not trained here.</summary>
    public required string? Parent { get; init; }

    /// <summary>Id of the dataset version that it was trained on; null if it was not trained here.</summary>
    public required string? Dataset { get; init; }

    /// <summary>How it was trained and what was measured then; null if nothing is known.</summary>
    public required JsonObject? Report { get; init; }

    /// <summary>When it was registered, UTC.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Who registered it.</summary>
    public required string RegisteredBy { get; init; }

    /// <summary>Note by people; empty for none.</summary>
    public required string Note { get; init; }

    internal static ModelResponse From(RegisteredModel model, Guid? servingId, string? parent) =>
        new()
        {
            Version = model.Version,
            Name = model.Model.Name,
            Variant = model.Model.Variant,
            Origin = model.Origin,
            Serving = model.Id == servingId,
            Sha256 = model.Model.Sha256,
            Backbone = model.Backbone,
            Temperature = model.Model.Temperature,
            Labels = model.Model.Labels,
            Parent = parent,
            Dataset = model.DatasetId,
            Report = model.Report is { } report ? JsonNode.Parse(report)!.AsObject() : null,
            RegisteredAt = model.RegisteredAt,
            RegisteredBy = model.RegisteredBy,
            Note = model.Note,
        };
}

/// <summary>An entry in the history of service.</summary>
/// <param name="Version">Version of the model that answered.</param>
/// <param name="From">When it began to answer, UTC.</param>
/// <param name="Until">When the next model began to answer, UTC; null while this one does.</param>
/// <param name="Reason">Why it began to answer.</param>
/// <param name="By">Who decided.</param>
/// <param name="Note">Their note; null for none.</param>
/// <param name="TrialId">The trial whose decision let the model pass; null for none.</param>
public sealed record ServingPeriodResponse(
    string Version,
    DateTimeOffset From,
    DateTimeOffset? Until,
    ServingReason Reason,
    string By,
    string? Note,
    Guid? TrialId
)
{
    internal static ServingPeriodResponse Of(ServingPeriod period) =>
        new(period.Model.Version, period.From, period.Until, period.Reason, period.By, period.Note, period.TrialId);
}
