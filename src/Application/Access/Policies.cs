namespace GourmetGram.Application.Access;

/// <summary>Names of the authorization policies. Every page and every route has one; the host defines them.</summary>
public static class Policies
{
    /// <summary>Everybody: a visitor known by a cookie, a signed-in person or a key.</summary>
    public const string Visitor = "Visitor";

    /// <summary>May review photos: the roles Annotator, Manager and Admin.</summary>
    public const string Annotator = "Annotator";

    /// <summary>May manage loops, datasets and monitoring: the roles Manager and Admin.</summary>
    public const string Manager = "Manager";

    /// <summary>May configure, run, promote and delete: the role Admin.</summary>
    public const string Admin = "Admin";

    /// <summary>May read <c>/metrics</c>: everybody or the role Admin, as <c>Metrics:Access</c> says.</summary>
    public const string Metrics = "Metrics";
}
