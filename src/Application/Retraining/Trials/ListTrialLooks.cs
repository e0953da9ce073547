using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Lists the looks of a trial, oldest first, and repeats each decision on its recorded input.</summary>
public static class ListTrialLooks
{
    /// <param name="Id">Id of the trial.</param>
    public sealed record Query(Guid Id) : IRequest<Response>;

    /// <param name="Items">The looks.</param>
    public sealed record Response(IReadOnlyList<TrialLookResponse> Items);

    internal sealed class Handler(IRepository<TrialLook> looks) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new([.. (await looks.ListAsync(new LooksOfTrial(request.Id), cancellationToken)).Select(TrialLookResponse.From)]);
    }
}
