using GourmetGram.Application.Classification;

namespace GourmetGram.WebUi.Classification;

/// <summary>A photo that was classified but not stored.</summary>
/// <param name="FileName">The photo's file name.</param>
/// <param name="Answer">The model's answer.</param>
public sealed record UnkeptPhoto(string FileName, ClassifyUnkept.Response Answer);
