using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace GourmetGram.Domain.Retraining;

/// <summary>
/// Splits a dataset by group. The split depends only on the seed, the shares and the group, so a group that does not change has the same
/// split in every version and on every server.
/// </summary>
public static class DatasetSplits
{
    /// <summary>Returns the split of a group.</summary>
    /// <param name="options">The shares and the seed.</param>
    /// <param name="group">The group, see <see cref="DatasetRow.Group"/>.</param>
    public static DatasetSplit Of(DatasetOptions options, string group)
    {
        ArgumentNullException.ThrowIfNull(options);
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Seed), Encoding.UTF8.GetBytes(group));
        // 53 bits are exact in a double: 0 to below 1.
        var place = (BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) / (double)(1L << 53);
        return place < options.TrainShare ? DatasetSplit.Train
            : place < options.TrainShare + options.TuneShare ? DatasetSplit.Tune
            : DatasetSplit.Test;
    }
}
