using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns whether a program that trains whole models is configured.</summary>
public static class HasTrainer
{
    public sealed record Query : IRequest<bool>;

    internal sealed class Handler(IModelTrainer program) : IRequestHandler<Query, bool>
    {
        public Task<bool> Handle(Query request, CancellationToken cancellationToken) => Task.FromResult(program.IsConfigured);
    }
}
