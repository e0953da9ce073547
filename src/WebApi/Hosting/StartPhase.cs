namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Tracks whether the server has started. Until then Program reports failures itself, so the framework does not log them again with a stack
/// trace.
/// </summary>
internal sealed class StartPhase
{
    private volatile bool isOver;

    public bool IsOver => isOver;

    public void End() => isOver = true;

    /// <summary>Suppresses the framework's log entries about a failed start.</summary>
    public void Silence(ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", level =>
            level == LogLevel.Warning || (level > LogLevel.Warning && isOver)
        );
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level =>
            level == LogLevel.Warning || (level > LogLevel.Warning && isOver)
        );
    }
}
