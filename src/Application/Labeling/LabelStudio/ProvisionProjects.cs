using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Finds, makes and puts right the Label Studio projects of all loops that it hands out. Done twice, or by two nodes, there is one of each.</summary>
public static class ProvisionProjects
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Items">A line for each loop that Label Studio hands out.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Title">The loop's name in words.</param>
    /// <param name="Project">Number of its project in Label Studio.</param>
    /// <param name="Repairs">What was made or put right, a sentence each.</param>
    /// <param name="Complaints">What is wrong and has to be put right by somebody, a sentence each.</param>
    public sealed record Item(string Loop, string Title, long Project, IReadOnlyList<string> Repairs, IReadOnlyList<string> Complaints);

    internal sealed class Handler(LoopBook loops, ProjectKeeper keeper, IAnnotationPlatform platform, IExclusiveWork exclusive)
        : IRequestHandler<Command, Response>
    {
        /// <summary>Somebody waits for the answer.</summary>
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        /// <exception cref="ConflictException">A sync has its turn.</exception>
        /// <exception cref="PlatformUnavailableException">Label Studio is not connected, does not answer, or refuses.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            if (platform.FindHindrance() is { } hindrance)
                throw new PlatformUnavailableException(hindrance);
            return await exclusive.RunAsync(
                SyncStorages.Turn,
                Patience,
                async token =>
                {
                    var items = new List<Item>();
                    foreach (var loop in await loops.OnAsync(Surface.LabelStudio, token))
                    {
                        var (project, state) = await keeper.EnsureAsync(loop, token);
                        items.Add(new Item(loop.Name, loop.Strategy.Title, project.Parts.ProjectId, state.Repairs, state.Complaints));
                    }

                    return new Response(items);
                },
                cancellationToken
            );
        }
    }
}
