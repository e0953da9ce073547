using System.Text.Json;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>Calls of <c>/api/projects</c>.</summary>
internal static class ProjectCalls
{
    private const int PageSize = 100;

    /// <summary>What a project should be; what is null is left as it is.</summary>
    public sealed record Wanted
    {
        public string? Title { get; init; }

        public string? Description { get; init; }

        public string? LabelConfig { get; init; }

        public int? MaximumAnnotations { get; init; }

        public string? Sampling { get; init; }

        public string? SkipQueue { get; init; }

        public bool? ShowCollabPredictions { get; init; }

        public string? ExpertInstruction { get; init; }

        public bool? ShowInstruction { get; init; }

        public bool? ShowSkipButton { get; init; }

        public bool? EnableEmptyAnnotation { get; init; }
    }

    /// <summary>A project as Label Studio answers.</summary>
    public sealed record Project(
        long Id,
        string? Title,
        string? Description,
        string? LabelConfig,
        int? MaximumAnnotations,
        string? Sampling,
        string? SkipQueue,
        bool? ShowCollabPredictions,
        bool? ShowSkipButton,
        bool? EnableEmptyAnnotation,
        DateTimeOffset CreatedAt
    );

    /// <summary>Of a list.</summary>
    public sealed record Listed(long Id, string? Title);

    private sealed record Page(int Count, string? Next, IReadOnlyList<Listed> Results);

    private sealed record Config(string LabelConfig);

    /// <summary><c>GET /api/projects/{id}</c></summary>
    /// <returns>Null when it is gone.</returns>
    public static Task<Project?> FindProjectAsync(this LabelStudioClient client, long id, CancellationToken cancellationToken) =>
        client.FindAsync<Project>($"api/projects/{id}", cancellationToken);

    /// <summary><c>GET /api/projects?title=…</c>, to its last page.</summary>
    /// <returns>Projects of exactly this title, the oldest first.</returns>
    public static async Task<IReadOnlyList<Listed>> ProjectsTitledAsync(
        this LabelStudioClient client,
        string title,
        CancellationToken cancellationToken
    )
    {
        var found = new List<Listed>();
        for (
            var page = 1;
            await client.FindAsync<Page>(
                $"api/projects?title={Uri.EscapeDataString(title)}&include=id,title&page_size={PageSize}&page={page}",
                cancellationToken
            )
                is { } answer;
            page++
        )
        {
            // The filter finds parts of titles, in any case.
            found.AddRange(answer.Results.Where(project => project.Title == title));
            if (answer.Next is null)
                break;
        }

        return [.. found.OrderBy(project => project.Id)];
    }

    /// <summary><c>POST /api/projects</c></summary>
    public static Task<Project> MakeProjectAsync(this LabelStudioClient client, Wanted project, CancellationToken cancellationToken) =>
        client.SendAsync<Project>(HttpMethod.Post, "api/projects", project, cancellationToken);

    /// <summary><c>PATCH /api/projects/{id}</c></summary>
    public static Task<Project> ChangeProjectAsync(
        this LabelStudioClient client,
        long id,
        Wanted project,
        CancellationToken cancellationToken
    ) => client.SendAsync<Project>(HttpMethod.Patch, $"api/projects/{id}", project, cancellationToken);

    /// <summary><c>POST /api/projects/{id}/validate</c>: refuses what would leave annotations behind, which a change would not.</summary>
    public static Task ValidateConfigAsync(this LabelStudioClient client, long id, string config, CancellationToken cancellationToken) =>
        client.SendAsync<JsonElement>(HttpMethod.Post, $"api/projects/{id}/validate", new Config(config), cancellationToken);
}
