namespace GourmetGram.WebUi.Classification;

/// <summary>A photo that got no answer.</summary>
/// <param name="FileName">Name it was sent under.</param>
/// <param name="Reason">What happened, one sentence.</param>
/// <param name="Advice">What to do; empty when the reason says it all.</param>
/// <param name="MayRepeat">Whether sending the same photo again may help.</param>
/// <param name="RetryAfter">When it may; null when somebody has to do something first.</param>
public sealed record FailedPhoto(string FileName, string Reason, string Advice, bool MayRepeat = false, TimeSpan? RetryAfter = null)
{
    /// <summary>A failure that passes: the same photo may be sent again by itself.</summary>
    internal static FailedPhoto Passing(string fileName, string reason, TimeSpan retryAfter)
    {
        var later = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds)));
        return new FailedPhoto(fileName, reason, $"Try again in {later.TotalSeconds:0} seconds.", MayRepeat: true, later);
    }

    /// <summary>From a message whose first sentence is the reason and whose others are the advice.</summary>
    internal static FailedPhoto FromMessage(string fileName, string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal) + 1;
        return end == 0 ? new FailedPhoto(fileName, message, "") : new FailedPhoto(fileName, message[..end], message[(end + 1)..]);
    }
}
