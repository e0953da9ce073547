using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using MediatR;

namespace GourmetGram.Application.Feedback;

/// <summary>Repeats the recorded draws of a closed window. The result has the same predictions, including those deleted since.</summary>
public static class ReplayWindow
{
    /// <param name="WindowId">The window.</param>
    public sealed record Query(Guid WindowId) : IRequest<Response>;

    /// <param name="Draws">One draw per loop that drew.</param>
    public sealed record Response(IReadOnlyList<Draw> Draws);

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="Population">N, as recorded.</param>
    /// <param name="Recorded">k, as recorded.</param>
    /// <param name="Drawn">The predictions drawn now, in draw order.</param>
    public sealed record Draw(string Loop, int Population, int Recorded, IReadOnlyList<Guid> Drawn);

    internal sealed class Handler(
        IRepository<SamplingWindow> windows,
        IRepository<WindowDraw> draws,
        IWindowMembers members,
        StrategyCatalogue strategies,
        SamplingKeys keys
    ) : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">The window, its key or one of its strategies no longer exists.</exception>
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
