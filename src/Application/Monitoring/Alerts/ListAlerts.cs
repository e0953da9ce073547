using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Lists all alerts with their states, and the latest changes.</summary>
public static class ListAlerts
{
    /// <param name="Period">The days of the changes. Alerts have no period, and both ignore the model version.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

    /// <param name="Items">The alerts: first those about the model, then those about the operation.</param>
    /// <param name="Changes">The latest 50 changes of the period, newest first.</param>
    /// <param name="From">First day of the changes, UTC.</param>
    /// <param name="To">Last day of the changes, UTC.</param>
    public sealed record Response(IReadOnlyList<AlertItem> Items, IReadOnlyList<Change> Changes, DateOnly From, DateOnly To);

    /// <param name="Id">Id of the change. Messages about it contain this id.</param>
    /// <param name="Rule">Name of the rule.</param>
    /// <param name="Title">The rule in words.</param>
    /// <param name="From">The state before.</param>
    /// <param name="To">The state after.</param>
    /// <param name="At">When the state changed, UTC.</param>
    /// <param name="Value">The numbers that changed the state, for people.</param>
    public sealed record Change(Guid Id, string Rule, string Title, AlertState From, AlertState To, DateTimeOffset At, string Value);

    internal sealed class Handler(IRepository<Alert> alerts, IRepository<AlertChange> changes, TimeProvider time)
        : IRequestHandler<Query, Response>
    {
        private const int MostChanges = 50;

        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var period = request.Period.Resolve(time.GetUtcNow());
            return new Response(
                [
                    .. (await alerts.ListAsync(new AllAlerts(), cancellationToken))
                        .OrderBy(alert => RuleNames.PlaceOf(alert.Rule))
                        .ThenBy(alert => alert.Rule, StringComparer.Ordinal)
                        .Select(AlertItem.From),
                ],
                [
                    .. (await changes.ListAsync(new ChangesBetween(period.Start, period.End, MostChanges), cancellationToken)).Select(
                        change => new Change(
                            change.Id,
                            change.Rule,
                            RuleNames.TitleOf(change.Rule),
                            change.From,
                            change.To,
                            change.At,
                            change.Value
                        )
                    ),
                ],
                period.From,
                period.To
            );
        }
    }
}
