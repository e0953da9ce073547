using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Spool;

internal static class SpoolFull
{
    public static StoreUnavailableException Exception(LimitsOptions limits) =>
        new(
            $"The object store is unavailable, and the spool of {limits.SpoolMebibytes} MiB is full. The photo was not stored. "
                + "Send it again later. The operator has to repair the object store."
        );
}
