using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class UserFeedbackConfiguration : IEntityTypeConfiguration<UserFeedback>
{
    public void Configure(EntityTypeBuilder<UserFeedback> builder)
    {
        builder.ToTable("UserFeedback");
        builder.Property(f => f.Id).ValueGeneratedNever();
        builder.Property(f => f.Kind).HasConversion<string>();
        builder.Property(f => f.Topic).HasConversion<string>();
        builder.Property(f => f.Rater).HasConversion<ActorConverter>();
        builder.Property(f => f.Source).HasConversion<string>();
        // Feedback ends only once, so when two requests end it, the second must fail.
        builder.Property(f => f.EndedAt).IsConcurrencyToken();
        builder.Property(f => f.End).HasConversion<string>();
        builder.Property(f => f.SelectionState).HasConversion<string>().IsConcurrencyToken();
        builder.Property(f => f.OutputState).HasConversion<string>();
        builder.HasOne<Prediction>().WithMany().HasForeignKey(f => f.PredictionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(f => f.PredictionId);
        // Finds a rater's flagged and corrected photos.
        builder
            .HasIndex(f => new
            {
                f.Rater,
                f.Kind,
                f.PredictionId,
            })
            .HasFilter("\"EndedAt\" IS NULL");
        builder.HasIndex(f => f.Id, "IX_UserFeedback_Unconsidered").HasFilter("\"SelectionState\" IN ('Pending', 'Released')");
        builder.HasIndex(f => f.Id, "IX_UserFeedback_HeldBack").HasFilter("\"SelectionState\" = 'HeldBack'");
        builder.HasIndex(f => f.Id, "IX_UserFeedback_PendingOutput").HasFilter("\"OutputState\" = 'Pending'");
        // Counted by the flood limits.
        builder.HasIndex(f => new
        {
            f.Rater,
            f.Kind,
            f.CreatedAt,
        });
        builder
            .HasIndex(f => new
            {
                f.Origin,
                f.Kind,
                f.CreatedAt,
            })
            .HasFilter("\"Origin\" IS NOT NULL");
        // At most one current piece of feedback per prediction, rater and topic.
        builder
            .HasIndex(f => new
            {
                f.PredictionId,
                f.Rater,
                f.Topic,
            })
            .IsUnique()
            .HasFilter("\"EndedAt\" IS NULL");
    }
}
