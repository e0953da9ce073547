namespace GourmetGram.Application.Common;

/// <summary>Temporary storage for data that is too large for memory. The data is deleted when its work is done.</summary>
public interface IScratch
{
    /// <summary>Creates an empty stream for writing, seeking and reading. Disposing the stream deletes its data.</summary>
    /// <exception cref="StoreUnavailableException">There is no space left, or the storage cannot be written.</exception>
    Stream Create();
}
