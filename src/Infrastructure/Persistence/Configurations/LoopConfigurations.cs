using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class FeedbackLoopConfiguration : IEntityTypeConfiguration<FeedbackLoop>
{
    public void Configure(EntityTypeBuilder<FeedbackLoop> builder)
    {
        builder.ToTable("FeedbackLoops");
        builder.HasKey(loop => loop.Name);
        builder.Property(loop => loop.Surface).HasConversion<string>();
        builder.Property(loop => loop.Settings).HasConversion<TextsConverter, TextsComparer>();
        builder.Property(loop => loop.Revision).IsConcurrencyToken();
        builder.Ignore(loop => loop.Current);
    }
}

internal sealed class LoopChangeConfiguration : IEntityTypeConfiguration<LoopChange>
{
    public void Configure(EntityTypeBuilder<LoopChange> builder)
    {
        builder.ToTable("LoopChanges");
        builder.Property(change => change.Id).ValueGeneratedNever();
        builder.HasIndex(change => new { change.Loop, change.Id });
    }
}

internal sealed class WaitingCandidateConfiguration : IEntityTypeConfiguration<WaitingCandidate>
{
    public void Configure(EntityTypeBuilder<WaitingCandidate> builder)
    {
        builder.ToTable("WaitingCandidates");
        builder.HasKey(candidate => new { candidate.Loop, candidate.PredictionId });
        builder.Property(candidate => candidate.Since).HasConversion<string>();
        builder.Property(candidate => candidate.Uploader).HasConversion<ActorConverter>();
        builder.HasOne<Prediction>().WithMany().HasForeignKey(candidate => candidate.PredictionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(candidate => new
        {
            candidate.Loop,
            candidate.Priority,
            candidate.PredictionId,
        });
    }
}

internal sealed class SamplingKeyConfiguration : IEntityTypeConfiguration<SamplingKey>
{
    public void Configure(EntityTypeBuilder<SamplingKey> builder)
    {
        builder.ToTable("SamplingKeys");
        builder.Property(key => key.Id).ValueGeneratedNever();
    }
}

internal sealed class SamplingWindowConfiguration : IEntityTypeConfiguration<SamplingWindow>
{
    public void Configure(EntityTypeBuilder<SamplingWindow> builder)
    {
        builder.ToTable("SamplingWindows");
        builder.Property(window => window.Id).ValueGeneratedNever();
        // A window closes only once, so when two processes close it, the second must fail.
        builder.Property(window => window.ClosedAt).IsConcurrencyToken();
        builder.HasIndex(window => window.LastPhotoAt);
        builder.HasIndex(window => window.Id, "IX_SamplingWindows_Unclosed").HasFilter("\"ClosedAt\" IS NULL");
    }
}

internal sealed class WindowCellConfiguration : IEntityTypeConfiguration<WindowCell>
{
    public void Configure(EntityTypeBuilder<WindowCell> builder)
    {
        builder.ToTable("WindowCells");
        builder.HasKey(cell => new { cell.WindowId, cell.Cell });
        builder.HasOne<SamplingWindow>().WithMany().HasForeignKey(cell => cell.WindowId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class WindowCountConfiguration : IEntityTypeConfiguration<WindowCount>
{
    public void Configure(EntityTypeBuilder<WindowCount> builder)
    {
        builder.ToTable("WindowCounts");
        builder.HasKey(count => new
        {
            count.WindowId,
            count.Day,
            count.PredictedIndex,
            count.Bin,
        });
        builder.Property(count => count.Day).HasConversion<DayConverter>();
        builder.HasOne<SamplingWindow>().WithMany().HasForeignKey(count => count.WindowId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(count => count.Day);
    }
}

internal sealed class ExtraDrawConfiguration : IEntityTypeConfiguration<ExtraDraw>
{
    public void Configure(EntityTypeBuilder<ExtraDraw> builder)
    {
        builder.ToTable("ExtraDraws");
        builder.Property(draw => draw.Id).ValueGeneratedNever();
        builder.Property(draw => draw.Windows).HasConversion<IdsConverter, IdsComparer>();
        builder.Property(draw => draw.Differing).HasConversion<DifferingConverter, DifferingComparer>();
    }
}

internal sealed class DisagreementConfiguration : IEntityTypeConfiguration<Disagreement>
{
    public void Configure(EntityTypeBuilder<Disagreement> builder)
    {
        builder.ToTable("Disagreements");
        builder.HasKey(photo => new { photo.TrialId, photo.PredictionId });
        // Finds the trials in which a drawn photo differs.
        builder.HasIndex(photo => photo.PredictionId);
    }
}

internal sealed class ErasedDrawConfiguration : IEntityTypeConfiguration<ErasedDraw>
{
    public void Configure(EntityTypeBuilder<ErasedDraw> builder)
    {
        builder.ToTable("ErasedDraws");
        builder.HasKey(draw => new
        {
            draw.WindowId,
            draw.PredictionId,
            draw.Loop,
        });
    }
}

internal sealed class WindowDrawConfiguration : IEntityTypeConfiguration<WindowDraw>
{
    public void Configure(EntityTypeBuilder<WindowDraw> builder)
    {
        builder.ToTable("WindowDraws");
        builder.HasKey(draw => new { draw.WindowId, draw.Loop });
        builder.Property(draw => draw.Settings).HasConversion<TextsConverter, TextsComparer>();
        builder.Ignore(draw => draw.Probability);
        builder.HasOne<SamplingWindow>().WithMany().HasForeignKey(draw => draw.WindowId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class SelectionConfiguration : IEntityTypeConfiguration<Selection>
{
    public void Configure(EntityTypeBuilder<Selection> builder)
    {
        builder.ToTable("Selections");
        builder.Property(selection => selection.Id).ValueGeneratedNever();
        builder.Property(selection => selection.Settings).HasConversion<TextsConverter, TextsComparer>();
        // When two processes create the task of a selection, the second must fail.
        builder.Property(selection => selection.HasTask).IsConcurrencyToken();
        builder.HasOne<Prediction>().WithMany().HasForeignKey(selection => selection.PredictionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(selection => new { selection.PredictionId, selection.Loop }).IsUnique();
        builder.HasIndex(selection => new { selection.PhotoSha256, selection.Loop });
        builder.HasIndex(selection => new { selection.Loop, selection.CreatedAt });
        builder.HasIndex(selection => new { selection.Loop, selection.Id });
        builder.HasIndex(selection => selection.WindowId).HasFilter("\"WindowId\" IS NOT NULL");
        builder.HasIndex(selection => selection.DrawId).HasFilter("\"DrawId\" IS NOT NULL");
        builder.HasIndex(selection => selection.Id, "IX_Selections_WithoutTask").HasFilter("NOT \"HasTask\"");
    }
}
