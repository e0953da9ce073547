namespace GourmetGram.WebUi.Classification;

/// <summary>A photo that got no prediction.</summary>
/// <param name="FileName">The photo's file name.</param>
/// <param name="Reason">What happened, one sentence.</param>
/// <param name="Advice">What to do; empty when the reason is enough.</param>
/// <param name="MayRepeat">Whether sending the same photo again may succeed.</param>
/// <param name="RetryAfter">How long to wait before sending again; null when somebody has to do something first.</param>
public sealed record FailedPhoto(string FileName, string Reason, string Advice, bool MayRepeat = false, TimeSpan? RetryAfter = null)
{
    /// <summary>Creates a temporary failure, after which the same photo may be sent again automatically.</summary>
    internal static FailedPhoto Passing(string fileName, string reason, TimeSpan retryAfter)
    {
        var later = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds)));
        var unit = later.TotalSeconds > 1 ? "seconds" : "second";
        return new FailedPhoto(fileName, reason, $"Try again in {later.TotalSeconds:0} {unit}.", MayRepeat: true, later);
    }

    /// <summary>Creates a failure from a message: its first sentence is the reason, the rest is the advice.</summary>
    internal static FailedPhoto FromMessage(string fileName, string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal) + 1;
        return end == 0 ? new FailedPhoto(fileName, message, "") : new FailedPhoto(fileName, message[..end], message[(end + 1)..]);
    }
}
