using GourmetGram.Domain.Classification;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class ModelVersionConfiguration : IEntityTypeConfiguration<ModelVersion>
{
    public void Configure(EntityTypeBuilder<ModelVersion> builder)
    {
        builder.ToTable("ModelVersions");
        builder.Property(m => m.Id).ValueGeneratedNever();
        builder.Property(m => m.Labels).HasConversion<LabelsConverter, LabelsComparer>();
        builder
            .HasIndex(m => new
            {
                m.Sha256,
                m.Name,
                m.Version,
                m.Variant,
                m.Temperature,
            })
            .IsUnique();
    }
}
