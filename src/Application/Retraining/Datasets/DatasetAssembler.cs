using System.Collections.Immutable;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A photo of a dataset version that is not stored yet.</summary>
/// <param name="Row">What decides the version's id.</param>
/// <param name="PredictionId">The photo's prediction.</param>
/// <param name="LabelIds">The labels that decided the class, sorted.</param>
internal sealed record DraftItem(DatasetRow Row, Guid PredictionId, ImmutableArray<Guid> LabelIds);

/// <summary>A dataset version that is not stored yet.</summary>
/// <param name="Items">The photos, sorted by their stored hash.</param>
/// <param name="Counts">What the version contains.</param>
internal sealed record DatasetDraft(IReadOnlyList<DraftItem> Items, DatasetCounts Counts);

/// <summary>
/// Assembles a dataset version from the tasks that people decided. Each photo has one row, also if several loops or copies have a label:
/// answers that differ leave the photo out. Changes nothing.
/// </summary>
internal sealed class DatasetAssembler(
    IDatasetSource source,
    ISampleReader models,
    SuspectFinder suspects,
    IRepository<HumanLabel> labels,
    IRepository<PhotoExclusion> exclusions,
    TimeProvider time
)
{
    private const int Batch = 500;

    /// <param name="options">The recipe.</param>
    /// <param name="classes">The classes, in model order.</param>
    /// <param name="progress">Receives the number of photos that were examined; null when it is not needed.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<DatasetDraft> AssembleAsync(
        DatasetOptions options,
        ImmutableArray<string> classes,
        IProgress<JobProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var versions = await models.ListModelVersionsAsync(cancellationToken);
        var equal = versions
            .Where(model => model.Labels.SequenceEqual(classes, StringComparer.Ordinal))
            .Select(model => model.Id)
            .ToHashSet();
        var doubted = options.IncludeSuspects
            ? []
            : (await suspects.FindAsync(DateTimeOffset.UnixEpoch, time.GetUtcNow().AddDays(1), versions, null, cancellationToken))
                .Unsettled.Select(pair => pair.Row.TaskId)
                .ToHashSet();
        var leftOut = new SortedDictionary<DatasetExclusion, int>();
        var chosen = new List<Chosen>();
        var evidence = await ReadEvidenceAsync(options, progress, cancellationToken);
        foreach (var batch in evidence.Chunk(Batch))
        {
            var barriers = await Barriers.ReadAsync(
                source,
                exclusions,
                batch.SelectMany(photo => photo.Select(one => one.Task.UploadSha256)),
                cancellationToken
            );
            foreach (var photo in batch)
            {
                if (ReasonAgainst(photo, barriers, equal, classes.Length, doubted) is { } reason)
                    Count(reason, 1);
                else
                {
                    chosen.Add(Choose(photo));
                    Count(DatasetExclusion.Copy, photo.Select(one => one.Task.UploadSha256).Distinct(StringComparer.Ordinal).Count() - 1);
                }
            }
        }

        if (options.ModelLabels is { } noisy)
            chosen.AddRange(await ReadConfidentAsync(noisy, equal, evidence, cancellationToken));
        Count(DatasetExclusion.Deleted, await source.CountDeletedAsync(cancellationToken));
        return await CompleteAsync(options, classes, chosen, leftOut, cancellationToken);

        void Count(DatasetExclusion reason, int photos)
        {
            if (photos > 0)
                leftOut[reason] = leftOut.GetValueOrDefault(reason) + photos;
        }
    }

    /// <summary>Returns the label of each photo. Copies with the same stored bytes are one photo.</summary>
    private async Task<IReadOnlyList<IReadOnlyList<Evidence>>> ReadEvidenceAsync(
        DatasetOptions options,
        IProgress<JobProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var all = new List<Evidence>();
        Guid? after = null;
        while (await source.ReadTasksAsync([.. options.Loops], after, Batch, cancellationToken) is { Count: > 0 } page)
        {
            after = page[^1].TaskId;
            var given = (await labels.ListAsync(new LabelsOfTasks([.. page.Select(task => task.TaskId)]), cancellationToken)).ToLookup(
                label => label.TaskId
            );
            all.AddRange(
                page.Select(task => new Evidence(
                    task,
                    [.. given[task.TaskId].Where(label => label is { EndedAt: null, AnswerKind: not null }).Select(label => label.Id)],
                    task.Votes > 1 ? Truth.CountClasses(given[task.TaskId], task.IsBlind) : ImmutableSortedDictionary<int, int>.Empty
                ))
            );
            progress?.Report(new JobProgress(all.Count, Total: null));
        }

        after = null;
        while (await source.ReadImportedAsync([.. options.Loops], after, Batch, cancellationToken) is { Count: > 0 } page)
        {
            after = page[^1].TaskId;
            all.AddRange(page.Select(label => new Evidence(label, [], ImmutableSortedDictionary<int, int>.Empty)));
            progress?.Report(new JobProgress(all.Count, Total: null));
        }

        // Tasks of one upload can show different copies, so the upload decides first.
        return
        [
            .. all.GroupBy(one => one.Task.UploadSha256, StringComparer.Ordinal)
                .Select(copies => (Copies: copies, Stored: copies.MinBy(one => one.Task.PredictionId)!.Task.StoredSha256))
                .GroupBy(upload => upload.Stored, StringComparer.Ordinal)
                .Select(photo => (IReadOnlyList<Evidence>)[.. photo.SelectMany(upload => upload.Copies)]),
        ];
    }

    /// <summary>Returns the first reason that leaves a photo out; null for none.</summary>
    private static DatasetExclusion? ReasonAgainst(
        IReadOnlyList<Evidence> photo,
        Barriers barriers,
        HashSet<Guid> equalModels,
        int classes,
        HashSet<Guid> doubted
    )
    {
        if (barriers.ReasonAgainst([.. photo.Select(one => one.Task.UploadSha256)]) is { } barrier)
            return barrier;
        var first = photo[0].Task;
        if (photo.Any(one => one.Task.Answer is null))
            return DatasetExclusion.Disputed;
        if (photo.Any(one => !equalModels.Contains(one.Task.ModelVersionId) || one.Task.ClassIndex >= classes))
            return DatasetExclusion.OtherClasses;
        if (photo.Any(one => one.Task.Answer != first.Answer || one.Task.ClassIndex != first.ClassIndex))
            return DatasetExclusion.Disputed;
        return first.Answer switch
        {
            AnswerKind.None => DatasetExclusion.NoneOfThese,
            AnswerKind.Unusable => DatasetExclusion.Unusable,
            _ => photo.Any(one => doubted.Contains(one.Task.TaskId)) ? DatasetExclusion.Suspect : null,
        };
    }

    private static Chosen Choose(IReadOnlyList<Evidence> photo)
    {
        var shown = photo.MinBy(one => one.Task.PredictionId)!.Task;
        var votes = photo
            .SelectMany(one => one.Votes)
            .GroupBy(vote => vote.Key)
            .ToImmutableSortedDictionary(group => group.Key, group => group.Sum(vote => vote.Value));
        return new Chosen(
            // Ids differ between servers with the same photos, so the id of the version must not depend on which copy is shown.
            shown with
            {
                UploadSha256 = photo.Select(one => one.Task.UploadSha256).Min(StringComparer.Ordinal)!,
            },
            shown.ClassIndex!.Value,
            votes.Count > 1 ? votes : ImmutableSortedDictionary<int, int>.Empty,
            [.. photo.SelectMany(one => one.LabelIds).Order()],
            string.Join('+', photo.Select(one => one.Task.Loop).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
            Weight: 1
        );
    }

    private async Task<IReadOnlyList<Chosen>> ReadConfidentAsync(
        ModelLabelOptions options,
        HashSet<Guid> equalModels,
        IReadOnlyList<IReadOnlyList<Evidence>> evidence,
        CancellationToken cancellationToken
    )
    {
        var known = evidence.Select(photo => photo[0].Task.StoredSha256).ToHashSet(StringComparer.Ordinal);
        var found = new List<Chosen>();
        Guid? before = null;
        while (
            found.Count < options.Limit
            && await source.ReadConfidentAsync(options.Confidence, equalModels, before, Batch, cancellationToken) is { Count: > 0 } page
        )
        {
            before = page[^1].PredictionId;
            var barriers = await Barriers.ReadAsync(source, exclusions, page.Select(photo => photo.UploadSha256), cancellationToken);
            found.AddRange(
                page.Where(photo => barriers.ReasonAgainst([photo.UploadSha256]) is null && known.Add(photo.StoredSha256))
                    .Take(options.Limit - found.Count)
                    .Select(photo => new Chosen(
                        photo,
                        photo.ClassIndex,
                        ImmutableSortedDictionary<int, int>.Empty,
                        [],
                        DatasetContent.ModelSource,
                        options.Weight
                    ))
            );
        }

        return found;
    }

    private async Task<DatasetDraft> CompleteAsync(
        DatasetOptions options,
        ImmutableArray<string> classes,
        List<Chosen> chosen,
        SortedDictionary<DatasetExclusion, int> leftOut,
        CancellationToken cancellationToken
    )
    {
        chosen.Sort((left, right) => string.CompareOrdinal(left.Photo.StoredSha256, right.Photo.StoredSha256));
        var embeddings = new Dictionary<Guid, PhotoEmbedding>();
        foreach (var batch in chosen.Chunk(Batch))
        {
            foreach (var embedding in await source.ReadEmbeddingsAsync([.. batch.Select(one => one.Photo.PredictionId)], cancellationToken))
                embeddings[embedding.PredictionId] = embedding;
        }

        var groups = PhotoGroups.Find(
            [.. chosen.Select(one => RelatedOf(one.Photo, embeddings.GetValueOrDefault(one.Photo.PredictionId)))],
            cancellationToken
        );
        var items = chosen
            .Zip(groups, (one, group) => new DraftItem(
                    new DatasetRow
                    {
                        StoredSha256 = one.Photo.StoredSha256,
                        UploadSha256 = one.Photo.UploadSha256,
                        ClassIndex = one.ClassIndex,
                        Votes = one.Votes,
                        Group = group,
                        Split = DatasetSplits.Of(options, group),
                        Source = one.Source,
                        Weight = one.Weight,
                    },
                    one.Photo.PredictionId,
                    one.LabelIds
                ))
            .ToList();
        return new DatasetDraft(
            items,
            new DatasetCounts
            {
                Classes = [.. classes.Select((_, index) => items.Count(item => item.Row.ClassIndex == index))],
                Splits = [.. Enum.GetValues<DatasetSplit>().Select(split => items.Count(item => item.Row.Split == split))],
                Sources = items
                    .SelectMany(item => item.Row.Source.Split('+'))
                    .CountBy(name => name, StringComparer.Ordinal)
                    .ToImmutableSortedDictionary(StringComparer.Ordinal),
                LeftOut = leftOut.ToImmutableSortedDictionary(),
                Groups = groups.Distinct(StringComparer.Ordinal).Count(),
                WithoutEmbedding = chosen.Count - embeddings.Count,
            }
        );
    }

    private static RelatedPhoto RelatedOf(CandidatePhoto photo, PhotoEmbedding? embedding) =>
        new(
            photo.StoredSha256,
            photo.UploadSha256,
            // An API key uploads for many people, so its photos of an hour need not be related.
            photo.Maker.Kind
                is ActorKind.Visitor
                    or ActorKind.Account
                ? photo.Maker.ToString()
                : null,
            photo.At,
            embedding?.Backbone,
            embedding?.Values ?? ReadOnlyMemory<byte>.Empty
        );

    /// <summary>The labels of a photo in one loop.</summary>
    private sealed record Evidence(DecidedTask Task, ImmutableArray<Guid> LabelIds, ImmutableSortedDictionary<int, int> Votes);

    /// <summary>A photo that the version takes.</summary>
    private sealed record Chosen(
        CandidatePhoto Photo,
        int ClassIndex,
        ImmutableSortedDictionary<int, int> Votes,
        ImmutableArray<Guid> LabelIds,
        string Source,
        double Weight
    );

    /// <summary>The reasons against photos that do not depend on their labels.</summary>
    private sealed record Barriers(IReadOnlyDictionary<string, CopiesInWindows> Windows, HashSet<string> Excluded)
    {
        public static async Task<Barriers> ReadAsync(
            IDatasetSource source,
            IRepository<PhotoExclusion> exclusions,
            IEnumerable<string> uploadSha256,
            CancellationToken cancellationToken
        )
        {
            var hashes = uploadSha256.ToHashSet(StringComparer.Ordinal);
            return new Barriers(
                await source.FindWindowsAsync(hashes, cancellationToken),
                (await exclusions.ListAsync(new ExclusionsOf(hashes), cancellationToken))
                    .Select(exclusion => exclusion.UploadSha256)
                    .ToHashSet(StringComparer.Ordinal)
            );
        }

        public DatasetExclusion? ReasonAgainst(IReadOnlyCollection<string> copies)
        {
            var windows = copies.Select(copy => Windows.GetValueOrDefault(copy)).ToList();
            return windows.Exists(one => one is { IsMeasuring: true }) ? DatasetExclusion.MeasuringWindow
                : windows.Exists(one => one is { IsOpen: true }) ? DatasetExclusion.OpenWindow
                : windows.Contains(null) ? DatasetExclusion.Deleted
                : copies.Any(Excluded.Contains) ? DatasetExclusion.Excluded
                : null;
        }
    }
}
