namespace GourmetGram.Domain.Access;

/// <summary>The kind of caller.</summary>
public enum ActorKind
{
    /// <summary>A request with neither a cookie nor a key. All such requests count as one pooled rater.</summary>
    Anonymous = 0,

    /// <summary>A browser that is known only by its signed cookie.</summary>
    Visitor,

    /// <summary>A signed-in person.</summary>
    Account,

    /// <summary>A program with an API key.</summary>
    ApiKey,
}

/// <summary>The caller, stored with every prediction and every piece of feedback.</summary>
/// <param name="Kind">The kind of caller.</param>
/// <param name="Id">The visitor's, account's or key's id; empty for <see cref="ActorKind.Anonymous"/>, never otherwise.</param>
public sealed record Actor(ActorKind Kind, string Id)
{
    /// <summary>The pooled rater for all requests without an identity.</summary>
    public static readonly Actor Anonymous = new(ActorKind.Anonymous, "");

    /// <summary>Whether the caller can be distinguished from others, and so can own predictions and list them.</summary>
    public bool IsKnown => Kind != ActorKind.Anonymous;

    /// <summary>Returns <c>kind:id</c>, the form that is stored and logged.</summary>
    public override string ToString() => $"{Kind}:{Id}";

    /// <summary>Parses the output of <see cref="ToString"/>.</summary>
    /// <exception cref="FormatException">The text was not written by <see cref="ToString"/>.</exception>
    public static Actor Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && Enum.TryParse<ActorKind>(text[..colon], out var kind)
            ? new Actor(kind, text[(colon + 1)..])
            : throw new FormatException($"'{text}' is not an actor. Expected 'kind:id'.");
    }
}
