namespace GourmetGram.Application.Labeling;

/// <summary>What waits between Label Studio and us.</summary>
/// <param name="Open">Tasks that it should be asking now.</param>
/// <param name="ToPublish">Tasks whose objects are still to be written.</param>
/// <param name="ToRecall">Tasks that are still to be taken out.</param>
/// <param name="Tied">Tasks on which enough people have decided without a majority: one more has to be asked, which Label Studio does not do by itself.</param>
public sealed record PublicationCounts(int Open, int ToPublish, int ToRecall, int Tied);

/// <summary>Counts in the database; no rows are loaded.</summary>
public interface ILabelStudioWatch
{
    /// <summary>By name of the loop; one that is not there has nothing.</summary>
    Task<IReadOnlyDictionary<string, PublicationCounts>> CountAsync(CancellationToken cancellationToken);
}
