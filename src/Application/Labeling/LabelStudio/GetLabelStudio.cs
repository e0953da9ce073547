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

    public sealed record Project
    {
        /// <summary>Name of the loop.</summary>
        public required string Loop { get; init; }

        /// <summary>The loop's name in words.</summary>
        public required string Title { get; init; }

        /// <summary>Whether Label Studio is the loop's labelling tool now.</summary>
        public required bool HandsOut { get; init; }

        /// <summary>Number of the project in Label Studio; null while there is none.</summary>
        public required long? Id { get; init; }

        /// <summary>The project's address for people; null while there is none.</summary>
        public required Uri? Url { get; init; }

        /// <summary>Whether a person or another program created the project.</summary>
        public required bool Adopted { get; init; }

        /// <summary>Whether the project shows the model's answer, so that none of its labels is blind.</summary>
        public required bool ShowsAnswer { get; init; }

        /// <summary>When tasks were last imported, UTC; null for never.</summary>
        public required DateTimeOffset? SyncedAt { get; init; }

        /// <summary>Why the last import failed; null when it succeeded.</summary>
        public required string? Fault { get; init; }

        /// <summary>When the project's last webhook arrived, UTC; null for never.</summary>
        public required DateTimeOffset? HeardAt { get; init; }
    }

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
            new()
            {
                Loop = loop.Name,
                Title = loop.Strategy.Title,
                HandsOut = loop.Row.Surface == Surface.LabelStudio,
                Id = project?.Parts.ProjectId,
                Url =
                    project is not null && platform.Address is { } address
                        ? new Uri(address, $"projects/{project.Parts.ProjectId}/")
                        : null,
                Adopted = project?.IsAdopted ?? false,
                ShowsAnswer = project?.ShowsAnswer ?? false,
                SyncedAt = project?.SyncedAt,
                Fault = project?.SyncFault,
                HeardAt = project?.HeardAt,
            };
    }
}
