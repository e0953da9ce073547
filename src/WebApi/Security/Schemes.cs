namespace GourmetGram.WebApi.Security;

/// <summary>Ways to tell who is calling.</summary>
internal static class Schemes
{
    /// <summary>The default: asks the others in turn.</summary>
    public const string Caller = "Caller";

    /// <summary><c>Authorization: Bearer {key}</c>.</summary>
    public const string ApiKey = "ApiKey";

    /// <summary>The signed cookie of a browser that nobody signed in with.</summary>
    public const string Visitor = "Visitor";
}
