using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.WebUi.Feedback;

/// <summary>Names the settings of loops.</summary>
internal static class LoopWords
{
    /// <summary>Returns the label that the form shows for a setting; the setting's own name when it no longer exists.</summary>
    public static string Of(string setting, LoopResponse? loop) =>
        setting switch
        {
            "loop" => "Loop",
            "enabled" => "Loop is on",
            "bucket" => "Dataset",
            "surface" => "Labelling tool",
            "blind" => "Hide the model’s answer",
            "votes" => "Votes per photo",
            "dailyLimit" => "At most, per day",
            _ => loop?.Fields.FirstOrDefault(field => field.Name == setting)?.Label ?? setting,
        };

    /// <summary>Returns the name of a labelling tool.</summary>
    public static string Of(Surface surface) =>
        surface switch
        {
            Surface.Review => "Review page",
            Surface.LabelStudio => "Label Studio",
            _ => "Nobody",
        };
}
