namespace GourmetGram.Domain.Labeling;

/// <summary>A person who labels in another program, with their name in that program.</summary>
public sealed class Annotator
{
    /// <summary>Maximum length of a name in characters.</summary>
    public const int NameLength = 200;

    private Annotator()
    {
        Person = null!;
        Name = null!;
    }

    /// <summary>Id of the person in labels, e.g. <c>LabelStudio:7</c>.</summary>
    public string Person { get; private init; }

    /// <summary>First and last name in the other program; never an e-mail address.</summary>
    public string Name { get; private set; }

    /// <summary>Creates an annotator who is seen for the first time.</summary>
    public static Annotator Met(string person, string name) => new() { Person = person, Name = Short(name) };

    /// <summary>Updates the name. A long name is cut.</summary>
    public void Rename(string name) => Name = Short(name);

    private static string Short(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name[..Math.Min(name.Length, NameLength)];
    }
}
