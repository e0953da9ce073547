namespace GourmetGram.Application.Labeling;

/// <summary>The photos of a loop that still need a label on the review page, as one person sees them. Each photo is counted once.</summary>
/// <param name="Open">Photos that the person can label now.</param>
/// <param name="WithOthers">Photos that somebody else is reviewing now.</param>
/// <param name="NeedsOthers">Photos that the person has labelled and that need another opinion.</param>
/// <param name="OldestOpen">When the oldest open photo was selected, UTC; null when none is open.</param>
public sealed record ReviewBacklog(int Open, int WithOthers, int NeedsOthers, DateTimeOffset? OldestOpen)
{
    public static readonly ReviewBacklog Empty = new(0, 0, 0, OldestOpen: null);
}
