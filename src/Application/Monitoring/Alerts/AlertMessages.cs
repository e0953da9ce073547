using System.Globalization;
using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Writes the messages about alerts. A webhook is a JSON object with <c>type</c>, <c>timestamp</c> and <c>data</c> (Standard Webhooks). An
/// e-mail is a text whose first line is the subject.
/// </summary>
public static class AlertMessages
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Returns the message about a change.</summary>
    internal static string Of(AlertChange change, MessageChannel channel) =>
        Write(channel, change.Id, change.Rule, RuleNames.TitleOf(change.Rule), change.From, change.To, change.Value, change.At);

    /// <summary>Returns a message that tests a channel.</summary>
    internal static string Test(Guid id, MessageChannel channel, string by, DateTimeOffset now) =>
        channel == MessageChannel.Webhook
            ? Json("alert.test", now, new { id, by })
            : $"GourmetGram: test message\n\n{by} sent this message to test the e-mails about alerts. They arrive here.";

    private static string Write(
        MessageChannel channel,
        Guid id,
        string rule,
        string title,
        AlertState from,
        AlertState to,
        string value,
        DateTimeOffset at
    )
    {
        var word = to switch
        {
            AlertState.Suspected => "suspected",
            AlertState.Failing => "failing",
            _ => "restored",
        };
        return channel == MessageChannel.Webhook
            ? Json(
                $"alert.{word}",
                at,
                new
                {
                    id,
                    rule,
                    title,
                    from = from.ToString(),
                    state = to.ToString(),
                    value,
                }
            )
            : $"GourmetGram: {title}: {word}\n\n{title}: {word}\n{value}\n\n"
                + $"Since {at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC. State before: {from}.";
    }

    private static string Json<TData>(string type, DateTimeOffset at, TData data) =>
        JsonSerializer.Serialize(
            new
            {
                type,
                timestamp = at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
                data,
            }
        );
}
