using GourmetGram.Application.Classification;

namespace GourmetGram.WebUi.Classification;

/// <summary>A photo that was classified and not kept.</summary>
/// <param name="FileName">Name it was sent under.</param>
/// <param name="Answer">What the model said.</param>
public sealed record UnkeptPhoto(string FileName, ClassifyUnkept.Response Answer);
