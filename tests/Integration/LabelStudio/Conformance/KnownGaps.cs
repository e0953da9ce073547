namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

/// <summary>
/// Entries that the double does not reproduce, each with the reason. The conformance test fails when one of them begins to pass, or does
/// not exist.
/// </summary>
internal static class KnownGaps
{
    public static IReadOnlyDictionary<(string Version, string Topic, string Entry), string> All { get; } =
        new Dictionary<(string, string, string), string>
        {
            [("1.16.0", "auth", "version")] = "A page for people; programs ask /api/version.",
            [("1.23.2", "images", "presign-follow")] = "The store is asked, not Label Studio.",
            [("1.23.2", "source-storage", "bulk-while-sync")] =
                "How many tasks each of two syncs makes is chance; DoubleTests shows what is not.",
            [("1.23.2", "source-storage", "bulk-client-timeout")] = "No answer was recorded; DoubleTests gives up on a sync.",
            [("1.23.2", "source-storage", "bulk-client-timeout-after")] = "A series over twelve seconds; DoubleTests shows its end.",
            [("1.23.2", "source-storage", "validate-store-hangs")] =
                "Takes three minutes: the recorded client tries three times for sixty seconds.",
        };

    /// <returns>The reason; null when the entry must be reproduced.</returns>
    public static string? ReasonFor(Transcript transcript, Entry entry) =>
        All.GetValueOrDefault((transcript.Version, transcript.Topic, entry.Name));
}
