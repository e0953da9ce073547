using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class AnnotationTaskConfiguration : IEntityTypeConfiguration<AnnotationTask>
{
    public void Configure(EntityTypeBuilder<AnnotationTask> builder)
    {
        builder.ToTable("AnnotationTasks");
        builder.Property(task => task.Id).ValueGeneratedNever();
        builder.Property(task => task.State).HasConversion<string>();
        builder.Property(task => task.Revision).IsConcurrencyToken();
        builder.Property(task => task.AnswerKind).HasConversion<string>();
        builder.Property(task => task.BlindAnswerKind).HasConversion<string>();
        builder.Ignore(task => task.Answer);
        builder.Ignore(task => task.BlindAnswer);
        builder.Ignore(task => task.IsOpen);
        builder.Ignore(task => task.IsUnanswered);
        builder.HasOne<Prediction>().WithMany().HasForeignKey(task => task.PredictionId).OnDelete(DeleteBehavior.Restrict);
        // Copies of a photo share one task per loop.
        builder.HasIndex(task => new { task.PhotoSha256, task.Loop }).IsUnique();
        builder.HasIndex(task => new { task.Loop, task.State });
        builder
            .HasIndex(task => new { task.Loop, task.Place }, "IX_AnnotationTasks_Open")
            .HasFilter("\"State\" IN ('Created', 'Published')");
        builder.HasIndex(task => new { task.Loop, task.Place }, "IX_AnnotationTasks_Skipped").HasFilter("\"State\" = 'Skipped'");
        builder.HasIndex(task => task.DecidedAt).HasFilter("\"AnswerKind\" = 'Class'");
        // Only a few tasks are leased at any time.
        builder.HasIndex(task => task.LeasedTo).HasFilter("\"LeasedTo\" IS NOT NULL");
        builder.HasIndex(task => task.Id, "IX_AnnotationTasks_DueOutput").HasFilter("\"IsOutputDue\"");
        builder.HasIndex(task => new { task.Loop, task.Id }, "IX_AnnotationTasks_WithObject").HasFilter("\"HasObject\"");
        builder.HasIndex(task => new { task.Loop, task.Id }, "IX_AnnotationTasks_OnPlatform").HasFilter("\"IsOnPlatform\"");
        builder.HasIndex(task => task.Id, "IX_AnnotationTasks_ToRecall").HasFilter("\"IsRecallDue\"");
        builder.HasIndex(task => task.Id, "IX_AnnotationTasks_Tied").HasFilter("\"IsTied\"");
        builder
            .HasIndex(
                task => new
                {
                    task.Loop,
                    task.AnswerKind,
                    task.Id,
                },
                "IX_AnnotationTasks_WithoutClass"
            )
            .HasFilter("\"AnswerKind\" IN ('None', 'Unusable')");
    }
}

internal sealed class SeenAnswerConfiguration : IEntityTypeConfiguration<SeenAnswer>
{
    public void Configure(EntityTypeBuilder<SeenAnswer> builder)
    {
        builder.ToTable("SeenAnswers");
        builder.Property(row => row.Person).HasConversion<ActorConverter>();
        builder.HasKey(row => new { row.Person, row.PhotoSha256 });
        builder.HasOne<Prediction>().WithMany().HasForeignKey(row => row.PredictionId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class AnnotationProjectConfiguration : IEntityTypeConfiguration<AnnotationProject>
{
    public void Configure(EntityTypeBuilder<AnnotationProject> builder)
    {
        builder.ToTable("AnnotationProjects");
        builder.HasKey(project => project.Loop);
        builder.ComplexProperty(project => project.Parts);
        builder.Property(project => project.Revision).IsConcurrencyToken();
    }
}

internal sealed class TaskRecallConfiguration : IEntityTypeConfiguration<TaskRecall>
{
    public void Configure(EntityTypeBuilder<TaskRecall> builder)
    {
        builder.ToTable("TaskRecalls");
        builder.Property(recall => recall.Id).ValueGeneratedNever();
        builder.HasIndex(recall => new { recall.Loop, recall.Id }).HasFilter("\"DoneAt\" IS NULL");
    }
}

internal sealed class AnnotatorConfiguration : IEntityTypeConfiguration<Annotator>
{
    public void Configure(EntityTypeBuilder<Annotator> builder)
    {
        builder.ToTable("Annotators");
        builder.HasKey(annotator => annotator.Person);
    }
}

internal sealed class HumanLabelConfiguration : IEntityTypeConfiguration<HumanLabel>
{
    public void Configure(EntityTypeBuilder<HumanLabel> builder)
    {
        builder.ToTable("HumanLabels");
        builder.Property(label => label.Id).ValueGeneratedNever();
        builder.Property(label => label.Source).HasConversion<string>();
        builder.Property(label => label.AnswerKind).HasConversion<string>();
        builder.Ignore(label => label.Answer);
        // A label ends only once, so when two requests end it, the second must fail.
        builder.Property(label => label.EndedAt).IsConcurrencyToken();
        builder.Property(label => label.End).HasConversion<string>();
        builder.HasOne<AnnotationTask>().WithMany().HasForeignKey(label => label.TaskId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(label => label.TaskId);
        builder.HasIndex(label => new { label.Person, label.Id });
    }
}

internal sealed class PlantedAnswerConfiguration : IEntityTypeConfiguration<PlantedAnswer>
{
    public void Configure(EntityTypeBuilder<PlantedAnswer> builder)
    {
        builder.ToTable("PlantedAnswers");
        builder.HasKey(planted => planted.TaskId);
        builder.Property(planted => planted.TaskId).ValueGeneratedNever();
        builder.Property(planted => planted.AnswerKind).HasConversion<string>();
        builder
            .HasOne<AnnotationTask>()
            .WithOne()
            .HasForeignKey<PlantedAnswer>(planted => planted.TaskId)
            .OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CollectedImageConfiguration : IEntityTypeConfiguration<CollectedImage>
{
    public void Configure(EntityTypeBuilder<CollectedImage> builder)
    {
        builder.ToTable("CollectedImages");
        builder.Property(image => image.Id).ValueGeneratedNever();
        builder.Property(image => image.State).HasConversion<string>().IsConcurrencyToken();
        builder.Ignore(image => image.ObjectKey);
        // No foreign key: the row outlives a deleted prediction until its copy is removed.
        builder.HasIndex(image => image.PredictionId);
        builder.HasIndex(image => image.Id, "IX_CollectedImages_ToCopy").HasFilter("\"State\" IN ('Pending', 'Missing')");
        builder.HasIndex(image => image.Id, "IX_CollectedImages_ToRemove").HasFilter("\"State\" = 'Superseded'");
        builder
            .HasIndex(
                image => new
                {
                    image.Bucket,
                    image.ClassIndex,
                    image.Id,
                },
                "IX_CollectedImages_Dataset"
            )
            .HasFilter("\"State\" = 'Copied'");
        builder.HasIndex(image => new { image.Bucket, image.Id }, "IX_CollectedImages_Newest").HasFilter("\"State\" = 'Copied'");
    }
}

internal sealed class ReadOutputConfiguration : IEntityTypeConfiguration<ReadOutput>
{
    public void Configure(EntityTypeBuilder<ReadOutput> builder)
    {
        builder.ToTable("ReadOutputs");
        builder.HasKey(read => read.Key);
        builder.Property(read => read.Outcome).HasConversion<string>();
        builder.Property(read => read.Version).IsConcurrencyToken();
        builder.HasIndex(read => read.Key, "IX_ReadOutputs_ToMove").HasFilter("\"IsMoveDue\"");
    }
}
