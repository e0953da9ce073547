using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace GourmetGram.Domain.Retraining;

/// <summary>
/// The id of a dataset version, which anybody can compute from its manifest (docs/datasets.md). It is the SHA-256 of the classes and the
/// sorted hashes of the rows. A deleted photo leaves the hash of its row, so the id can still be verified.
/// </summary>
public static class DatasetContent
{
    /// <summary>Source of photos that only the model has labelled.</summary>
    public const string ModelSource = "production-noisy";

    private const string Format = "gourmetgram-dataset/1";

    /// <summary>
    /// Returns the SHA-256 of a row: the members in the order of <see cref="DatasetRow"/>, separated by tabs; votes as
    /// <c>class:people</c>, separated by commas.
    /// </summary>
    public static string HashOf(DatasetRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Sha256(
            string.Join(
                '\t',
                row.StoredSha256,
                row.UploadSha256,
                row.ClassIndex.ToString(CultureInfo.InvariantCulture),
                string.Join(',', row.Votes.Select(vote => string.Create(CultureInfo.InvariantCulture, $"{vote.Key}:{vote.Value}"))),
                row.Group,
                NameOf(row.Split),
                row.Source,
                row.Weight.ToString("R", CultureInfo.InvariantCulture)
            )
        );
    }

    /// <summary>
    /// Returns the id of a version: the SHA-256 of lines that are separated by line feeds. The first line has the format and the classes,
    /// separated by tabs; then follow the hashes of the rows, sorted.
    /// </summary>
    /// <param name="classes">The classes, in model order.</param>
    /// <param name="rowHashes">The hashes of the rows, in any order.</param>
    public static string IdOf(ImmutableArray<string> classes, IEnumerable<string> rowHashes) =>
        Sha256(string.Join('\n', rowHashes.Order(StringComparer.Ordinal).Prepend(string.Join('\t', classes.Prepend(Format)))));

    /// <summary>Returns the name of a split in manifests: <c>train</c>, <c>tune</c> or <c>test</c>.</summary>
    public static string NameOf(DatasetSplit split) =>
        split switch
        {
            DatasetSplit.Train => "train",
            DatasetSplit.Tune => "tune",
            _ => "test",
        };

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
