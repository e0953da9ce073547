using System.Security.Cryptography;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>
/// Renews the <see cref="SampleStamp"/> within a commit that changes windows, draws, selections, answers, or checks and stored results
/// about them.
/// </summary>
internal sealed class SampleStamping : SaveChangesInterceptor
{
    private static readonly string[] Answers =
    [
        nameof(AnnotationTask.State),
        nameof(AnnotationTask.AnswerKind),
        nameof(AnnotationTask.ClassIndex),
        nameof(AnnotationTask.BlindAnswerKind),
        nameof(AnnotationTask.BlindClassIndex),
        nameof(AnnotationTask.PredictionId),
    ];

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Renew(eventData.Context!);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        Renew(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    private static void Renew(DbContext context)
    {
        if (!context.ChangeTracker.Entries().Any(IsEvidence))
            return;
        var stamp = context.ChangeTracker.Entries<SampleStamp>().FirstOrDefault()?.Entity ?? context.Attach(SampleStamp.Create()).Entity;
        // A value that no other commit has: a counter could count two concurrent commits as one.
        stamp.Renew(new Guid(RandomNumberGenerator.GetBytes(16)));
    }

    private static bool IsEvidence(EntityEntry entry) =>
        entry is { State: EntityState.Added or EntityState.Modified or EntityState.Deleted }
        && entry.Entity switch
        {
            SamplingWindow or ExtraDraw or ErasedDraw or Selection or LabelCheck or MonitoringResult or AccuracySnapshot or ModelVersion =>
                true,
            AnnotationTask => entry.State != EntityState.Modified || Answers.Any(name => entry.Property(name).IsModified),
            _ => false,
        };
}
