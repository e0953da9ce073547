using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>Which surfaces can hand out tasks here. Feedback defines the question and Labeling answers it, so that the arrow between the modules keeps its direction.</summary>
public interface ISurfaces
{
    /// <returns>Null when the surface can be used; else why not and what to do, in a sentence.</returns>
    string? FindHindrance(Surface surface);
}
