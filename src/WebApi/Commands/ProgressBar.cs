namespace GourmetGram.WebApi.Commands;

/// <summary>Draws one line at the bottom of a terminal that shows a command's progress.</summary>
/// <param name="terminal">The terminal to draw on; null to draw nothing.</param>
/// <param name="total">Number of steps.</param>
internal sealed class ProgressBar(TextWriter? terminal, int total)
{
    private const int Width = 30;
    private const string StartOfEmptyLine = "\r\e[K";

    public void Show(int done)
    {
        var filled = total == 0 ? Width : done * Width / total;
        terminal?.Write($"{StartOfEmptyLine}[{new string('#', filled)}{new string('-', Width - filled)}] {done}/{total}");
    }

    /// <summary>Removes the line, so that other lines can be written.</summary>
    public void Clear() => terminal?.Write(StartOfEmptyLine);
}
