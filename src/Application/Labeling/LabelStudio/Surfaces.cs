using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Labeling;

/// <summary>Finds out why a labelling tool cannot be used. The review page is always available; Label Studio may not be.</summary>
internal sealed class Surfaces(IAnnotationPlatform platform) : ISurfaces
{
    public string? FindHindrance(Surface surface) => surface == Surface.LabelStudio ? platform.FindHindrance() : null;
}
