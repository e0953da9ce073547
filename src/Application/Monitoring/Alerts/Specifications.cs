using Ardalis.Specification;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>The alert of a rule, tracked for changes.</summary>
internal sealed class AlertByRule : Specification<Alert>
{
    public AlertByRule(string rule)
    {
        Query.Where(alert => alert.Rule == rule);
    }
}

/// <summary>All alerts.</summary>
internal sealed class AllAlerts : Specification<Alert>
{
    public AllAlerts()
    {
        Query.AsNoTracking();
    }
}

/// <summary>The newest changes of alerts within a time.</summary>
internal sealed class ChangesBetween : Specification<AlertChange>
{
    public ChangesBetween(DateTimeOffset start, DateTimeOffset until, int limit)
    {
        Query.Where(change => change.At >= start && change.At < until).OrderByDescending(change => change.Id).Take(limit).AsNoTracking();
    }
}

/// <summary>The oldest message of a channel that is not delivered yet. Later messages wait for it, so that they arrive in order.</summary>
internal sealed class OldestDueDelivery : Specification<MessageDelivery>
{
    public OldestDueDelivery(MessageChannel channel)
    {
        Query
            .Where(delivery => delivery.Channel == channel && delivery.State == DeliveryState.Due)
            // One that is sent again does not go before newer ones that wait.
            .OrderBy(delivery => delivery.ResentAt ?? delivery.CreatedAt)
            .ThenBy(delivery => delivery.Id)
            .Take(1)
            .AsNoTracking();
    }
}

/// <summary>Messages of a channel that ended before a time, at most a given number.</summary>
internal sealed class DeliveriesEndedBefore : Specification<MessageDelivery>
{
    public DeliveriesEndedBefore(MessageChannel channel, DateTimeOffset moment, int limit)
    {
        Query
            .Where(delivery => delivery.Channel == channel && delivery.EndedAt < moment)
            .OrderBy(delivery => delivery.EndedAt)
            .ThenBy(delivery => delivery.Id)
            .Take(limit);
    }
}

/// <summary>The newest messages that were created within a time.</summary>
internal sealed class DeliveriesBetween : Specification<MessageDelivery>
{
    public DeliveriesBetween(DateTimeOffset start, DateTimeOffset until, int limit)
    {
        Query
            .Where(delivery => delivery.CreatedAt >= start && delivery.CreatedAt < until)
            .OrderByDescending(delivery => delivery.Id)
            .Take(limit)
            .AsNoTracking();
    }
}

/// <summary>The messages about some changes.</summary>
internal sealed class DeliveriesAbout : Specification<MessageDelivery>
{
    public DeliveriesAbout(IReadOnlyCollection<Guid> changes)
    {
        Query.Where(delivery => changes.Contains(delivery.ChangeId)).AsNoTracking();
    }
}

/// <summary>The oldest changes of alerts before a time.</summary>
internal sealed class ChangesBefore : Specification<AlertChange>
{
    public ChangesBefore(DateTimeOffset moment, Guid? after, int limit)
    {
        Query.Where(change => change.At < moment).OrderBy(change => change.Id).Take(limit);
        if (after is { } id)
            Query.Where(change => change.Id > id);
    }
}

/// <summary>The changes with these ids.</summary>
internal sealed class ChangesWithIds : Specification<AlertChange>
{
    public ChangesWithIds(IReadOnlyCollection<Guid> ids)
    {
        Query.Where(change => ids.Contains(change.Id)).AsNoTracking();
    }
}

/// <summary>The message of a channel that was delivered or abandoned last.</summary>
internal sealed class LastEndedDelivery : Specification<MessageDelivery>
{
    public LastEndedDelivery(MessageChannel channel)
    {
        Query
            .Where(delivery => delivery.Channel == channel && delivery.EndedAt != null)
            .OrderByDescending(delivery => delivery.EndedAt)
            .ThenByDescending(delivery => delivery.Id)
            .Take(1)
            .AsNoTracking();
    }
}

/// <summary>The message with this id, tracked for changes.</summary>
internal sealed class DeliveryById : Specification<MessageDelivery>
{
    public DeliveryById(Guid id)
    {
        Query.Where(delivery => delivery.Id == id);
    }
}

/// <summary>The snapshot of a day.</summary>
internal sealed class SnapshotOf : Specification<AccuracySnapshot>
{
    public SnapshotOf(DateOnly day)
    {
        Query.Where(snapshot => snapshot.Day == day).AsNoTracking();
    }
}

/// <summary>The newest snapshot.</summary>
internal sealed class NewestSnapshot : Specification<AccuracySnapshot>
{
    public NewestSnapshot()
    {
        Query.OrderByDescending(snapshot => snapshot.Day).Take(1).AsNoTracking();
    }
}

/// <summary>The snapshots of some days, oldest first.</summary>
internal sealed class SnapshotsBetween : Specification<AccuracySnapshot>
{
    public SnapshotsBetween(DateOnly first, DateOnly last)
    {
        Query.Where(snapshot => snapshot.Day >= first && snapshot.Day <= last).OrderBy(snapshot => snapshot.Day).AsNoTracking();
    }
}

/// <summary>The oldest task of a loop that waits for a label.</summary>
internal sealed class OldestPendingTask : Specification<AnnotationTask>
{
    public OldestPendingTask(string loop)
    {
        Query
            .Where(task => task.Loop == loop && (task.State == TaskState.Created || task.State == TaskState.Published))
            .OrderBy(task => task.CreatedAt)
            .Take(1)
            .AsNoTracking();
    }
}
