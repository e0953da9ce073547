namespace GourmetGram.WebApi.Commands;

/// <summary>Thrown when a command cannot continue. The message says why and what to do.</summary>
public sealed class CommandException(string message, Exception? cause = null) : Exception(message, cause);
