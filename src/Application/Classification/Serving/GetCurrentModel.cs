using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Returns the model in use, as described by its manifest.</summary>
public static class GetCurrentModel
{
    public sealed record Query : IRequest<ModelDescription>;

    internal sealed class Handler(IClassifier classifier) : IRequestHandler<Query, ModelDescription>
    {
        public Task<ModelDescription> Handle(Query request, CancellationToken cancellationToken) => Task.FromResult(classifier.Model);
    }
}
