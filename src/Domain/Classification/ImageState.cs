namespace GourmetGram.Domain.Classification;

/// <summary>
/// The location of a prediction's photo. A deleted prediction has none: its <see cref="Tombstone"/> records what is still to be deleted.
/// </summary>
public enum ImageState
{
    /// <summary>The photo is in the spool, because the object store was unavailable when the photo arrived.</summary>
    Pending = 0,

    /// <summary>The photo is in the object store.</summary>
    Stored,

    /// <summary>
    /// The last search found the photo neither in the spool nor in the object store. The prediction stays, and every run of the job
    /// searches for the photo again.
    /// </summary>
    Missing,
}

/// <summary>Whether the tags of the photo in the object store match the database.</summary>
public enum TagsState
{
    /// <summary>The tags are still to be written.</summary>
    Dirty = 0,

    /// <summary>The tags were written after the last change.</summary>
    Clean,

    /// <summary>The object store refused the tags. They are written again after the next change.</summary>
    Refused,
}

/// <summary>Whether the rules that select photos for labelling have examined a prediction.</summary>
public enum SelectionState
{
    /// <summary>The rules have not examined the prediction yet.</summary>
    Pending = 0,

    /// <summary>The rules have examined the prediction.</summary>
    Considered,
}
