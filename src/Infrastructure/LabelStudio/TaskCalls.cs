using System.Runtime.CompilerServices;
using System.Text.Json;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>Calls of <c>/api/tasks</c>.</summary>
internal static class TaskCalls
{
    private const int PageSize = 200;
    private const int MostRemoved = 100;

    /// <param name="Total">Tasks of all pages.</param>
    /// <param name="Tasks">Tasks of this page.</param>
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

    /// <summary>As the page that lists tasks has it.</summary>
    private static readonly JsonSerializerOptions PageJson = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary><c>GET /api/tasks?project=…&amp;fields=all</c>, page by page to the end, with annotations, in the order in which they were made.</summary>
    /// <param name="client">Sends it.</param>
    /// <param name="project">Of which project; one that is gone has none.</param>
    /// <param name="changedSince">Only those changed since, UTC; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
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
            // Past the end it is "not found", and so is a project that is gone.
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

    /// <summary><c>GET /api/tasks/{id}</c>, as the labelling page gets it.</summary>
    /// <returns>Null when it is gone.</returns>
    public static async Task<JsonElement?> FindTaskAsync(this LabelStudioClient client, long id, CancellationToken cancellationToken) =>
        await client.FindAsync<JsonDocument>($"api/tasks/{id}", cancellationToken) is { } task ? task.RootElement : null;

    /// <summary><c>POST /api/dm/actions?id=delete_tasks</c>: removes tasks with their annotations; those that are gone are no error.</summary>
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
