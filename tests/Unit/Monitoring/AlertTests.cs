using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

/// <summary>What an alert remembers, and when somebody's acknowledgement ends.</summary>
public sealed class AlertTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 0, 20, 0, TimeSpan.Zero);
    private static readonly AlertRule Floor80 = new(0.8);

    [Fact]
    public void Looks_move_the_state_and_the_memory_survives_in_plain_values()
    {
        var alert = Alert.Create("accuracy", AlertState.Waiting, Start);
        Assert.False(Look(1, null));
        Assert.True(Look(2, new AlertLook(0.9, 100)));
        Assert.True(Look(3, new AlertLook(0.72, 100)));
        Assert.Equal((AlertState.Suspected, true, false), (alert.State, alert.WasBelow, alert.WasGood));
        Assert.True(Look(4, new AlertLook(0.72, 100)));
        Assert.Equal((AlertState.Failing, Start.AddDays(4)), (alert.State, alert.Since));
        Assert.False(Look(5, new AlertLook(0.9, 100)));
        Assert.Equal((Start.AddDays(4), Start.AddDays(5), "look 5"), (alert.Since, alert.CheckedAt, alert.Value));
        Assert.True(Look(6, new AlertLook(0.9, 100)));
        Assert.Equal(AlertState.Restored, alert.State);
        Assert.True(Look(7, new AlertLook(0.9, 100)));
        Assert.Equal(AlertState.Ok, alert.State);

        bool Look(int day, AlertLook? look) => alert.Look(Floor80.Next(alert.Memory, look), $"look {day}", Start.AddDays(day));
    }

    [Fact]
    public void An_acknowledgement_lasts_until_the_alert_ends()
    {
        var alert = Alert.Create("accuracy", AlertState.Ok, Start);
        Assert.Throws<InvalidOperationException>(() => alert.Acknowledge("ada", "seen", Start));
        alert.Look(new AlertMemory(AlertState.Suspected, WasBelow: true, WasGood: false), "", Start);
        alert.Acknowledge("ada", "seen", Start.AddHours(1));
        alert.Look(new AlertMemory(AlertState.Failing, WasBelow: true, WasGood: false), "", Start.AddDays(7));
        Assert.Equal((Start.AddHours(1), "ada", "seen"), (alert.AcknowledgedAt, alert.AcknowledgedBy, alert.Note));
        alert.Look(new AlertMemory(AlertState.Restored, WasBelow: false, WasGood: true), "", Start.AddDays(14));
        Assert.Equal((null, null, null), (alert.AcknowledgedAt, alert.AcknowledgedBy, alert.Note));
    }

    [Fact]
    public void Another_serving_version_starts_without_memory()
    {
        var (first, second) = (Guid.CreateVersion7(DateTimeOffset.UnixEpoch), Guid.CreateVersion7(DateTimeOffset.UnixEpoch));
        var alert = Alert.Create("version-before", AlertState.Waiting, Start);
        var failing = new VersionLookMemory(AlertState.Failing, 100, new Difference(-0.1, -0.15, -0.02));
        Assert.True(alert.Look(failing, first, "", Start));
        Assert.Equal(failing, alert.MemoryOf(first));
        Assert.Equal(VersionLookMemory.Start, alert.MemoryOf(second));
        Assert.True(alert.Look(alert.MemoryOf(second), second, "", Start.AddDays(1)));
        Assert.Equal((AlertState.Waiting, VersionLookMemory.Start), (alert.State, alert.MemoryOf(second)));
    }

    [Theory]
    [InlineData(AlertState.Waiting, AlertState.Ok, false)]
    [InlineData(AlertState.Ok, AlertState.Suspected, true)]
    [InlineData(AlertState.Suspected, AlertState.Failing, true)]
    [InlineData(AlertState.Suspected, AlertState.Ok, true)]
    [InlineData(AlertState.Failing, AlertState.Restored, true)]
    [InlineData(AlertState.Restored, AlertState.Ok, false)]
    [InlineData(AlertState.Failing, AlertState.Waiting, true)]
    public void People_hear_when_an_alert_begins_and_ends(AlertState from, AlertState to, bool isAnnounced)
    {
        var alert = Alert.Create("accuracy", from, Start);
        Assert.True(alert.Look(new AlertMemory(to, WasBelow: false, WasGood: false), "", Start));
        Assert.Equal(isAnnounced, AlertChange.Of(alert, from).IsAnnounced);
    }

    [Fact]
    public void Attempts_go_on_for_about_a_day_with_growing_pauses()
    {
        var delivery = Delivery();
        var (now, pauses) = (Start, new List<TimeSpan>());
        while (delivery.State == DeliveryState.Due)
        {
            delivery.MarkFailed("away", isFinal: false, now);
            pauses.Add(delivery.DueAt - now);
            now = delivery.DueAt > now ? delivery.DueAt : now;
        }

        Assert.Equal(TimeSpan.FromSeconds(5), pauses[0]);
        Assert.Equal(pauses[..^1].Order(), pauses[..^1]);
        Assert.InRange(delivery.EndedAt!.Value - Start, TimeSpan.FromHours(24), TimeSpan.FromHours(30));
        Assert.Equal((DeliveryState.Abandoned, 11, "away"), (delivery.State, delivery.Attempts, delivery.LastError));
        Assert.Throws<InvalidOperationException>(() => delivery.MarkDelivered(now));
    }

    [Theory]
    [InlineData(120, 120)]
    [InlineData(1, 5)]
    [InlineData(-60, 5)]
    [InlineData(172_800, 21_600)]
    public void A_receiver_can_ask_for_a_longer_pause_within_bounds(int asked, int seconds)
    {
        var delivery = Delivery();
        delivery.MarkFailed("busy", isFinal: false, Start, TimeSpan.FromSeconds(asked));
        Assert.Equal(Start.AddSeconds(seconds), delivery.DueAt);
    }

    [Fact]
    public void A_message_that_is_sent_again_has_all_its_attempts_again()
    {
        var delivery = Delivery();
        Assert.Throws<InvalidOperationException>(() => delivery.Resend(Start));
        delivery.MarkFailed("gone", isFinal: true, Start);
        var later = Start.AddDays(30);
        delivery.Resend(later);
        Assert.Equal((DeliveryState.Due, later, 1, null), (delivery.State, delivery.DueAt, delivery.Attempts, delivery.LastError));
        delivery.MarkFailed("away", isFinal: false, later);
        Assert.Equal((DeliveryState.Due, later.AddSeconds(5)), (delivery.State, delivery.DueAt));
        delivery.MarkFailed("away", isFinal: false, later.AddDays(1));
        Assert.Equal((DeliveryState.Abandoned, 3), (delivery.State, delivery.Attempts));
    }

    [Fact]
    public void A_final_refusal_ends_a_delivery_immediately()
    {
        var delivery = Delivery();
        delivery.MarkFailed("gone", isFinal: true, Start);
        Assert.Equal((DeliveryState.Abandoned, 1), (delivery.State, delivery.Attempts));
    }

    private static MessageDelivery Delivery()
    {
        var alert = Alert.Create("accuracy", AlertState.Ok, Start);
        alert.Look(isFailing: true, "", Start);
        return MessageDelivery.Of(AlertChange.Of(alert, AlertState.Ok), MessageChannel.Webhook, "{}");
    }
}
