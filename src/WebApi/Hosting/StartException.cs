namespace GourmetGram.WebApi.Hosting;

/// <summary>The server cannot start, and waiting would not help: the message says what is wrong and what to do.</summary>
public sealed class StartException(string message, Exception? cause = null) : Exception(message, cause);
