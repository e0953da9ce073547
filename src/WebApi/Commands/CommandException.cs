namespace GourmetGram.WebApi.Commands;

/// <summary>A command cannot go on: the message says why and what to do.</summary>
public sealed class CommandException(string message, Exception? cause = null) : Exception(message, cause);
