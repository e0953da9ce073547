using GourmetGram.Tests.Integration.Fixtures;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(SlowestFirst))]

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// Starts the classes that take minutes before all others. If one of them came last, the processors would wait for it alone. The slowest
/// classes are in the last lines of <c>test.sh</c>.
/// </summary>
public sealed class SlowestFirst : ITestCollectionOrderer
{
    private static readonly string[] Slowest = ["JobSteps", "LabelKillTests", "StoreAwayTests", "ReviewPageTests", "PhotosPageTests"];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        ArgumentNullException.ThrowIfNull(testCollections);
        return [.. testCollections.OrderBy(collection => Rank(collection.TestCollectionDisplayName))];
    }

    private static int Rank(string name)
    {
        var at = Array.FindIndex(Slowest, slow => name.Contains(slow, StringComparison.Ordinal));
        return at < 0 ? Slowest.Length : at;
    }
}
