using MediatR;

namespace GourmetGram.Application.Common;

/// <summary>
/// A message that changes data in one step. Its handler runs in its own scope, the changes are committed once after the handler returns,
/// and the handler runs again after a conflict. A message whose handler runs several steps itself, with
/// <see cref="IUnitOfWork.RunStepAsync"/>, is an <see cref="IRequest{TResponse}"/> instead.
/// </summary>
public interface ICommand<out TResponse> : IRequest<TResponse>;
