using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Reads files that other programs wrote below <c>labelstudio/output</c>. Each version of a file is read once, and again when a missing
/// photo or loop has arrived, or when a file was put back. Label Studio's files stay in place, and so do files that name an unknown photo.
/// Other files move to <c>processed</c>. Unusable files go to <c>quarantine</c>, with the reason beside them. The transaction that stores
/// the labels also records which files were read, before any file is moved.
/// </summary>
internal sealed class OutputReader(
    IUnitOfWork work,
    IObjectStore store,
    IRepository<ReadOutput> reads,
    IRepository<UserFeedback> feedback,
    PhotoFinder photos,
    AnnotationImporter importer,
    Quarantine quarantine,
    LoopCatalogue loops,
    TimeProvider time,
    ILogger<OutputReader> logger
)
{
    private const int Batch = 100;

    /// <summary>The files are small, so reading them is mostly waiting for the store.</summary>
    private const int Readers = 16;

    /// <returns>The number of files by outcome, without files that were read before.</returns>
    /// <exception cref="StoreUnavailableException">A store is down; labels that were read before stay stored.</exception>
    public async Task<IReadOnlyDictionary<OutputOutcome, int>> RunAsync(Action read, CancellationToken cancellationToken)
    {
        var counts = Enum.GetValues<OutputOutcome>().ToDictionary(outcome => outcome, _ => 0);
        // An interrupted run may have moved files without recording it. Moved files are not listed any more.
        await MoveAllAsync(cancellationToken);
        await foreach (
            var batch in store
                .ListAsync(Buckets.Labels, ExchangePlaces.Outputs, cancellationToken)
                .Chunk(Batch)
                .WithCancellation(cancellationToken)
        )
        {
            var outcomes = await work.RunStepAsync((OutputReader step) => step.TakeAsync(batch, cancellationToken));
            await MoveAllAsync(cancellationToken);
            foreach (var outcome in outcomes)
            {
                counts[outcome]++;
                read();
            }
        }

        return counts;
    }

    /// <summary>Counts the files of a loop.</summary>
    /// <returns>The number of all files, and of those that the next run will read.</returns>
    /// <exception cref="StoreUnavailableException">A store is down.</exception>
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
        return fresh.Count == 0 ? [] : await ReadAsync(fresh, known, cancellationToken);
    }

    private async Task MoveAllAsync(CancellationToken cancellationToken)
    {
        while (await work.RunStepAsync((OutputReader step) => step.MoveAsync(cancellationToken)) == Batch) { }
    }

    /// <returns>The number of files that were moved.</returns>
    private async Task<int> MoveAsync(CancellationToken cancellationToken)
    {
        var due = await reads.ListAsync(new OutputsToMove(Batch), cancellationToken);
        foreach (var row in due)
            await MoveAsync(row, cancellationToken);
        return due.Count;
    }

    /// <summary>
    /// Finds the files that have to be read, and leaves out files that were read before and files that this server wrote.
    /// </summary>
    private async Task<(int Files, List<StoredObject> Fresh, Dictionary<string, ReadOutput> Known)> SiftAsync(
        IReadOnlyList<StoredObject> batch,
        CancellationToken cancellationToken
    )
    {
        // Some stores list a folder as an object.
        var files = batch.Where(found => !found.Key.EndsWith('/')).ToDictionary(found => found.Key, StringComparer.Ordinal);
        var known = (await reads.ListAsync(new ReadOutputs(files.Keys), cancellationToken)).ToDictionary(
            row => row.Key,
            StringComparer.Ordinal
        );
        var own = (await feedback.ListAsync(new FeedbackWithIds([.. files.Keys.Select(FeedbackOf).OfType<Guid>()]), cancellationToken))
            .Select(fact => fact.OutputKey)
            .ToHashSet(StringComparer.Ordinal);
        var complete = await FindCompleteAsync([.. known.Values.Where(row => row.Awaits is not null)], cancellationToken);
        var fresh = files.Values.Where(found =>
            !own.Contains(found.Key)
            && (!known.TryGetValue(found.Key, out var row) || row.Version != found.Version || complete.Contains(row.Key) || IsPutBack(row))
        );
        return (files.Count, [.. fresh], known);
    }

    /// <summary>Returns whether a file was moved away and then put back by hand.</summary>
    private static bool IsPutBack(ReadOutput row) => row is { AnnotationId: null, IsMoveDue: false, Awaits: null };

    /// <returns>Keys of the files for which nothing is missing any more.</returns>
    private async Task<IReadOnlySet<string>> FindCompleteAsync(IReadOnlyList<ReadOutput> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return new HashSet<string>(StringComparer.Ordinal);
        var names = (await loops.AllAsync(cancellationToken)).Select(loop => loop.Name).ToHashSet(StringComparer.Ordinal);
        var found = await photos.FindAsync(rows.SelectMany(PhotosOf), cancellationToken);
        return rows.Where(row =>
                row.Awaits!.Length == 0
                    ? names.Contains(LoopOf(row.Key))
                    : PhotosOf(row).Any(name => found.GetValueOrDefault(name) is not null)
            )
            .Select(row => row.Key)
            .ToHashSet(StringComparer.Ordinal);
    }

    private static IEnumerable<string> PhotosOf(ReadOutput row) => row.Awaits!.Split('\n', StringSplitOptions.RemoveEmptyEntries);

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
                    // The file was removed after it was listed, so there is nothing to read.
                }
            }
        );

        var files = fresh.Zip(contents, Parse).OfType<Parsed>().ToList();
        var annotations = files.SelectMany(file => file.Annotations).ToList();
        await importer.PrepareAsync(
            await photos.FindAsync(annotations.SelectMany(annotation => annotation.Photo), cancellationToken),
            annotations,
            cancellationToken
        );
        var outcomes = new List<OutputOutcome>();
        foreach (var file in files)
        {
            var row = known.GetValueOrDefault(file.Found.Key);
            // A file that is read again because its photo arrived was not changed since the first reading.
            var changedAt = row?.Awaits is null ? row?.UpdatedAt : null;
            var (outcome, reason, erased, awaits) = file.Fault is null
                ? await importer.KeepAsync(LoopOf(file.Found.Key), file.Found.Key, file.Annotations, changedAt, cancellationToken)
                : new AnnotationImporter.Result(OutputOutcome.Invalid, file.Fault);
            var newest = file.Annotations.MaxBy(annotation => annotation.UpdatedAt);
            var isAnnotation = newest?.AnnotationId is not null;
            // An annotation stays in place, and quarantine gets a copy. The copy is removed after the annotation was fixed.
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
                            awaits,
                            isMoveDue,
                            time.GetUtcNow()
                        )
                );
            else
                row.ReadAgain(
                    file.Found.Version,
                    newest?.AnnotationId,
                    newest?.UpdatedAt,
                    outcome,
                    reason,
                    awaits,
                    isMoveDue,
                    time.GetUtcNow()
                );
            if (outcome == OutputOutcome.Invalid)
                work.AfterCommit(() => logger.LogWarning("{Key} cannot be used: {Reason}", file.Found.Key, reason));
            // The file describes a deleted photo, so it has to go even if this step is not committed.
            if (erased && !isAnnotation)
                await store.DeleteAsync(new ObjectAddress(Buckets.Labels, file.Found.Key), cancellationToken);
            outcomes.Add(outcome);
        }

        return outcomes;
    }

    private async Task MoveAsync(ReadOutput row, CancellationToken cancellationToken)
    {
        var from = new ObjectAddress(Buckets.Labels, row.Key);
        var rest = row.Key[ExchangePlaces.Outputs.Length..];
        try
        {
            if (row.Outcome == OutputOutcome.Invalid)
                await quarantine.TakeAsync(
                    from,
                    rest,
                    row.Reason!,
                    keep: row.AnnotationId is not null || row.Awaits is not null,
                    cancellationToken
                );
            else
                await quarantine.ReleaseAsync(rest, cancellationToken);
            if (row.Outcome != OutputOutcome.Invalid && row.AnnotationId is null)
                await store.MoveAsync(from, new ObjectAddress(Buckets.Labels, $"processed/{rest}"), cancellationToken);
        }
        catch (NotFoundException)
        {
            // Another node or an interrupted run has already moved the file.
        }

        row.MarkMoved();
    }

    private static string LoopOf(string key) => key.Split('/')[1];

    /// <param name="Found">The file in the object store.</param>
    /// <param name="Annotations">The annotations of the file; empty when it has none that can be used.</param>
    /// <param name="Fault">Why the file cannot be used; null when it can.</param>
    private sealed record Parsed(StoredObject Found, IReadOnlyList<Annotation> Annotations, string? Fault);

    private static Parsed? Parse(StoredObject found, byte[]? content)
    {
        if (content is null)
            return null;
        try
        {
            return found.Size > OutputFile.MostBytes
                ? new Parsed(found, [], $"The file has {found.Size} bytes, which is too large for a label.")
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
