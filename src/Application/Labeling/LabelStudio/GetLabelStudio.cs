using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>How we stand with Label Studio, as it was last: it is not asked.</summary>
public static class GetLabelStudio
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Address">Where people open it; null while it is not connected.</param>
    /// <param name="Hindrance">Why it cannot be used; null when it can.</param>
    /// <param name="Projects">A line for each loop that it hands out, or handed out.</param>
    public sealed record Response(Uri? Address, string? Hindrance, IReadOnlyList<Project> Projects);

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Title">The loop's name in words.</param>
    /// <param name="HandsOut">Whether Label Studio hands out its tasks now.</param>
    /// <param name="Id">Number of the project in Label Studio; null while there is none.</param>
    /// <param name="Url">Where people open the project; null while there is none.</param>
    /// <param name="Adopted">Whether somebody else had made it.</param>
    /// <param name="ShowsAnswer">Whether its screen shows what the model had said: then no label from it is blind.</param>
    /// <param name="SyncedAt">When tasks were last brought in, UTC; null for never.</param>
    /// <param name="Fault">Why that failed the last time; null when it went well.</param>
    /// <param name="HeardAt">When its webhook was last heard, UTC; null for never.</param>
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

    internal sealed class Handler(IAnnotationPlatform platform, LoopBook loops, IRepository<AnnotationProject> projects)
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
