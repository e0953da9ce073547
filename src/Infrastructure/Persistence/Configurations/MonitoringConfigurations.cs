using GourmetGram.Domain.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class AlertConfiguration : IEntityTypeConfiguration<Alert>
{
    public void Configure(EntityTypeBuilder<Alert> builder)
    {
        builder.ToTable("Alerts");
        builder.HasKey(alert => alert.Rule);
        builder.Property(alert => alert.State).HasConversion<string>();
        builder.Property(alert => alert.Revision).IsConcurrencyToken();
        builder.Ignore(alert => alert.IsOpen);
        builder.Ignore(alert => alert.Memory);
    }
}

internal sealed class AlertChangeConfiguration : IEntityTypeConfiguration<AlertChange>
{
    public void Configure(EntityTypeBuilder<AlertChange> builder)
    {
        builder.ToTable("AlertChanges");
        builder.Property(change => change.Id).ValueGeneratedNever();
        builder.Property(change => change.From).HasConversion<string>();
        builder.Property(change => change.To).HasConversion<string>();
        builder.Ignore(change => change.IsAnnounced);
        builder.HasIndex(change => new { change.Rule, change.Id });
    }
}

internal sealed class MessageDeliveryConfiguration : IEntityTypeConfiguration<MessageDelivery>
{
    public void Configure(EntityTypeBuilder<MessageDelivery> builder)
    {
        builder.ToTable("MessageDeliveries");
        builder.Property(delivery => delivery.Id).ValueGeneratedNever();
        builder.Property(delivery => delivery.Channel).HasConversion<string>();
        builder.Property(delivery => delivery.State).HasConversion<string>();
        // When two processes record an attempt, the second must fail.
        builder.Property(delivery => delivery.Attempts).IsConcurrencyToken();
        builder.HasOne<AlertChange>().WithMany().HasForeignKey(delivery => delivery.ChangeId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(delivery => new { delivery.Channel, delivery.Id }, "IX_MessageDeliveries_Due").HasFilter("\"State\" = 'Due'");
        builder.HasIndex(delivery => new { delivery.Channel, delivery.EndedAt });
    }
}

internal sealed class SampleStampConfiguration : IEntityTypeConfiguration<SampleStamp>
{
    public void Configure(EntityTypeBuilder<SampleStamp> builder)
    {
        builder.ToTable("SampleStamps");
        builder.Property(stamp => stamp.Id).ValueGeneratedNever();
        builder.HasData(SampleStamp.Create());
    }
}

internal sealed class MonitoringResultConfiguration : IEntityTypeConfiguration<MonitoringResult>
{
    public void Configure(EntityTypeBuilder<MonitoringResult> builder)
    {
        builder.ToTable("MonitoringResults");
        builder.HasKey(result => result.Name);
        builder.Property(result => result.From).HasConversion<DayConverter>();
        builder.Property(result => result.To).HasConversion<DayConverter>();
        // When two processes replace a result, the second must start over.
        builder.Property(result => result.ComputedAt).IsConcurrencyToken();
    }
}

internal sealed class AccuracySnapshotConfiguration : IEntityTypeConfiguration<AccuracySnapshot>
{
    public void Configure(EntityTypeBuilder<AccuracySnapshot> builder)
    {
        builder.ToTable("AccuracySnapshots");
        builder.HasKey(snapshot => snapshot.Day);
        builder.Property(snapshot => snapshot.Day).HasConversion<DayConverter>().ValueGeneratedNever();
        builder.Property(snapshot => snapshot.From).HasConversion<DayConverter>();
        builder.Property(snapshot => snapshot.To).HasConversion<DayConverter>();
        builder.Property(snapshot => snapshot.State).HasConversion<string>();
    }
}
