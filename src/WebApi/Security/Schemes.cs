namespace GourmetGram.WebApi.Security;

/// <summary>Names of the authentication schemes.</summary>
internal static class Schemes
{
    /// <summary>The default scheme, which tries the others in turn.</summary>
    public const string Caller = "Caller";

    /// <summary>The API key in <c>Authorization: Bearer {key}</c>.</summary>
    public const string ApiKey = "ApiKey";

    /// <summary>The signed cookie of a browser in which nobody has signed in.</summary>
    public const string Visitor = "Visitor";
}
