using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.WebUi.Feedback;

/// <summary>What the settings of loops are called.</summary>
internal static class LoopWords
{
    /// <summary>The form's name of a setting; the name itself for one that is no more.</summary>
    public static string Of(string setting, LoopResponse? loop) =>
        setting switch
        {
            "loop" => "Loop",
            "enabled" => "Loop is on",
            "bucket" => "Dataset",
            "surface" => "Handed out by",
            "blind" => "Hide the model’s answer",
            "votes" => "Votes per photo",
            "dailyLimit" => "At most, per day",
            _ => loop?.Fields.FirstOrDefault(field => field.Name == setting)?.Label ?? setting,
        };

    /// <summary>A surface in words.</summary>
    public static string Of(Surface surface) =>
        surface switch
        {
            Surface.Review => "Review page",
            Surface.LabelStudio => "Label Studio",
            _ => "Nobody",
        };
}
