namespace GourmetGram.WebUi.Classification;

/// <summary>Formats a probability in whole percent. Only exactly 0 and 1 become 0% and 100%.</summary>
internal static class Percent
{
    /// <param name="probability">0 to 1.</param>
    public static string Of(float probability) =>
        probability switch
        {
            > 0 and < 0.005f => "<1%",
            > 0.99f and < 1 => "99%",
            _ => FormattableString.Invariant($"{probability * 100:0}%"),
        };
}
