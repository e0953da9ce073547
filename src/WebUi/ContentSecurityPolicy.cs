namespace GourmetGram.WebUi;

/// <summary>How host and pages agree on the nonce of the only inline script, the import map.</summary>
public static class ContentSecurityPolicy
{
    /// <summary>Key in <c>HttpContext.Items</c> under which the host puts the request's nonce.</summary>
    public const string NonceItem = "csp-nonce";
}
