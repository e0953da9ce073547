namespace GourmetGram.Application.Classification;

/// <summary>Allows this process to write to the object store only after the store is confirmed to belong to the database.</summary>
public sealed class StoreGuard
{
    private volatile bool isConfirmed;

    /// <summary>Whether the store is confirmed to belong to the database.</summary>
    public bool IsConfirmed => isConfirmed;

    /// <summary>Confirms that the store belongs to the database, which allows writes from now on.</summary>
    public void Confirm() => isConfirmed = true;
}
