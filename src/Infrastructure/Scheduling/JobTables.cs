using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace GourmetGram.Infrastructure.Scheduling;

internal sealed class JobRunConfiguration : IEntityTypeConfiguration<JobRun>
{
    public void Configure(EntityTypeBuilder<JobRun> builder)
    {
        builder.ToTable("JobRuns");
        builder.Property(run => run.Id).ValueGeneratedNever();
        // When two processes take or end the same run, the second must fail.
        builder.Property(run => run.State).HasConversion<string>().IsConcurrencyToken();
        builder.Property(run => run.Counts).HasConversion<CountsConverter, CountsComparer>();
        builder.Ignore(run => run.HasEnded);
        builder.HasIndex(run => new { run.Job, run.Id });
        builder
            .HasIndex(run => new
            {
                run.Job,
                run.DueAt,
                run.Attempt,
            })
            .IsUnique()
            .HasFilter("\"DueAt\" IS NOT NULL");
        builder.HasIndex(run => run.Job, "IX_JobRuns_Running").IsUnique().HasFilter("\"State\" = 'Running'");
        builder.HasIndex(run => run.Job, "IX_JobRuns_Queued").HasFilter("\"State\" = 'Queued'");
    }

    internal sealed class CountsConverter()
        : ValueConverter<IReadOnlyDictionary<string, long>, string>(counts => Write(counts), json => Read(json))
    {
        private static string Write(IReadOnlyDictionary<string, long> counts) => JsonSerializer.Serialize(counts);

        private static Dictionary<string, long> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, long>>(json)!;
    }

    /// <summary>Compares counts by reference, because they are replaced and never changed.</summary>
    internal sealed class CountsComparer()
        : ValueComparer<IReadOnlyDictionary<string, long>>(
            (left, right) => ReferenceEquals(left, right),
            counts => counts.Count,
            counts => counts
        );
}

internal sealed class JobScheduleConfiguration : IEntityTypeConfiguration<JobSchedule>
{
    public void Configure(EntityTypeBuilder<JobSchedule> builder)
    {
        builder.ToTable("JobSchedules");
        builder.HasKey(schedule => schedule.Job);
    }
}
