namespace GourmetGram.Domain.Labeling;

/// <summary>Somebody who labels in another program, by the name that they have there.</summary>
public sealed class Annotator
{
    /// <summary>Most characters of a name.</summary>
    public const int NameLength = 200;

    private Annotator()
    {
        Person = null!;
        Name = null!;
    }

    /// <summary>As labels name them, e.g. <c>LabelStudio:7</c>.</summary>
    public string Person { get; private init; }

    /// <summary>First and last name as the other program has them; never an e-mail address.</summary>
    public string Name { get; private set; }

    /// <summary>Somebody is seen for the first time.</summary>
    public static Annotator Met(string person, string name) => new() { Person = person, Name = Short(name) };

    /// <summary>They are called something else now.</summary>
    public void Rename(string name) => Name = Short(name);

    private static string Short(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name[..Math.Min(name.Length, NameLength)];
    }
}
