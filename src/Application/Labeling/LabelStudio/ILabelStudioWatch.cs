namespace GourmetGram.Application.Labeling;

/// <summary>Number of tasks in each state between Label Studio and this server.</summary>
/// <param name="Open">Tasks that Label Studio should be asking about now.</param>
/// <param name="ToPublish">Tasks whose objects still have to be written.</param>
/// <param name="ToRecall">Tasks that still have to be removed from Label Studio.</param>
/// <param name="Tied">Tasks on which people disagree. Label Studio does not automatically ask another person.</param>
public sealed record PublicationCounts(int Open, int ToPublish, int ToRecall, int Tied);

/// <summary>Counts tasks in the database, without loading rows.</summary>
public interface ILabelStudioWatch
{
    /// <summary>Returns the counts by name of the loop. A loop without tasks is missing.</summary>
    Task<IReadOnlyDictionary<string, PublicationCounts>> CountAsync(CancellationToken cancellationToken);
}
