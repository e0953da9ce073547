using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Removes all waiting candidates of a loop. Selections already made do not change.</summary>
public static class SkipPending
{
    /// <param name="Name">Name of the loop.</param>
    public sealed record Command(string Name) : IRequest<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Loops, "Deleted the waiting tasks of a loop", Name);
    }

    /// <param name="Skipped">Number of predictions that were waiting.</param>
    public sealed record Response(int Skipped);

    internal sealed class Validator : AbstractValidator<Command>
    {
        public Validator() => RuleFor(c => c.Name).IsLoopName();
    }

    internal sealed class Handler(IUnitOfWork work, LoopCatalogue loops, IRepository<WaitingCandidate> waiting)
        : IRequestHandler<Command, Response>
    {
        private const int Batch = 200;

        /// <exception cref="NotFoundException">There is no such loop.</exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var loop = await loops.FindAsync(request.Name, cancellationToken);
            var (skipped, some) = (0, 0);
            do
            {
                some = await work.RunStepAsync((Handler step) => step.RemoveAsync(loop.Name, cancellationToken));
                skipped += some;
            } while (some == Batch);
            return new Response(skipped);
        }

        private async Task<int> RemoveAsync(string name, CancellationToken cancellationToken)
        {
            var rows = await waiting.ListAsync(new WaitingFor(name, [], [], Batch), cancellationToken);
            foreach (var row in rows)
                waiting.Remove(row);
            return rows.Count;
        }
    }
}
