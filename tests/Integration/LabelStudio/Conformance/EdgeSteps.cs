namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

internal static class EdgeSteps
{
    public static IReadOnlyDictionary<string, Func<Replay, Task>> Before { get; } =
        new Dictionary<string, Func<Replay, Task>>(StringComparer.Ordinal)
        {
            ["invite"] = async replay =>
                replay.Placeholders["<INVITE>"] = (await replay.AskAsync(HttpMethod.Get, "/api/invite"))!["token"]!.ToString(),
            // Whoever joined gave a name, and looked for the token.
            ["member-ok"] = replay =>
            {
                var ada = replay.Server.Data.Users[^1];
                (ada.FirstName, ada.LastName) = ("Ada", "Lovelace");
                replay.Placeholders["<TOKEN-2>"] = ada.LegacyToken;
                return Task.CompletedTask;
            },
        };
}
