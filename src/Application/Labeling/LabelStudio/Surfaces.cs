using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Labeling;

/// <summary>The review page is always there; Label Studio may not be.</summary>
internal sealed class Surfaces(IAnnotationPlatform platform) : ISurfaces
{
    public string? FindHindrance(Surface surface) => surface == Surface.LabelStudio ? platform.FindHindrance() : null;
}
