namespace GourmetGram.WebUi.Access;

/// <summary>A passkey of a person.</summary>
/// <param name="Id">Identifies it among the person's own.</param>
/// <param name="Name">Name that the person chose.</param>
/// <param name="CreatedAt">When it was added, UTC.</param>
/// <param name="UsedAt">When it was last used to sign in, UTC; null for never.</param>
public sealed record PasskeyView(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? UsedAt);

/// <summary>What a page gives to a browser that is to create or use a passkey.</summary>
/// <param name="Options">Options of <c>navigator.credentials</c>, as JSON.</param>
/// <param name="State">Comes back with the answer; signed.</param>
public sealed record PasskeyChallenge(string Options, string State);

/// <summary>What the browser answers.</summary>
/// <param name="Credential">The credential as JSON.</param>
/// <param name="State">See <see cref="PasskeyChallenge.State"/>.</param>
public sealed record PasskeyAnswer(string Credential, string State);
