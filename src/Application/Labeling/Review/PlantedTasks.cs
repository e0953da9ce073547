using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Decides when a person gets a photo whose answer is known in place of the next task. The choice is a hash of the person, the next task
/// and the number of such photos before, so it looks random, and asking again gives the same photo.
/// </summary>
internal sealed class PlantedTasks(ITaskFinder finder, IOptionsMonitor<LabelingOptions> options)
{
    /// <summary>Whether known answers are handed out.</summary>
    public bool IsOn => options.CurrentValue.KnownAnswerPercent > 0;

    /// <summary>Returns the task to hand out in place of the next one; null for the next one.</summary>
    /// <param name="next">The next task of the loop.</param>
    /// <param name="person">The annotator.</param>
    /// <param name="holding">Tasks that the annotator has and does not want again.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    public async Task<Guid?> ChooseAsync(
        AnnotationTask next,
        string person,
        IReadOnlyCollection<Guid> holding,
        CancellationToken cancellationToken
    )
    {
        if (!IsOn)
            return null;
        var work = await finder.PlantedAsync(next.Loop, person, cancellationToken);
        if (work.Left.Count == 0)
            return null;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{person} {next.Id} {work.Given}"));
        var chance = BinaryPrimitives.ReadUInt64LittleEndian(hash) / (double)ulong.MaxValue;
        if (chance >= options.CurrentValue.KnownAnswerPercent / 100.0)
            return null;
        var chosen = work.Left[(int)(BinaryPrimitives.ReadUInt32LittleEndian(hash.AsSpan(8)) % (uint)work.Left.Count)];
        return holding.Contains(chosen) ? null : chosen;
    }

    /// <summary>Whether a task is left for a person as a planted one, so that the person can get it again.</summary>
    public async Task<bool> IsLeftAsync(AnnotationTask task, string person, CancellationToken cancellationToken) =>
        IsOn && (await finder.PlantedAsync(task.Loop, person, cancellationToken)).Left.Contains(task.Id);
}
