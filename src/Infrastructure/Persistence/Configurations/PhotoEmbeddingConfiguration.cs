using GourmetGram.Domain.Classification;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class PhotoEmbeddingConfiguration : IEntityTypeConfiguration<PhotoEmbedding>
{
    public void Configure(EntityTypeBuilder<PhotoEmbedding> builder)
    {
        builder.ToTable("Embeddings");
        builder.HasKey(e => e.PredictionId);
        builder.Property(e => e.PredictionId).ValueGeneratedNever();
        builder.Ignore(e => e.Size);
        builder.HasOne<Prediction>().WithOne().HasForeignKey<PhotoEmbedding>(e => e.PredictionId).OnDelete(DeleteBehavior.Cascade);
    }
}
