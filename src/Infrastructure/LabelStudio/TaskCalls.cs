using System.Runtime.CompilerServices;
using System.Text.Json;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>Calls of <c>/api/tasks</c>.</summary>
internal static class TaskCalls
{
    private const int PageSize = 200;
    private const int MostRemoved = 100;

    /// <param name="Total">Number of tasks on all pages.</param>
    /// <param name="Tasks">The tasks of this page.</param>
    public sealed record Page(int Total, IReadOnlyList<JsonElement> Tasks);

    private sealed record Query(Filters Filters);

    private sealed record Filters(string Conjunction, IReadOnlyList<Filter> Items);

    private sealed record Filter(
        [property: System.Text.Json.Serialization.JsonPropertyName("filter")] string Name,
        string Operator,
        string Type,
        string Value
    );

    private sealed record Removal(IReadOnlyList<string> Ordering, Chosen SelectedItems, Filters Filters, string Project);

    private sealed record Chosen(bool All, IReadOnlyList<long> Included);

    /// <summary>The naming that Label Studio's page with the list of tasks uses.</summary>
    private static readonly JsonSerializerOptions PageJson = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>
    /// <c>GET /api/tasks?project=…&amp;fields=all</c>, all pages, with annotations, in the order in which the tasks were created.
    /// </summary>
    /// <param name="client">Sends the requests.</param>
    /// <param name="project">Number of the project. A project that no longer exists has no tasks.</param>
    /// <param name="changedSince">Returns only tasks changed since then, UTC; null for all.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public static async IAsyncEnumerable<Page> TasksAsync(
        this LabelStudioClient client,
        long project,
        DateTimeOffset? changedSince,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var query = changedSince is { } since
            ? "&query="
                + Uri.EscapeDataString(
                    JsonSerializer.Serialize(
                        new Query(
                            new Filters(
                                "and",
                                [
                                    new Filter(
                                        "filter:tasks:updated_at",
                                        "greater",
                                        "Datetime",
                                        since.UtcDateTime.ToString(
                                            "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
                                            System.Globalization.CultureInfo.InvariantCulture
                                        )
                                    ),
                                ]
                            )
                        ),
                        PageJson
                    )
                )
            : "";
        var read = 0;
        for (var page = 1; ; page++)
        {
            // A page past the end is "not found", and so is a project that no longer exists.
            if (
                await client.FindAsync<Page>(
                    $"api/tasks?project={project}&page={page}&page_size={PageSize}&fields=all&resolve_uri=false{query}",
                    cancellationToken
                )
                is not { Tasks.Count: > 0 } answer
            )
                yield break;
            yield return answer;
            read += answer.Tasks.Count;
            if (read >= answer.Total)
                yield break;
        }
    }

    /// <summary>Whether nobody has labelled, skipped or started to label a task.</summary>
    public static bool IsUntouched(JsonElement task) => IsEmpty(task, "annotations") && IsEmpty(task, "drafts");

    private static bool IsEmpty(JsonElement task, string list) =>
        !task.TryGetProperty(list, out var items) || items.ValueKind != JsonValueKind.Array || items.GetArrayLength() == 0;

    /// <summary>
    /// <c>PATCH /api/tasks/{id}</c>: stops giving the task to annotators, until the number of annotations that the project wants is
    /// changed.
    /// </summary>
    public static Task SettleTaskAsync(this LabelStudioClient client, long id, CancellationToken cancellationToken) =>
        client.SendAsync<JsonElement>(HttpMethod.Patch, $"api/tasks/{id}", new Settled(Overlap: 1, IsLabeled: true), cancellationToken);

    private sealed record Settled(int Overlap, bool IsLabeled);

    /// <summary><c>GET /api/tasks/{id}</c>, as the labelling page receives it.</summary>
    /// <returns>Null when the task no longer exists.</returns>
    public static async Task<JsonElement?> FindTaskAsync(this LabelStudioClient client, long id, CancellationToken cancellationToken) =>
        await client.FindAsync<JsonDocument>($"api/tasks/{id}", cancellationToken) is { } task ? task.RootElement : null;

    /// <summary>
    /// <c>POST /api/dm/actions?id=delete_tasks</c>: deletes tasks with their annotations. Tasks that no longer exist are not an error.
    /// </summary>
    public static async Task RemoveTasksAsync(
        this LabelStudioClient client,
        long project,
        IReadOnlyCollection<long> tasks,
        CancellationToken cancellationToken
    )
    {
        foreach (var some in tasks.Chunk(MostRemoved))
        {
            var removal = JsonSerializer.SerializeToElement(
                new Removal(
                    [],
                    new Chosen(All: false, some),
                    new Filters("and", []),
                    project.ToString(System.Globalization.CultureInfo.InvariantCulture)
                ),
                PageJson
            );
            await client.SendAsync<JsonElement>(
                HttpMethod.Post,
                $"api/dm/actions?id=delete_tasks&project={project}",
                removal,
                cancellationToken
            );
        }
    }
}
