using System.Text.Json.Nodes;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>Someone who may log in.</summary>
internal sealed class UserRow
{
    public required int Id { get; init; }

    public string FirstName { get; set; } = "";

    public string LastName { get; set; } = "";

    public required string Email { get; init; }

    public string Initials => FirstName.Length > 0 && LastName.Length > 0 ? $"{FirstName[0]}{LastName[0]}" : Email[..2];

    public required string Password { get; init; }

    /// <summary>40 hexadecimal digits; works only while legacy tokens are on.</summary>
    public required string LegacyToken { get; set; }

    /// <summary>Null for somebody who was taken out of it.</summary>
    public int? Organization { get; set; } = 1;

    /// <summary>Value of the cookie <c>sessionid</c> of this person's browser.</summary>
    public required string Session { get; init; }
}

/// <summary>A personal access token (a refresh token, in the words of JWT).</summary>
internal sealed class AccessKeyRow
{
    public required string Id { get; init; }

    public required int User { get; init; }

    public required string Token { get; init; }

    public bool IsRevoked { get; set; }
}

internal sealed class ProjectRow
{
    public required int Id { get; init; }

    public required int CreatedBy { get; init; }

    /// <summary>That of who made it.</summary>
    public required int? Organization { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>What can be written: title, label_config, …</summary>
    public required JsonObject Fields { get; init; }

    public string Title => Fields.Text("title");

    public string LabelConfig => Fields.Text("label_config");
}

/// <summary>A source (import) or target (export) storage.</summary>
internal sealed class StorageRow
{
    public required int Id { get; init; }

    public required int Project { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What can be written: title, bucket, prefix, …, also the keys, which never come back.</summary>
    public required JsonObject Fields { get; init; }

    public string Status { get; set; } = "initialized";

    public DateTimeOffset? LastSync { get; set; }

    public int? LastSyncCount { get; set; }

    /// <summary>Why the last sync that failed did so; a later success does not clear it.</summary>
    public string? Traceback { get; set; }

    public JsonObject Meta { get; set; } = [];

    /// <summary>When the running sync last said that it lives.</summary>
    public DateTimeOffset LastPing { get; set; }

    public bool Synchronizable => Fields.Flag("synchronizable");

    public string Bucket => Fields.Text("bucket");

    public string Prefix => Fields.Text("prefix");
}

internal sealed class TaskRow
{
    public required int Id { get; init; }

    public required int InnerId { get; init; }

    public required int Project { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public int? UpdatedBy { get; set; }

    public required JsonObject Data { get; set; }

    public JsonObject Meta { get; init; } = [];

    public bool AllowSkip { get; init; } = true;

    /// <summary>How many people should answer.</summary>
    public int Overlap { get; set; } = 1;

    /// <summary>Whether so many have, as it was counted last.</summary>
    public bool IsLabeled { get; set; }

    /// <summary>Who has it in hand: the next task that they ask for.</summary>
    public HashSet<int> Locks { get; } = [];

    /// <summary>The source storage and the key that it came from; null after direct import, and after its storage was deleted.</summary>
    public (int Storage, string Key)? Origin { get; set; }
}

internal sealed class AnnotationRow
{
    public required int Id { get; init; }

    public required int Task { get; init; }

    public required int Project { get; init; }

    public required string UniqueId { get; init; }

    public required int CompletedBy { get; init; }

    public int? UpdatedBy { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public JsonArray? Result { get; set; }

    public bool WasCancelled { get; set; }

    public bool GroundTruth { get; set; }

    public JsonNode? LeadTime { get; set; }
}

/// <summary>What a model says of a task, or a draft that someone has not submitted yet.</summary>
internal sealed class SideNoteRow
{
    public required int Id { get; init; }

    public required int Task { get; init; }

    /// <summary>Of a draft: whose it is.</summary>
    public int? User { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required JsonObject Body { get; init; }
}

internal sealed class WebhookRow
{
    public required int Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public required JsonObject Fields { get; init; }
}
