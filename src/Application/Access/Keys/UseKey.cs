using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using MediatR;

namespace GourmetGram.Application.Access;

/// <summary>Records that a program has used an API key.</summary>
public static class UseKey
{
    /// <param name="Id">Id of the key.</param>
    public sealed record Command(Guid Id) : ICommand<Unit>;

    internal sealed class Handler(IRepository<ApiKey> keys, TimeProvider time) : IRequestHandler<Command, Unit>
    {
        public async Task<Unit> Handle(Command request, CancellationToken cancellationToken)
        {
            // Its account may have been deleted meanwhile.
            (await keys.FirstOrDefaultAsync(new KeyWithId(request.Id), cancellationToken))?.Use(time.GetUtcNow());
            return Unit.Value;
        }
    }
}
