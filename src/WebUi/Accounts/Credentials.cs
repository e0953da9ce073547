namespace GourmetGram.WebUi.Accounts;

/// <summary>What a person types to sign in or to make an account. Null where the field was empty.</summary>
public sealed class Credentials
{
    public string? Name { get; set; }

    public string? Password { get; set; }
}
