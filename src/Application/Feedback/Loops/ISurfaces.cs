using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Knows which labelling tools can hand out tasks in this installation. Feedback declares the port and Labeling implements it, so that
/// Feedback does not depend on Labeling.
/// </summary>
public interface ISurfaces
{
    /// <returns>Null if the labelling tool can be used; otherwise a sentence that says why not and what to do.</returns>
    string? FindHindrance(Surface surface);
}
