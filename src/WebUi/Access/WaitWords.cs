namespace GourmetGram.WebUi.Access;

/// <summary>Says how long to wait.</summary>
internal static class WaitWords
{
    public static string Of(TimeSpan wait) =>
        (int)Math.Ceiling(wait.TotalMinutes) is > 1 and var minutes ? $"{minutes} minutes" : "a minute";
}
