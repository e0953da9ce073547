using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Compares two dataset versions photo by photo.</summary>
public static class DiffDatasets
{
    /// <summary>Most changes that are listed. The counts cover all.</summary>
    public const int MostChanges = 500;

    /// <param name="Name">The version, see <see cref="DatasetFinder.FindAsync"/>.</param>
    /// <param name="Other">The version that it is compared with, usually an earlier one.</param>
    public sealed record Query(string Name, string Other) : IRequest<Response>;

    public sealed record Response
    {
        /// <summary>Content id of the version.</summary>
        public required string Id { get; init; }

        /// <summary>Content id of the version that it is compared with.</summary>
        public required string Other { get; init; }

        /// <summary>Number of photos that only the version has.</summary>
        public required int Added { get; init; }

        /// <summary>Number of photos that only the other version has.</summary>
        public required int Removed { get; init; }

        /// <summary>Number of photos of the other version that were deleted since it was built.</summary>
        public required int Deleted { get; init; }

        /// <summary>Number of photos with another class.</summary>
        public required int Relabelled { get; init; }

        /// <summary>Number of photos with the same class in another split.</summary>
        public required int Moved { get; init; }

        /// <summary>Number of photos in both versions with the same class and split.</summary>
        public required int Unchanged { get; init; }

        /// <summary>Photos by class, first in the order of the version's classes.</summary>
        public required IReadOnlyList<ClassChange> Classes { get; init; }

        /// <summary>The changes in the order of the photos' hashes, at most 500.</summary>
        public required IReadOnlyList<Item> Changes { get; init; }
    }

    /// <param name="Class">Name of the class.</param>
    /// <param name="Before">Number of photos in the other version, without deleted ones.</param>
    /// <param name="Added">Number of photos that the class gained.</param>
    /// <param name="Removed">Number of photos that the class lost.</param>
    /// <param name="After">Number of photos in the version, without deleted ones.</param>
    public sealed record ClassChange(string Class, int Before, int Added, int Removed, int After);

    /// <summary>How a photo changed.</summary>
    public enum Change
    {
        /// <summary>Only the version has the photo.</summary>
        Added = 0,

        /// <summary>Only the other version has the photo.</summary>
        Removed,

        /// <summary>The photo has another class.</summary>
        Relabelled,

        /// <summary>The photo is in another split.</summary>
        Moved,
    }

    /// <param name="Change">How the photo changed.</param>
    /// <param name="PredictionId">The photo's prediction; null for an imported photo.</param>
    /// <param name="StoredSha256">SHA-256 of the stored photo.</param>
    /// <param name="From">Class in the other version; null for an added photo.</param>
    /// <param name="To">Class in the version; null for a removed photo.</param>
    /// <param name="FromSplit">Split in the other version; null for an added photo.</param>
    /// <param name="ToSplit">Split in the version; null for a removed photo.</param>
    public sealed record Item(
        Change Change,
        Guid? PredictionId,
        string StoredSha256,
        string? From,
        string? To,
        DatasetSplit? FromSplit,
        DatasetSplit? ToSplit
    );

    internal sealed class Handler(DatasetFinder finder, DatasetManifest manifest) : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">There is no such version.</exception>
        /// <exception cref="ConflictException">A version is not ready.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var (version, other) = (
                await finder.FindReadyAsync(request.Name, cancellationToken),
                await finder.FindReadyAsync(request.Other, cancellationToken)
            );
            var tally = new Tally(version, other);
            // Both are sorted by the stored hash, so one pass finds all pairs, with one page of each in memory.
            await using var after = manifest.ReadAsync(version.Id, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var before = manifest.ReadAsync(other.Id, cancellationToken).GetAsyncEnumerator(cancellationToken);
            var (hasAfter, hasBefore) = (await NextAsync(after, deleted: null), await NextAsync(before, tally));
            while (hasAfter || hasBefore)
            {
                var order =
                    !hasBefore ? -1
                    : !hasAfter ? 1
                    : string.CompareOrdinal(after.Current.StoredSha256, before.Current.StoredSha256);
                tally.Count(order > 0 ? null : after.Current, order < 0 ? null : before.Current);
                if (order <= 0)
                    hasAfter = await NextAsync(after, deleted: null);
                if (order >= 0)
                    hasBefore = await NextAsync(before, tally);
            }

            return tally.ToResponse();
        }

        /// <summary>Moves to the next photo that still exists.</summary>
        private static async Task<bool> NextAsync(IAsyncEnumerator<DatasetItem> items, Tally? deleted)
        {
            while (await items.MoveNextAsync())
            {
                if (items.Current.DeletedAt is null)
                    return true;
                deleted?.CountDeleted();
            }

            return false;
        }
    }

    /// <summary>Counts the photos of two versions.</summary>
    private sealed class Tally(DatasetVersion version, DatasetVersion other)
    {
        private readonly Dictionary<string, (int Before, int Added, int Removed, int After)> classes = version
            .Classes.Concat(other.Classes)
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(name => name, _ => (0, 0, 0, 0), StringComparer.Ordinal);
        private readonly Dictionary<Change, int> counts = [];
        private readonly List<Item> changes = [];
        private int deleted;
        private int unchanged;

        public void CountDeleted() => deleted++;

        public void Count(DatasetItem? after, DatasetItem? before)
        {
            var to = after is null ? null : version.Classes[after.ClassIndex!.Value];
            var from = before is null ? null : other.Classes[before.ClassIndex!.Value];
            if (from is not null)
            {
                var old = classes[from];
                classes[from] = old with { Before = old.Before + 1, Removed = old.Removed + (from == to ? 0 : 1) };
            }

            if (to is not null)
            {
                var old = classes[to];
                classes[to] = old with { After = old.After + 1, Added = old.Added + (from == to ? 0 : 1) };
            }

            Change? change =
                before is null ? Change.Added
                : after is null ? Change.Removed
                : from != to ? Change.Relabelled
                : after.Split != before.Split ? Change.Moved
                : null;
            if (change is not { } kind)
            {
                unchanged++;
                return;
            }

            counts[kind] = counts.GetValueOrDefault(kind) + 1;
            var shown = after ?? before!;
            if (changes.Count < MostChanges)
                changes.Add(new Item(kind, shown.PredictionId, shown.StoredSha256, from, to, before?.Split, after?.Split));
        }

        public Response ToResponse() =>
            new()
            {
                Id = version.ContentId!,
                Other = other.ContentId!,
                Added = counts.GetValueOrDefault(Change.Added),
                Removed = counts.GetValueOrDefault(Change.Removed),
                Relabelled = counts.GetValueOrDefault(Change.Relabelled),
                Moved = counts.GetValueOrDefault(Change.Moved),
                Deleted = deleted,
                Unchanged = unchanged,
                Classes =
                [
                    .. classes.Select(pair => new ClassChange(
                        pair.Key,
                        pair.Value.Before,
                        pair.Value.Added,
                        pair.Value.Removed,
                        pair.Value.After
                    )),
                ],
                Changes = changes,
            };
    }
}
