using GourmetGram.Domain.Classification;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class TombstoneConfiguration : IEntityTypeConfiguration<Tombstone>
{
    public void Configure(EntityTypeBuilder<Tombstone> builder)
    {
        builder.ToTable("Tombstones");
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Ignore(t => t.ImagesRemoved);
        builder.HasIndex(t => t.WindowId).HasFilter("\"WindowId\" IS NOT NULL");
        // Deletions to finish. The partial index is nearly always empty.
        builder.HasIndex(t => t.Id).HasDatabaseName("IX_Tombstones_Unfinished").HasFilter("\"ObjectKey\" IS NOT NULL");
    }
}
