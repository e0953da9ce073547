using System.Text.Json.Serialization;

namespace GourmetGram.Domain.Access;

/// <summary>What an API key may do. It can never do more than the person whose key it is.</summary>
public enum ApiScope
{
    /// <summary>Everything that the person may do, and the rest of this list.</summary>
    [JsonStringEnumMemberName("all")]
    All = 0,

    /// <summary>Classify photos, flag and correct answers, and delete own photos.</summary>
    [JsonStringEnumMemberName("predictions:write")]
    PredictionsWrite,

    /// <summary>Read photos and answers.</summary>
    [JsonStringEnumMemberName("predictions:read")]
    PredictionsRead,

    /// <summary>Label photos.</summary>
    [JsonStringEnumMemberName("labels:write")]
    LabelsWrite,

    /// <summary>Read datasets and dataset versions.</summary>
    [JsonStringEnumMemberName("datasets:read")]
    DatasetsRead,

    /// <summary>Read loops, accuracy, alerts, models and the pipeline.</summary>
    [JsonStringEnumMemberName("monitoring:read")]
    MonitoringRead,
}

/// <summary>A key with which a program acts for a person. Only a hash of the key is stored.</summary>
public sealed class ApiKey
{
    /// <summary>Maximum length of a label in characters.</summary>
    public const int LabelLength = 64;

    private ApiKey()
    {
        Label = Hint = Hash = null!;
        Scopes = null!;
    }

    public Guid Id { get; private init; }

    public Guid AccountId { get; private init; }

    /// <summary>What the key is for, in the person's words.</summary>
    public string Label { get; private init; }

    /// <summary>The beginning of the key, by which a person recognises it.</summary>
    public string Hint { get; private init; }

    /// <summary>SHA-256 of the key in hexadecimal digits. The key is long and random, so a plain hash is enough.</summary>
    public string Hash { get; private init; }

    public IReadOnlyList<ApiScope> Scopes { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When the key stops working, UTC.</summary>
    public DateTimeOffset ExpiresAt { get; private init; }

    /// <summary>When a program last used the key, UTC, to the minute; null for never.</summary>
    public DateTimeOffset? UsedAt { get; private set; }

    /// <summary>When the key was revoked, UTC; null while it works.</summary>
    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>Creates a key.</summary>
    /// <param name="accountId">The person.</param>
    /// <param name="label">What the key is for.</param>
    /// <param name="hint">The beginning of the key.</param>
    /// <param name="hash">SHA-256 of the key in hexadecimal digits.</param>
    /// <param name="scopes">What the key may do.</param>
    /// <param name="expiresAt">When the key stops working, UTC.</param>
    /// <param name="now">The time, UTC.</param>
    public static ApiKey Create(
        Guid accountId,
        string label,
        string hint,
        string hash,
        IReadOnlyList<ApiScope> scopes,
        DateTimeOffset expiresAt,
        DateTimeOffset now
    ) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            AccountId = accountId,
            Label = label,
            Hint = hint,
            Hash = hash,
            Scopes = scopes,
            CreatedAt = now,
            ExpiresAt = expiresAt,
        };

    /// <summary>Returns whether the key works.</summary>
    public bool Works(DateTimeOffset now) => RevokedAt is null && now < ExpiresAt;

    /// <summary>Records a use.</summary>
    public void Use(DateTimeOffset now) => UsedAt = now;

    /// <summary>Ends the key for good.</summary>
    public void Revoke(DateTimeOffset now) => RevokedAt ??= now;
}
