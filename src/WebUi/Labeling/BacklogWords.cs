using GourmetGram.Application.Labeling;

namespace GourmetGram.WebUi.Labeling;

/// <summary>Describes the queues of the review page, in the same words on every page.</summary>
internal static class BacklogWords
{
    /// <summary>
    /// Describes the photos of a queue that the person can't label now, with the reason: "3 photos are being reviewed by others." Empty
    /// when there are none.
    /// </summary>
    public static string Rest(ReviewBacklog backlog)
    {
        ArgumentNullException.ThrowIfNull(backlog);
        string?[] parts =
        [
            Count(
                backlog.NeedsOthers,
                "1 photo that you labelled needs another opinion.",
                "photos that you labelled need another opinion."
            ),
            Count(backlog.WithOthers, "1 photo is being reviewed by somebody else.", "photos are being reviewed by others."),
        ];
        return string.Join(" ", parts.OfType<string>());
    }

    private static string? Count(int number, string one, string several) =>
        number switch
        {
            0 => null,
            1 => one,
            _ => $"{number} {several}",
        };
}
