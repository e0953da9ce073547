using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Retraining;

/// <summary>Where a registered model comes from.</summary>
public enum ModelOrigin
{
    /// <summary>The folder that the server was started with.</summary>
    Folder,

    /// <summary>A head that was trained here on stored embeddings.</summary>
    Trained,

    /// <summary>A model folder that was imported, or that a program of the team trained.</summary>
    Imported,
}

/// <summary>A model that can answer photos here, with its lineage. It is never changed, except for its note.</summary>
public sealed class RegisteredModel
{
    /// <summary>Longest note in characters.</summary>
    public const int NoteLength = 2000;

    /// <summary>Longest version in characters.</summary>
    public const int VersionLength = 100;

    private RegisteredModel()
    {
        Model = null!;
        Version = null!;
        Backbone = null!;
        RegisteredBy = null!;
    }

    /// <summary>UUIDv7: models are ordered by the time of their registration.</summary>
    public Guid Id { get; private init; }

    /// <summary>Name of the version in the registry; no other model has it. Usually that of <see cref="Model"/>.</summary>
    public string Version { get; private init; }

    public Guid ModelVersionId { get; private init; }

    /// <summary>The row that predictions refer to.</summary>
    public ModelVersion Model { get; private init; }

    public ModelOrigin Origin { get; private init; }

    /// <summary>SHA-256 of the file whose network computes the embeddings, lower-case hex.</summary>
    public string Backbone { get; private init; }

    /// <summary>Bytes of the head, see <see cref="LinearHead.ToBytes"/>; null for a model that uses the head of its file.</summary>
    public byte[]? Head { get; private init; }

    /// <summary>The model that this one was trained from or compared with; null for the first.</summary>
    public Guid? ParentId { get; private init; }

    /// <summary>Id of the dataset version that the model was trained on; null if it was not trained here.</summary>
    public string? DatasetId { get; private init; }

    /// <summary>How the model was trained and what was measured then, as JSON; null if it was not trained here.</summary>
    public string? Report { get; private init; }

    /// <summary>When the newest photo was classified that the model was trained on, UTC; null if it is unknown.</summary>
    public DateTimeOffset? TrainedUntil { get; private init; }

    public DateTimeOffset RegisteredAt { get; private init; }

    /// <summary>The person or job that registered the model.</summary>
    public string RegisteredBy { get; private init; }

    /// <summary>A note by people; empty for none.</summary>
    public string Note { get; private set; } = "";

    /// <summary>Concurrency token.</summary>
    public int Revision { get; private set; }

    /// <summary>Registers the model of the folder that the server was started with.</summary>
    /// <param name="version">Name in the registry.</param>
    /// <param name="model">The row that predictions refer to.</param>
    /// <param name="by">Who registers it.</param>
    /// <param name="now">The time, UTC.</param>
    public static RegisteredModel OfFolder(string version, ModelVersion model, string by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(model);
        var lineage = new Lineage(ParentId: null, DatasetId: null, Report: null, NewestPhotoAt: null, by);
        return Create(version, model, ModelOrigin.Folder, model.Sha256, head: null, lineage, now);
    }

    /// <summary>Registers a model folder that was imported, or that a program of the team trained.</summary>
    /// <param name="model">The row that predictions refer to.</param>
    /// <param name="lineage">What it was trained from, on and by, and the trainer's report.</param>
    /// <param name="now">The time, UTC.</param>
    public static RegisteredModel Imported(ModelVersion model, Lineage lineage, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(lineage);
        return Create(model.Version, model, ModelOrigin.Imported, model.Sha256, head: null, lineage, now);
    }

    /// <summary>Registers a head that was trained here.</summary>
    /// <param name="model">The row that predictions refer to.</param>
    /// <param name="backbone">SHA-256 of the file whose embeddings it was trained on.</param>
    /// <param name="head">The head.</param>
    /// <param name="lineage">What it was trained from, on and by.</param>
    /// <param name="now">The time, UTC.</param>
    public static RegisteredModel Trained(ModelVersion model, string backbone, LinearHead head, Lineage lineage, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(lineage);
        return Create(model.Version, model, ModelOrigin.Trained, backbone, head, lineage, now);
    }

    /// <summary>Returns the head that was trained; null for a model that uses the head of its file.</summary>
    public LinearHead? ReadHead()
    {
        if (Head is not { } bytes)
            return null;
        var classes = Model.Labels.Length;
        // Each class has a weight for each value of the embedding, and a bias.
        return LinearHead.FromBytes(bytes, classes, (bytes.Length / sizeof(float) / classes) - 1);
    }

    /// <summary>Replaces the note.</summary>
    public void Annotate(string note)
    {
        ArgumentNullException.ThrowIfNull(note);
        Note = note;
        Revision++;
    }

    private static RegisteredModel Create(
        string version,
        ModelVersion model,
        ModelOrigin origin,
        string backbone,
        LinearHead? head,
        Lineage lineage,
        DateTimeOffset now
    ) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            Version = version,
            ModelVersionId = model.Id,
            Model = model,
            Origin = origin,
            Backbone = backbone,
            Head = head?.ToBytes(),
            ParentId = lineage.ParentId,
            DatasetId = lineage.DatasetId,
            Report = lineage.Report,
            TrainedUntil = lineage.NewestPhotoAt,
            RegisteredAt = now,
            RegisteredBy = lineage.By,
        };
}

/// <summary>What a model was trained from, on and by.</summary>
/// <param name="ParentId">The model that served when the training began, or when the model was imported; null for the first.</param>
/// <param name="DatasetId">Id of the dataset version; null if the model was not trained on one.</param>
/// <param name="Report">Recipe and figures, as JSON; null if the trainer reported nothing.</param>
/// <param name="NewestPhotoAt">When the newest photo of the dataset was classified, UTC; null if the dataset has none of ours.</param>
/// <param name="By">The person or job that started the training, or imported the model.</param>
public sealed record Lineage(Guid? ParentId, string? DatasetId, string? Report, DateTimeOffset? NewestPhotoAt, string By);
