using MediatR;

namespace GourmetGram.Application.Common;

/// <summary>
/// Runs the handler of each <see cref="ICommand{TResponse}"/> as one step. This behavior is registered last, because it resolves the
/// handler in the step's own scope instead of calling the next delegate.
/// </summary>
internal sealed class StepBehavior<TRequest, TResponse>(IUnitOfWork work) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : ICommand<TResponse>
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) =>
        work.RunStepAsync((IRequestHandler<TRequest, TResponse> handler) => handler.Handle(request, cancellationToken));
}
