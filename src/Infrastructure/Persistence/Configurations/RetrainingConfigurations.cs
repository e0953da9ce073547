using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class RegisteredModelConfiguration : IEntityTypeConfiguration<RegisteredModel>
{
    public void Configure(EntityTypeBuilder<RegisteredModel> builder)
    {
        builder.ToTable("RegisteredModels");
        builder.Property(m => m.Id).ValueGeneratedNever();
        builder.Property(m => m.Origin).HasConversion<string>();
        builder.Property(m => m.Revision).IsConcurrencyToken();
        builder.HasOne(m => m.Model).WithMany().HasForeignKey(m => m.ModelVersionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(m => m.Version).IsUnique();
        builder.HasIndex(m => m.ModelVersionId).IsUnique();
    }
}

internal sealed class ServingPeriodConfiguration : IEntityTypeConfiguration<ServingPeriod>
{
    public void Configure(EntityTypeBuilder<ServingPeriod> builder)
    {
        builder.ToTable("ServingPeriods");
        builder.Property(p => p.Id).ValueGeneratedNever();
        builder.Property(p => p.Reason).HasConversion<string>();
        builder.Property(p => p.Revision).IsConcurrencyToken();
        builder.HasOne(p => p.Model).WithMany().HasForeignKey(p => p.ModelId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(p => p.From);
        builder.HasIndex(p => p.Id, "IX_ServingPeriods_Open").HasFilter("\"Until\" IS NULL");
    }
}

internal sealed class ModelTrialConfiguration : IEntityTypeConfiguration<ModelTrial>
{
    public void Configure(EntityTypeBuilder<ModelTrial> builder)
    {
        builder.ToTable("ModelTrials");
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Property(t => t.Mode).HasConversion<string>();
        builder.Property(t => t.Decision).HasConversion<string>();
        builder.Property(t => t.Reason).HasConversion<string>();
        builder.Property(t => t.Revision).IsConcurrencyToken();
        builder.HasOne(t => t.Challenger).WithMany().HasForeignKey(t => t.ChallengerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne(t => t.Champion).WithMany().HasForeignKey(t => t.ChampionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(t => t.Id, "IX_ModelTrials_Open").HasFilter("\"EndedAt\" IS NULL");
    }
}

internal sealed class TrialLookConfiguration : IEntityTypeConfiguration<TrialLook>
{
    public void Configure(EntityTypeBuilder<TrialLook> builder)
    {
        builder.ToTable("TrialLooks");
        builder.Property(l => l.Id).ValueGeneratedNever();
        builder.HasIndex(l => new { l.TrialId, l.Id });
    }
}

internal sealed class ShadowRunConfiguration : IEntityTypeConfiguration<ShadowRun>
{
    public void Configure(EntityTypeBuilder<ShadowRun> builder)
    {
        builder.ToTable("ShadowRuns");
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.End).HasConversion<string>();
        builder.Property(r => r.Revision).IsConcurrencyToken();
        builder.Ignore(r => r.NeedsAttention);
        builder.HasOne(r => r.Challenger).WithMany().HasForeignKey(r => r.ChallengerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne(r => r.Champion).WithMany().HasForeignKey(r => r.ChampionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(r => r.IsOpen).IsUnique();
    }
}

internal sealed class ModelAnswerConfiguration : IEntityTypeConfiguration<ModelAnswer>
{
    public void Configure(EntityTypeBuilder<ModelAnswer> builder)
    {
        builder.ToTable("ModelAnswers");
        builder.HasKey(a => new { a.PredictionId, a.ModelId });
        builder.HasOne<Prediction>().WithMany().HasForeignKey(a => a.PredictionId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<RegisteredModel>().WithMany().HasForeignKey(a => a.ModelId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(a => new { a.ShadowId, a.Milliseconds });
    }
}

internal sealed class TrainingRunConfiguration : IEntityTypeConfiguration<TrainingRun>
{
    public void Configure(EntityTypeBuilder<TrainingRun> builder)
    {
        builder.ToTable("TrainingRuns");
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.State).HasConversion<string>();
        builder.Property(r => r.Trainer).HasConversion<string>().HasDefaultValue(Trainer.Head);
        builder.Property(r => r.Revision).IsConcurrencyToken();
        builder.Ignore(r => r.HasEnded);
        builder.HasIndex(r => r.Id, "IX_TrainingRuns_Open").HasFilter("\"EndedAt\" IS NULL");
    }
}

internal sealed class PipelineRunConfiguration : IEntityTypeConfiguration<PipelineRun>
{
    public void Configure(EntityTypeBuilder<PipelineRun> builder)
    {
        builder.ToTable("PipelineRuns");
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Trigger).HasConversion<string>();
        builder.Property(r => r.Stage).HasConversion<string>();
        builder.Property(r => r.Outcome).HasConversion<string>();
        builder.Property(r => r.Revision).IsConcurrencyToken();
        builder.HasIndex(r => r.IsOpen).IsUnique();
    }
}

internal sealed class PipelineRulesConfiguration : IEntityTypeConfiguration<PipelineRules>
{
    public void Configure(EntityTypeBuilder<PipelineRules> builder)
    {
        builder.ToTable("PipelineRules");
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Revision).IsConcurrencyToken();
    }
}
