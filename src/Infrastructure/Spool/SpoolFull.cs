using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Spool;

internal static class SpoolFull
{
    public static StoreUnavailableException Exception(LimitsOptions limits) =>
        new(
            $"The object store is away, and the {limits.SpoolMebibytes} MiB for photos that wait for it are used up. This one was not "
                + "stored. Send it again later; the operator has to mend the store."
        );
}
