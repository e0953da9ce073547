namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

internal static class ProjectSteps
{
    public static IReadOnlyDictionary<string, Func<Replay, Task>> Before { get; } =
        new Dictionary<string, Func<Replay, Task>>(StringComparer.Ordinal)
        {
            ["patch-config-used-label"] = async replay =>
                await replay.AnnotateAsync(await replay.TaskAsync(await replay.ProjectAsync(1)), "Soup"),
        };
}
