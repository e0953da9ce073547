namespace GourmetGram.Application.Common;

/// <summary>Room for what is too large for the memory and is gone when its work is done.</summary>
public interface IScratch
{
    /// <summary>An empty stream that can be written, sought and read; it is gone once disposed.</summary>
    /// <exception cref="StoreUnavailableException">There is no room, or it cannot be written.</exception>
    Stream Create();
}
