using GourmetGram.Domain.Labeling;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Chooses between all labels and those that say something about their photos. Answers to planted photos test a person, so a query that
/// forgets them is right. This is no query filter of Entity Framework, because a compiled model cannot hold one.
/// </summary>
internal static class LabelQueries
{
    /// <summary>Returns the labels that say something about their photos: all except answers to planted photos.</summary>
    public static IQueryable<HumanLabel> Labels(this GourmetGramDbContext context) => WithoutPlanted(context.Set<HumanLabel>());

    /// <summary>Returns all labels, also answers to planted photos.</summary>
    public static IQueryable<HumanLabel> LabelsWithPlanted(this GourmetGramDbContext context) => context.Set<HumanLabel>();

    /// <summary>Leaves out answers to planted photos if the rows are labels. Returns rows of other types as they are.</summary>
    public static IQueryable<T> WithoutPlanted<T>(IQueryable<T> rows) =>
        rows is IQueryable<HumanLabel> labels ? (IQueryable<T>)labels.Where(label => label.Source != LabelSource.Planted) : rows;
}
