namespace GourmetGram.WebUi;

/// <summary>Lets host and pages share the nonce of the only inline script, the import map.</summary>
public static class ContentSecurityPolicy
{
    /// <summary>Key in <c>HttpContext.Items</c> under which the host puts the request's nonce.</summary>
    public const string NonceItem = "csp-nonce";
}
