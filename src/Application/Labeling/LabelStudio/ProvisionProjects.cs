using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Finds, creates and repairs the Label Studio projects of all loops that use it. Each loop has one project, even when this runs twice or
/// on two nodes.
/// </summary>
public static class ProvisionProjects
{
    public sealed record Command : IRequest<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Loops, "Repaired projects in Label Studio");
    }

    /// <param name="Items">A row for each loop that uses Label Studio.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Title">The loop's name in words.</param>
    /// <param name="Project">Id of its project in Label Studio.</param>
    /// <param name="Repairs">What was created or repaired, one sentence each.</param>
    /// <param name="Complaints">Problems that a person has to fix, one sentence each.</param>
    public sealed record Item(string Loop, string Title, long Project, IReadOnlyList<string> Repairs, IReadOnlyList<string> Complaints);

    internal sealed class Handler(
        LoopCatalogue loops,
        ProjectProvisioner provisioner,
        IAnnotationPlatform platform,
        IExclusiveWork exclusive
    ) : IRequestHandler<Command, Response>
    {
        /// <summary>Longest wait for the exclusive lease, kept short because a person waits for the answer.</summary>
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        /// <exception cref="ConflictException">Label Studio is not connected, or a sync has the exclusive lease.</exception>
        /// <exception cref="PlatformUnavailableException">Label Studio does not answer, or refuses.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            if (platform.FindHindrance() is { } hindrance)
                throw new ConflictException(hindrance);
            return await exclusive.RunAsync(
                SyncStorages.Turn,
                Patience,
                async token =>
                {
                    await platform.RemoveLeftoversAsync(token);
                    var items = new List<Item>();
                    foreach (var loop in await loops.OnAsync(Surface.LabelStudio, token))
                    {
                        var (project, state) = await provisioner.EnsureAsync(loop, isAsked: true, token);
                        items.Add(new Item(loop.Name, loop.Strategy.Title, project.Parts.ProjectId, state.Repairs, state.Complaints));
                    }

                    return new Response(items);
                },
                cancellationToken
            );
        }
    }
}
