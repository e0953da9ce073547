using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class LabelCheckConfiguration : IEntityTypeConfiguration<LabelCheck>
{
    public void Configure(EntityTypeBuilder<LabelCheck> builder)
    {
        builder.ToTable("LabelChecks");
        builder.Property(check => check.Id).ValueGeneratedNever();
        builder.Property(check => check.Decision).HasConversion<string>();
        // A photo's checks are deleted with its task. Labeling does not know this table.
        builder.HasOne<AnnotationTask>().WithMany().HasForeignKey(check => check.TaskId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(check => check.TaskId);
    }
}
