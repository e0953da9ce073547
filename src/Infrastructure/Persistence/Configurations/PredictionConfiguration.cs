using GourmetGram.Domain.Classification;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class PredictionConfiguration : IEntityTypeConfiguration<Prediction>
{
    public void Configure(EntityTypeBuilder<Prediction> builder)
    {
        builder.ToTable("Predictions");
        builder.Property(p => p.Id).ValueGeneratedNever();
        builder.Property(p => p.Maker).HasConversion<ActorConverter>();
        builder.Property(p => p.Probabilities).HasConversion<ProbabilitiesConverter>();
        builder.ComplexProperty(p => p.Photo);
        builder.Property(p => p.Tags).HasConversion<PhotoTagsConverter>();
        builder.HasOne(p => p.Model).WithMany().HasForeignKey(p => p.ModelVersionId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(p => p.ImageState).HasConversion<string>();
        builder.Property(p => p.TagsState).HasConversion<string>();
        builder.Property(p => p.SelectionState).HasConversion<string>();
        builder.Property(p => p.Revision).IsConcurrencyToken();
        builder.Ignore(p => p.PredictedClass);
        builder.HasIndex(p => new { p.Maker, p.Id });
        builder.HasIndex(p => new
        {
            p.Maker,
            p.PredictedIndex,
            p.Id,
        });
        // Pending work. These partial indexes are nearly always empty.
        builder.HasIndex(p => p.Id, "IX_Predictions_NotStored").HasFilter("\"ImageState\" <> 'Stored'");
        builder.HasIndex(p => p.Id, "IX_Predictions_DirtyTags").HasFilter("\"TagsState\" = 'Dirty'");
        builder.HasIndex(p => p.Id, "IX_Predictions_RefusedTags").HasFilter("\"TagsState\" = 'Refused'");
        builder.HasIndex(p => p.Id, "IX_Predictions_Unconsidered").HasFilter("\"SelectionState\" = 'Pending'");
        // Finds the members of a window, and the predictions that belong to no window yet.
        builder.HasIndex(p => new { p.WindowId, p.Id });
    }
}

internal sealed class UploadCountConfiguration : IEntityTypeConfiguration<UploadCount>
{
    public void Configure(EntityTypeBuilder<UploadCount> builder)
    {
        builder.ToTable("UploadCounts");
        builder.HasKey(c => c.Key);
        builder.Property(c => c.Revision).IsConcurrencyToken();
        builder.HasIndex(c => c.EndsAt);
    }
}
