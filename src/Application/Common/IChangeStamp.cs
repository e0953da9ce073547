namespace GourmetGram.Application.Common;

/// <summary>
/// A value that every change of windows, draws, selections and answers replaces, on whichever node. A result that was computed for a value
/// is right as long as it stays.
/// </summary>
public interface IChangeStamp
{
    /// <summary>Returns the value.</summary>
    Task<Guid> ReadAsync(CancellationToken cancellationToken);
}
