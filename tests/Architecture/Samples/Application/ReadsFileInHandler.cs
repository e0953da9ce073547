using MediatR;

namespace GourmetGram.Tests.Architecture.Samples.Application;

public static class ReadsFileInHandler
{
    public sealed record Query : IRequest<string>;

    internal sealed class Handler : IRequestHandler<Query, string>
    {
        public async Task<string> Handle(Query request, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await File.ReadAllTextAsync("a", cancellationToken);
        }
    }
}
