namespace GourmetGram.Application.Access;

/// <summary>Roles of signed-in people and API keys.</summary>
public static class Roles
{
    /// <summary>May review photos.</summary>
    public const string Annotator = "Annotator";

    /// <summary>May configure, run, promote and delete, and may do everything that an annotator may.</summary>
    public const string Admin = "Admin";
}
