using System.Text.Json;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>Calls of <c>/api/projects</c>.</summary>
internal static class ProjectCalls
{
    private const int PageSize = 100;

    /// <summary>How a project should be. Null leaves a setting unchanged.</summary>
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

        public int? OverlapCohortPercentage { get; init; }

        public bool? ShowOverlapFirst { get; init; }
    }

    /// <summary>A project as Label Studio returns it.</summary>
    public sealed record Project
    {
        public long Id { get; init; }

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

        public int? OverlapCohortPercentage { get; init; }

        public bool? ShowOverlapFirst { get; init; }

        public DateTimeOffset CreatedAt { get; init; }
    }

    /// <summary>A project in a list.</summary>
    public sealed record Listed(long Id, string? Title, Maker? CreatedBy, int? TaskNumber);

    /// <summary>The user who created a project.</summary>
    public sealed record Maker(long Id);

    /// <summary>The user that the token belongs to.</summary>
    /// <param name="Id">Number of the user.</param>
    /// <param name="ActiveOrganization">Number of the organization; null for a user without one, whose projects nobody else sees.</param>
    public sealed record User(long Id, long? ActiveOrganization);

    private sealed record Page(int Count, string? Next, IReadOnlyList<Listed> Results);

    private sealed record Config(string LabelConfig);

    /// <summary><c>GET /api/projects/{id}</c></summary>
    /// <returns>Null when the project no longer exists.</returns>
    public static Task<Project?> FindProjectAsync(this LabelStudioClient client, long id, CancellationToken cancellationToken) =>
        client.FindAsync<Project>($"api/projects/{id}", cancellationToken);

    /// <summary><c>GET /api/projects?title=…</c>, all pages.</summary>
    /// <returns>Projects with exactly this title, the oldest first.</returns>
    public static async Task<IReadOnlyList<Listed>> ProjectsTitledAsync(
        this LabelStudioClient client,
        string title,
        CancellationToken cancellationToken
    )
    {
        // The filter also finds parts of titles, ignoring case.
        return
        [
            .. (await client.ProjectsAsync($"title={Uri.EscapeDataString(title)}&", cancellationToken)).Where(project =>
                project.Title == title
            ),
        ];
    }

    /// <summary><c>GET /api/projects</c>, all pages.</summary>
    /// <returns>All projects that the user can see, the oldest first.</returns>
    public static Task<IReadOnlyList<Listed>> ProjectsAsync(this LabelStudioClient client, CancellationToken cancellationToken) =>
        client.ProjectsAsync("", cancellationToken);

    /// <summary><c>GET /api/current-user/whoami</c></summary>
    public static Task<User> WhoAmIAsync(this LabelStudioClient client, CancellationToken cancellationToken) =>
        client.GetAsync<User>("api/current-user/whoami", cancellationToken);

    /// <summary><c>DELETE /api/projects/{id}</c></summary>
    public static Task DeleteProjectAsync(this LabelStudioClient client, long id, CancellationToken cancellationToken) =>
        client.SendAsync<JsonElement>(HttpMethod.Delete, $"api/projects/{id}", body: null, cancellationToken);

    private static async Task<IReadOnlyList<Listed>> ProjectsAsync(
        this LabelStudioClient client,
        string filter,
        CancellationToken cancellationToken
    )
    {
        var found = new List<Listed>();
        for (
            var page = 1;
            await client.FindAsync<Page>(
                $"api/projects?{filter}include=id,title,created_by,task_number&page_size={PageSize}&page={page}",
                cancellationToken
            )
                is { } answer;
            page++
        )
        {
            found.AddRange(answer.Results);
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

    /// <summary>
    /// <c>POST /api/projects/{id}/validate</c>. Refuses a config that would leave annotations behind, which a change would accept.
    /// </summary>
    public static Task ValidateConfigAsync(this LabelStudioClient client, long id, string config, CancellationToken cancellationToken) =>
        client.SendAsync<JsonElement>(HttpMethod.Post, $"api/projects/{id}/validate", new Config(config), cancellationToken);
}
