using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Creates tasks for the selected photos. Job <c>select-candidates</c> sends this command after selecting; a request for the next task does
/// the same.
/// </summary>
public static class MakeTasks
{
    public sealed record Command : IRequest<Response>;

    /// <param name="Tasks">Number of tasks created.</param>
    public sealed record Response(int Tasks);

    internal sealed class Handler(TaskMaker maker) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken) =>
            new(await maker.RunAsync(cancellationToken));
    }
}
