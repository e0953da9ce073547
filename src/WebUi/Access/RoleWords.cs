namespace GourmetGram.WebUi.Access;

/// <summary>What a role may do, in words.</summary>
internal static class RoleWords
{
    public static string Of(AccountRole role) =>
        role switch
        {
            AccountRole.Annotator => "labels photos",
            AccountRole.Manager => "also manages loops, datasets and monitoring",
            _ => "also manages models, jobs and people",
        };
}
