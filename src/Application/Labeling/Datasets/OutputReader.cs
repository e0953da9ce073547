using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Reads what others wrote below <c>labelstudio/output</c>, each version of each object once. What Label Studio wrote stays where it is; other files move to <c>processed</c>, and what cannot be
/// used to <c>quarantine</c>, with the reason beside it. What was read is recorded in the transaction that keeps the labels, before anything is moved.
/// </summary>
internal sealed class OutputDesk(
    IObjectStore store,
    IRepository<ReadOutput> reads,
    IRepository<UserFeedback> feedback,
    PhotoFinder photos,
    AnnotationDesk desk,
    Quarantine quarantine,
    TimeProvider time,
    ILogger<OutputDesk> logger
)
{
    private const int Batch = 100;
    private const int Readers = 4;

    /// <returns>How many objects had which outcome; what was read before does not count.</returns>
    /// <exception cref="StoreUnavailableException">A store is away; what was read is kept.</exception>
    public async Task<IReadOnlyDictionary<OutputOutcome, int>> RunAsync(Action read, CancellationToken cancellationToken)
    {
        var counts = Enum.GetValues<OutputOutcome>().ToDictionary(outcome => outcome, _ => 0);
        await foreach (
            var batch in store
                .ListAsync(Buckets.Labels, ExchangePlaces.Outputs, cancellationToken)
                .Chunk(Batch)
                .WithCancellation(cancellationToken)
        )
        {
            var outcomes = await ConcurrentChangeException.RetryAsync(() => TakeAsync(batch, cancellationToken));
            reads.Release();
            foreach (var outcome in outcomes)
            {
                counts[outcome]++;
                read();
            }
        }

        return counts;
    }

    /// <summary>Counts the objects of a loop.</summary>
    /// <returns>How many there are, and how many of them the next run will read.</returns>
    /// <exception cref="StoreUnavailableException">A store is away.</exception>
    public async Task<(int All, int Unread)> CountAsync(string loop, CancellationToken cancellationToken)
    {
        var (all, unread) = (0, 0);
        await foreach (
            var batch in store
                .ListAsync(Buckets.Labels, ExchangePlaces.OutputsOf(loop), cancellationToken)
                .Chunk(Batch)
                .WithCancellation(cancellationToken)
        )
        {
            var sifted = await SiftAsync(batch, cancellationToken);
            (all, unread) = (all + sifted.Files, unread + sifted.Fresh.Count);
        }

        return (all, unread);
    }

    private async Task<IReadOnlyList<OutputOutcome>> TakeAsync(IReadOnlyList<StoredObject> batch, CancellationToken cancellationToken)
    {
        var (_, fresh, known) = await SiftAsync(batch, cancellationToken);
        var outcomes = fresh.Count == 0 ? [] : await ReadAsync(fresh, known, cancellationToken);
        foreach (var row in known.Values.Where(row => row.IsMoveDue))
            await MoveAsync(row, cancellationToken);
        await reads.SaveChangesAsync(CancellationToken.None);
        return outcomes;
    }

    /// <summary>Tells what is still to be read from what was, and from what we wrote ourselves.</summary>
    private async Task<(int Files, List<StoredObject> Fresh, Dictionary<string, ReadOutput> Known)> SiftAsync(
        IReadOnlyList<StoredObject> batch,
        CancellationToken cancellationToken
    )
    {
        // A folder may be an object of its own.
        var files = batch.Where(found => !found.Key.EndsWith('/')).ToDictionary(found => found.Key, StringComparer.Ordinal);
        var known = (await reads.ListAsync(new ReadOutputs(files.Keys), cancellationToken)).ToDictionary(
            row => row.Key,
            StringComparer.Ordinal
        );
        var own = (await feedback.ListAsync(new FeedbackWithIds([.. files.Keys.Select(FeedbackOf).OfType<Guid>()]), cancellationToken))
            .Select(fact => fact.OutputKey)
            .ToHashSet(StringComparer.Ordinal);
        return (
            files.Count,
            files
                .Values.Where(found =>
                    !own.Contains(found.Key) && (!known.TryGetValue(found.Key, out var row) || row.Version != found.Version)
                )
                .ToList(),
            known
        );
    }

    private async Task<IReadOnlyList<OutputOutcome>> ReadAsync(
        List<StoredObject> fresh,
        Dictionary<string, ReadOutput> known,
        CancellationToken cancellationToken
    )
    {
        var contents = new byte[]?[fresh.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, fresh.Count),
            new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                try
                {
                    contents[i] =
                        fresh[i].Size > OutputFile.MostBytes
                            ? []
                            : await (await store.OpenReadAsync(new ObjectAddress(Buckets.Labels, fresh[i].Key), token)).ReadToEndAsync(
                                token
                            );
                }
                catch (NotFoundException)
                {
                    // Somebody removed it since it was listed: there is nothing to account for.
                }
            }
        );

        var files = fresh.Zip(contents, Parse).OfType<Parsed>().ToList();
        await desk.PrepareAsync(
            await photos.FindAsync(
                files.SelectMany(file => file.Annotations).SelectMany(annotation => annotation.Photo),
                cancellationToken
            ),
            cancellationToken
        );
        var outcomes = new List<OutputOutcome>();
        foreach (var file in files)
        {
            var row = known.GetValueOrDefault(file.Found.Key);
            var (outcome, reason, erased) = file.Fault is null
                ? await desk.KeepAsync(LoopOf(file.Found.Key), file.Found.Key, file.Annotations, row?.UpdatedAt, cancellationToken)
                : new AnnotationDesk.Result(OutputOutcome.Invalid, file.Fault);
            var newest = file.Annotations.MaxBy(annotation => annotation.UpdatedAt);
            var isAnnotation = newest?.AnnotationId is not null;
            // Of an annotation a copy goes to quarantine, and goes from there when it was put right.
            var isMoveDue = !isAnnotation || outcome == OutputOutcome.Invalid || row?.Outcome == OutputOutcome.Invalid;
            if (row is null)
                reads.Add(
                    known[file.Found.Key] = row =
                        ReadOutput.Record(
                            file.Found.Key,
                            file.Found.Version,
                            newest?.AnnotationId,
                            newest?.UpdatedAt,
                            outcome,
                            reason,
                            isMoveDue,
                            time.GetUtcNow()
                        )
                );
            else
                row.ReadAgain(file.Found.Version, newest?.AnnotationId, newest?.UpdatedAt, outcome, reason, isMoveDue, time.GetUtcNow());
            if (outcome == OutputOutcome.Invalid)
                logger.LogWarning("{Key} cannot be used: {Reason}", file.Found.Key, reason);
            if (erased && !isAnnotation)
                await store.DeleteAsync(new ObjectAddress(Buckets.Labels, file.Found.Key), cancellationToken);
            outcomes.Add(outcome);
        }

        await reads.SaveChangesAsync(CancellationToken.None);
        return outcomes;
    }

    private async Task MoveAsync(ReadOutput row, CancellationToken cancellationToken)
    {
        var from = new ObjectAddress(Buckets.Labels, row.Key);
        var rest = row.Key[ExchangePlaces.Outputs.Length..];
        try
        {
            if (row.Outcome == OutputOutcome.Invalid)
                await quarantine.TakeAsync(from, rest, row.Reason!, keep: row.AnnotationId is not null, cancellationToken);
            else if (row.AnnotationId is not null)
                await quarantine.ReleaseAsync(rest, cancellationToken);
            else
                await store.MoveAsync(from, new ObjectAddress(Buckets.Labels, $"processed/{rest}"), cancellationToken);
        }
        catch (NotFoundException)
        {
            // It was moved already, by another node or by a run that was interrupted.
        }

        row.MarkMoved();
    }

    private static string LoopOf(string key) => key.Split('/')[1];

    /// <param name="Found">The object.</param>
    /// <param name="Annotations">What it says; empty when it says nothing that can be used.</param>
    /// <param name="Fault">Why it cannot be used; null when it can.</param>
    private sealed record Parsed(StoredObject Found, IReadOnlyList<Annotation> Annotations, string? Fault);

    private static Parsed? Parse(StoredObject found, byte[]? content)
    {
        if (content is null)
            return null;
        try
        {
            return found.Size > OutputFile.MostBytes
                ? new Parsed(found, [], $"It has {found.Size} bytes: no label is that long.")
                : new Parsed(found, OutputFile.Read(content), Fault: null);
        }
        catch (FormatException e)
        {
            return new Parsed(found, [], e.Message);
        }
    }

    private static Guid? FeedbackOf(string key) =>
        key.StartsWith(FeedbackPrefix, StringComparison.Ordinal)
        && key.EndsWith(".json", StringComparison.Ordinal)
        && Guid.TryParseExact(key.AsSpan(FeedbackPrefix.Length, key.Length - FeedbackPrefix.Length - ".json".Length), "D", out var id)
            ? id
            : null;

    private const string FeedbackPrefix = "output/userfeedback2/feedback_";
}
