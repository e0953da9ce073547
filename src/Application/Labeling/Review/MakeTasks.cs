using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Makes the tasks of what was selected. Job <c>select-candidates</c> sends it after selecting; asking for a task does the same.</summary>
public static class MakeTasks
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Tasks">Tasks made.</param>
    public sealed record Response(int Tasks);

    internal sealed class Handler(TaskMaker maker) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            new(await maker.RunAsync(cancellationToken));
    }
}
