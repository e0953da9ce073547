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
    public sealed record Response(IReadOnlyList<AlertItem> Items, IReadOnlyList<Change> Changes, DateOnly From, DateOnly To)
    {
        /// <summary>The states of each alert during the period, in the order of the alerts.</summary>
        public required IReadOnlyList<RuleHistory> History { get; init; }
    }

    /// <summary>The states of an alert during the period.</summary>
    /// <param name="Rule">Name of the rule.</param>
    /// <param name="Spans">The states, oldest first. Before the first one, nothing is known.</param>
    public sealed record RuleHistory(string Rule, IReadOnlyList<Span> Spans);

    /// <param name="State">The state.</param>
    /// <param name="From">When it began, or the period, UTC.</param>
    /// <param name="To">When it ended, UTC; the end of the period, or now, if it has not.</param>
    /// <param name="Acknowledged">Whether a person had acknowledged the alert.</param>
    public sealed record Span(AlertState State, DateTimeOffset From, DateTimeOffset To, bool Acknowledged);

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
        private const int MostInHistory = 2000;

        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var period = request.Period.Resolve(now);
            var items = (await alerts.ListAsync(new AllAlerts(), cancellationToken))
                .OrderBy(alert => RuleNames.PlaceOf(alert.Rule))
                .ThenBy(alert => alert.Rule, StringComparer.Ordinal)
                .ToList();
            // Until now rather than to the end of the period: the state at its end follows from the changes since.
            var all = await changes.ListAsync(new ChangesBetween(period.Start, now.AddDays(1), MostInHistory), cancellationToken);
            var ofRule = all.Reverse().ToLookup(change => change.Rule, StringComparer.Ordinal);
            return new Response(
                [.. items.Select(AlertItem.From)],
                [
                    .. all.Where(change => change.At < period.End)
                        .Take(MostChanges)
                        .Select(change => new Change(
                            change.Id,
                            change.Rule,
                            RuleNames.TitleOf(change.Rule),
                            change.From,
                            change.To,
                            change.At,
                            change.Value
                        )),
                ],
                period.From,
                period.To
            )
            {
                History = [.. items.Select(alert => new RuleHistory(alert.Rule, SpansOf(alert, [.. ofRule[alert.Rule]], period, now)))],
            };
        }

        private static List<Span> SpansOf(Alert alert, IReadOnlyList<AlertChange> changes, Period period, DateTimeOffset now)
        {
            var end = period.End < now ? period.End : now;
            var spans = new List<Span>();
            var from = changes.Count == 0 && alert.Since > period.Start ? alert.Since : period.Start;
            foreach (var change in changes)
            {
                Add(change.From, from, change.At);
                from = change.At;
            }

            // Only the acknowledgement of an alert that is open now is stored.
            if (alert.AcknowledgedAt is not { } at)
                Add(alert.State, from, now);
            else
            {
                Add(alert.State, from, at);
                Add(alert.State, at > from ? at : from, now, acknowledged: true);
            }

            return spans;

            void Add(AlertState state, DateTimeOffset start, DateTimeOffset until, bool acknowledged = false)
            {
                if (until > end)
                    until = end;
                if (start < until)
                    spans.Add(new Span(state, start, until, acknowledged));
            }
        }
    }
}
