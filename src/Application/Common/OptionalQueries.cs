using MediatR;

namespace GourmetGram.Application.Common;

/// <summary>Sends queries for something that may not exist.</summary>
public static class OptionalQueries
{
    /// <summary>Sends a query.</summary>
    /// <returns>The response; null when what the query asks for does not exist.</returns>
    public static async Task<TResponse?> FindAsync<TResponse>(
        this IMediator mediator,
        IRequest<TResponse> query,
        CancellationToken cancellationToken
    )
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(mediator);
        try
        {
            return await mediator.Send(query, cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}
