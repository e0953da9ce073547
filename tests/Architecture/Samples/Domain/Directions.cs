namespace GourmetGram.Tests.Architecture.Samples.Domain
{
    public sealed class AtTheRoot;
}

namespace GourmetGram.Tests.Architecture.Samples.Domain.Classifications
{
    public sealed class InAFolderOfAlmostThatName;
}

namespace GourmetGram.Tests.Architecture.Samples.Domain.Feedback
{
    public sealed class Later
    {
        public static int Count(IEnumerable<Later> all) => all.Count();
    }

    public sealed class KnowsEarlier
    {
        public static string Name => nameof(Classification.KnowsLaterInBody) + new Classification.KnowsLaterInBody();
    }
}

namespace GourmetGram.Tests.Architecture.Samples.Domain.Classification
{
    using GourmetGram.Tests.Architecture.Samples.Domain.Feedback;

    public sealed class KnowsLaterInSignature
    {
        public static string? Describe(Later? later) => later?.ToString();
    }

    public sealed class KnowsLaterInBody
    {
        public override string ToString() => new Later().ToString()!;
    }

    public sealed class KnowsLaterInGenericArgument
    {
        public static int Count => Enumerable.Empty<Later>().Count();
    }

    public sealed class KnowsLaterInAsyncLambda
    {
        public static Func<Task<string>> Lazy =>
            async () =>
            {
                await Task.Yield();
                return new Later().ToString()!;
            };
    }
}
