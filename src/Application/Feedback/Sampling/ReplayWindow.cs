using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Draws from a closed window again, as its draws are recorded: the same predictions come out, also those that were erased since.</summary>
public static class ReplayWindow
{
    /// <param name="WindowId">The window.</param>
    public sealed record Query(Guid WindowId) : IRequest<Response>;

    /// <param name="Draws">One for each loop that drew.</param>
    public sealed record Response(IReadOnlyList<Draw> Draws);

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Population">N, as it was recorded.</param>
    /// <param name="Recorded">k, as it was recorded.</param>
    /// <param name="Drawn">Predictions that come out now, in the order of the draw.</param>
    public sealed record Draw(string Loop, int Population, int Recorded, IReadOnlyList<Guid> Drawn);

    internal sealed class Handler(
        IRepository<SamplingWindow> windows,
        IRepository<WindowDraw> draws,
        IWindowMembers members,
        StrategyCatalogue strategies,
        SamplingKeys keys
    ) : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">There is no such window, or its key or a strategy is gone.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var window = await windows.FirstOrDefaultAsync(new WindowById(request.WindowId), cancellationToken)
                ?? throw new NotFoundException($"Window {request.WindowId}");
            var order = await keys.FindAsync(window.KeyId, cancellationToken);
            var recorded = await draws.ListAsync(new DrawsOfWindow(window.Id), cancellationToken);
            var drawing = recorded
                .Select(draw => (WindowStrategy)strategies.Find(draw.Loop))
                .Zip(recorded, (strategy, draw) => (strategy, SettingField.Read(strategy.DefaultSettings.GetType(), draw.Settings)))
                .ToList();
            var (drawn, _) = await SampleRandom.Handler.DrawAsync(members.ReadAsync(window.Id, cancellationToken), drawing, order);
            return new Response([.. recorded.Zip(drawn, (draw, ids) => new Draw(draw.Loop, draw.Population, draw.Taken, ids))]);
        }
    }
}
