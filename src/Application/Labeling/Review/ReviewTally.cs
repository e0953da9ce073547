namespace GourmetGram.Application.Labeling;

/// <summary>What a person has done in a loop since a moment.</summary>
/// <param name="Classes">Photos that the person gave a class.</param>
/// <param name="None">Photos for which the person answered "none of these classes".</param>
/// <param name="Unusable">Photos that the person called unusable.</param>
/// <param name="Skipped">Photos that the person skipped.</param>
/// <param name="Agreed">Photos with a class for which the model predicted the same class.</param>
/// <param name="Notes">Notes that the person wrote.</param>
/// <param name="Undone">Labels and skips that the person withdrew.</param>
public sealed record ReviewTally(int Classes, int None, int Unusable, int Skipped, int Agreed, int Notes, int Undone)
{
    /// <summary>Photos that the person answered.</summary>
    public int Labelled => Classes + None + Unusable;
}
