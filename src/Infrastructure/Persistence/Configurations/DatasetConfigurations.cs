using System.Collections.Immutable;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class DatasetVersionConfiguration : IEntityTypeConfiguration<DatasetVersion>
{
    public void Configure(EntityTypeBuilder<DatasetVersion> builder)
    {
        builder.ToTable("DatasetVersions");
        builder.Property(version => version.Id).ValueGeneratedNever();
        builder.Property(version => version.State).HasConversion<string>();
        builder.Property(version => version.Options).HasConversion<JsonTextConverter<DatasetOptions>, JsonTextComparer<DatasetOptions>>();
        builder.Property(version => version.Classes).HasConversion<LabelsConverter, LabelsComparer>();
        builder.Property(version => version.Counts).HasConversion<JsonTextConverter<DatasetCounts>, JsonTextComparer<DatasetCounts>>();
        builder.Property(version => version.Revision).IsConcurrencyToken();
        // Two builds with the same content at the same time: the second must fail, and then finds the first.
        builder.HasIndex(version => version.ContentId).IsUnique().HasFilter("\"Number\" IS NOT NULL");
        builder.HasIndex(version => version.Number).IsUnique().HasFilter("\"Number\" IS NOT NULL");
        builder.HasIndex(version => version.Id, "IX_DatasetVersions_ToDo").HasFilter("\"State\" = 'Building' OR \"IsManifestDue\"");
    }
}

internal sealed class DatasetItemConfiguration : IEntityTypeConfiguration<DatasetItem>
{
    public void Configure(EntityTypeBuilder<DatasetItem> builder)
    {
        builder.ToTable("DatasetItems");
        builder.HasKey(item => new { item.VersionId, item.Position });
        builder.Property(item => item.Split).HasConversion<string>();
        builder
            .Property(item => item.Votes)
            .HasConversion<JsonTextConverter<ImmutableSortedDictionary<int, int>>, JsonTextComparer<ImmutableSortedDictionary<int, int>>>();
        builder.Property(item => item.LabelIds).HasConversion<IdsConverter, IdsComparer>();
        builder.HasOne<DatasetVersion>().WithMany().HasForeignKey(item => item.VersionId).OnDelete(DeleteBehavior.Restrict);
        // No foreign key: the row outlives a deleted prediction.
        builder.HasIndex(item => item.PredictionId).HasFilter("\"PredictionId\" IS NOT NULL");
        builder
            .HasIndex(item => new { item.VersionId, item.PredictionId }, "IX_DatasetItems_Deleted")
            .HasFilter("\"DeletedAt\" IS NOT NULL");
    }
}

internal sealed class PhotoExclusionConfiguration : IEntityTypeConfiguration<PhotoExclusion>
{
    public void Configure(EntityTypeBuilder<PhotoExclusion> builder)
    {
        builder.ToTable("PhotoExclusions");
        builder.HasKey(exclusion => exclusion.UploadSha256);
        builder.HasIndex(exclusion => exclusion.PredictionId);
    }
}

internal sealed class ImportedLabelConfiguration : IEntityTypeConfiguration<ImportedLabel>
{
    public void Configure(EntityTypeBuilder<ImportedLabel> builder)
    {
        builder.ToTable("ImportedLabels");
        builder.Property(label => label.Id).ValueGeneratedNever();
        // A deleted photo's label is deleted with it.
        builder.HasOne<Prediction>().WithMany().HasForeignKey(label => label.PredictionId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(label => label.PredictionId);
        builder.HasIndex(label => new { label.Source, label.UploadSha256 }).IsUnique();
    }
}
