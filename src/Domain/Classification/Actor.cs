namespace GourmetGram.Domain.Classification;

/// <summary>What kind of caller asked for something.</summary>
public enum ActorKind
{
    /// <summary>A request with neither cookie nor key. All of them are one pooled rater.</summary>
    Anonymous = 0,

    /// <summary>A browser known by its signed cookie only.</summary>
    Visitor,

    /// <summary>A signed-in person.</summary>
    Account,

    /// <summary>A program with an API key.</summary>
    ApiKey,
}

/// <summary>Who asked: kept with every prediction and every piece of feedback.</summary>
/// <param name="Kind">The kind of caller.</param>
/// <param name="Id">The visitor's, account's or key's id; empty for <see cref="ActorKind.Anonymous"/>, never otherwise.</param>
public sealed record Actor(ActorKind Kind, string Id)
{
    /// <summary>The pooled rater behind all requests that carry no identity.</summary>
    public static readonly Actor Anonymous = new(ActorKind.Anonymous, "");

    /// <summary>Whether the caller can be told from others, and so can own predictions and list them.</summary>
    public bool IsKnown => Kind != ActorKind.Anonymous;

    /// <summary><c>kind:id</c>, the form in which it is stored and logged.</summary>
    public override string ToString() => $"{Kind}:{Id}";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text was not written by <see cref="ToString"/>.</exception>
    public static Actor Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && Enum.TryParse<ActorKind>(text[..colon], out var kind)
            ? new Actor(kind, text[(colon + 1)..])
            : throw new FormatException($"'{text}' is not an actor: 'kind:id' was expected.");
    }
}
