namespace GourmetGram.Domain.Classification;

/// <summary>Where the photo of a prediction is. Once erased there is no prediction left: its <see cref="Tombstone"/> remembers what is still to be removed.</summary>
public enum ImageState
{
    /// <summary>In the spool: the object store was away when it came.</summary>
    Pending = 0,

    /// <summary>In the object store.</summary>
    Stored,

    /// <summary>Nowhere: the spool or the object store lost it. The answer about it stays.</summary>
    Lost,
}

/// <summary>Whether the tags of the photo in the object store say what the rows say.</summary>
public enum TagsState
{
    /// <summary>They are still to be written.</summary>
    Dirty = 0,

    /// <summary>They were written after the last change.</summary>
    Clean,
}

/// <summary>Whether what decides on labelling has looked at something.</summary>
public enum SelectionState
{
    /// <summary>Not yet.</summary>
    Pending = 0,

    /// <summary>It has.</summary>
    Considered,
}
