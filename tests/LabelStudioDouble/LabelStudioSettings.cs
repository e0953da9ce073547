namespace GourmetGram.Tests.LabelStudio;

/// <summary>Which Label Studio is played, and which kind of token it takes.</summary>
internal enum LabelStudioMode
{
    /// <summary>1.16.0, the lab's pin: legacy tokens only.</summary>
    Legacy116,

    /// <summary>1.23.2 with the legacy token switched on.</summary>
    Legacy123,

    /// <summary>1.23.2 as it starts by itself: personal access tokens, legacy tokens off.</summary>
    AccessTokens123,
}

/// <summary>What Label Studio runs on: they differ in two syncs at once, and after a kill.</summary>
internal enum LabelStudioDatabase
{
    Sqlite,
    PostgreSql,
}

/// <summary>How the server was started. May be changed while it runs, as if it had been started again with other variables.</summary>
internal sealed class LabelStudioSettings
{
    /// <summary><c>LABEL_STUDIO_HOST</c>: what addresses of photos begin with; null for the address that was asked.</summary>
    public string? Host { get; set; }

    /// <summary><c>S3_ENDPOINT</c>: for storages that name none. It is trusted, so that their errors are told.</summary>
    public string? S3Endpoint { get; set; }

    /// <summary>
    /// <c>SSRF_PROTECTION_ENABLED</c>: refuses local addresses. On by default in a real 1.23, where no test on one machine could work; 1.16
    /// has no such check.
    /// </summary>
    public bool SsrfProtection { get; set; }

    /// <summary><c>USE_DEFAULT_BANNED_SUBNETS</c>.</summary>
    public bool DefaultBannedSubnets { get; set; } = true;

    /// <summary>
    /// <c>S3_TRUSTED_STORAGE_DOMAINS</c>: S3 faults of other endpoints are masked. A host without a registered domain (minio, localhost, an
    /// IP) counts as <c>""</c>.
    /// </summary>
    public IList<string> TrustedDomains { get; set; } = ["amazonaws.com"];

    public LabelStudioDatabase Database { get; set; }

    /// <summary><c>FUTURE_SAVE_TASK_TO_STORAGE</c>: one object for each task, with all its annotations.</summary>
    public bool SaveTasks { get; set; }
}
