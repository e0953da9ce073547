namespace GourmetGram.WebUi.Access;

/// <summary>The form fields for signing in or creating an account. Null where a field is empty.</summary>
public sealed class Credentials
{
    public string? Name { get; set; }

    public string? Password { get; set; }
}
