using System.Security.Cryptography;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// The real S3 server that <c>test.sh</c> starts with <c>tests/run-s3.sh</c>, or any other that the environment names. Tests keep apart by
/// a bucket prefix of their own.
/// </summary>
internal static class S3Server
{
    /// <summary>Environment variable with <c>ENDPOINT ACCESS_KEY SECRET_KEY</c>.</summary>
    public const string Variable = "GOURMETGRAM_TEST_S3";

    /// <summary>A server that outlives the tests has buckets of earlier runs.</summary>
    private static readonly string Run = RandomNumberGenerator.GetHexString(8, lowercase: true);

    private static int count;

    /// <summary>Null, or why there is no server.</summary>
    public static string? Missing => Parts is null ? $"S3 is not available: {Variable} is not set; tests/run-s3.sh starts a server." : null;

    public static string Endpoint => Require()[0];

    public static string AccessKey => Require()[1];

    public static string SecretKey => Require()[2];

    private static string[]? Parts =>
        Environment.GetEnvironmentVariable(Variable)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: 3 } parts
            ? parts
            : null;

    /// <summary>Settings of a store with buckets of its own; without a server the calling test is skipped.</summary>
    public static Dictionary<string, string> NewStore() =>
        new(StringComparer.Ordinal)
        {
            ["ObjectStore__Provider"] = "S3",
            ["ObjectStore__Endpoint"] = Endpoint,
            ["ObjectStore__AccessKey"] = AccessKey,
            ["ObjectStore__SecretKey"] = SecretKey,
            ["ObjectStore__BucketPrefix"] = NewPrefix(),
        };

    public static string NewPrefix() => $"t{Run}-{Interlocked.Increment(ref count)}-";

    private static string[] Require()
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        return Parts!;
    }
}
