using GourmetGram.Domain.Classification;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class InstallationConfiguration : IEntityTypeConfiguration<Installation>
{
    public void Configure(EntityTypeBuilder<Installation> builder)
    {
        builder.ToTable("Installation");
        // The table has one row, so when two nodes add it at the same time, the second fails and finds the first one's row.
        builder.HasKey(installation => installation.Number);
        builder.Property(installation => installation.Number).ValueGeneratedNever();
    }
}
