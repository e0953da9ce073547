namespace GourmetGram.WebUi.Classification;

/// <summary>Writes a probability in whole percent. What is not certain is never called 0% or 100%.</summary>
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
