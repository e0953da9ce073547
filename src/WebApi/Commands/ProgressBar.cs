namespace GourmetGram.WebApi.Commands;

/// <summary>One line at the bottom of a terminal that says how far a command is.</summary>
/// <param name="terminal">Where to draw; null when there is nobody to see it.</param>
/// <param name="total">How many steps there are.</param>
internal sealed class ProgressBar(TextWriter? terminal, int total)
{
    private const int Width = 30;
    private const string StartOfEmptyLine = "\r\e[K";

    public void Show(int done)
    {
        var filled = total == 0 ? Width : done * Width / total;
        terminal?.Write($"{StartOfEmptyLine}[{new string('#', filled)}{new string('-', Width - filled)}] {done}/{total}");
    }

    /// <summary>Takes it away, so that other lines can be written.</summary>
    public void Clear() => terminal?.Write(StartOfEmptyLine);
}
