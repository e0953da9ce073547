using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Describes dataset versions in words.</summary>
public static class DatasetWords
{
    /// <summary>Returns why photos were left out, as a noun phrase.</summary>
    public static string Of(DatasetExclusion reason) =>
        reason switch
        {
            DatasetExclusion.MeasuringWindow => "Reserved for measuring",
            DatasetExclusion.OpenWindow => "Sampling window not closed yet",
            DatasetExclusion.Excluded => "Excluded by an administrator",
            DatasetExclusion.Deleted => "Deleted",
            DatasetExclusion.Disputed => "People disagree",
            DatasetExclusion.NoneOfThese => "None of these classes",
            DatasetExclusion.Unusable => "Can’t tell",
            DatasetExclusion.OtherClasses => "Labelled with other classes",
            DatasetExclusion.Copy => "Copies of another photo",
            _ => "Label may be wrong",
        };

    /// <summary>Returns the message for a version without photos.</summary>
    internal static string WhyEmpty(IReadOnlyDictionary<DatasetExclusion, int> leftOut) =>
        leftOut.Count == 0
            ? "There are no labelled photos in these loops. Label photos first."
            : "No photo is left for this version. Left out: "
                + string.Join(", ", leftOut.Select(pair => $"{pair.Value} × {Of(pair.Key).ToLowerInvariant()}"))
                + ".";
}
