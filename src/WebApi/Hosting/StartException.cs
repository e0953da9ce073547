namespace GourmetGram.WebApi.Hosting;

/// <summary>Thrown when the server cannot start and waiting would not help. The message says what is wrong and what to do.</summary>
public sealed class StartException(string message, Exception? cause = null) : Exception(message, cause);
