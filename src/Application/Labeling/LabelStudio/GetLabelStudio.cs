using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Returns the last known state of the connection to Label Studio, without a request to Label Studio.</summary>
public static class GetLabelStudio
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Address">Label Studio's address for people; null while it is not connected.</param>
    /// <param name="Hindrance">Why Label Studio cannot be used; null when it can.</param>
    /// <param name="Projects">A row for each loop whose labelling tool is, or was, Label Studio.</param>
    public sealed record Response(Uri? Address, string? Hindrance, IReadOnlyList<Project> Projects);

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Title">The loop's name in words.</param>
    /// <param name="HandsOut">Whether Label Studio is the loop's labelling tool now.</param>
    /// <param name="Id">Number of the project in Label Studio; null while there is none.</param>
    /// <param name="Url">The project's address for people; null while there is none.</param>
    /// <param name="Adopted">Whether somebody else created the project.</param>
    /// <param name="ShowsAnswer">Whether the project shows the model's answer, so that none of its labels is blind.</param>
    /// <param name="SyncedAt">When tasks were last imported, UTC; null for never.</param>
    /// <param name="Fault">Why the last import failed; null when it succeeded.</param>
    /// <param name="HeardAt">When the project's last webhook arrived, UTC; null for never.</param>
    public sealed record Project(
        string Loop,
        string Title,
        bool HandsOut,
        long? Id,
        Uri? Url,
        bool Adopted,
        bool ShowsAnswer,
        DateTimeOffset? SyncedAt,
        string? Fault,
        DateTimeOffset? HeardAt
    );

    internal sealed class Handler(IAnnotationPlatform platform, LoopCatalogue loops, IRepository<AnnotationProject> projects)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var known = (await projects.ListAsync(new AllProjects(), cancellationToken)).ToDictionary(
                project => project.Loop,
                StringComparer.Ordinal
            );
            return new Response(
                platform.Address,
                platform.FindHindrance(),
                [
                    .. (await loops.AllAsync(cancellationToken))
                        .Where(loop => loop.Row.Surface == Surface.LabelStudio || known.ContainsKey(loop.Name))
                        .Select(loop => Of(loop, known.GetValueOrDefault(loop.Name))),
                ]
            );
        }

        private Project Of(Loop loop, AnnotationProject? project) =>
            new(
                loop.Name,
                loop.Strategy.Title,
                loop.Row.Surface == Surface.LabelStudio,
                project?.Parts.ProjectId,
                project is not null && platform.Address is { } address ? new Uri(address, $"projects/{project.Parts.ProjectId}/") : null,
                project?.IsAdopted ?? false,
                project?.ShowsAnswer ?? false,
                project?.SyncedAt,
                project?.SyncFault,
                project?.HeardAt
            );
    }
}
