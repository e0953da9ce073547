namespace GourmetGram.Application.Monitoring;

/// <summary>The loop whose labels measure accuracy.</summary>
public static class RandomSampleLoop
{
    public static string Name { get; } = new Domain.Feedback.Strategies.RandomSample().Name;
}
