namespace GourmetGram.Application.Retraining;

/// <summary>A model cannot be used. The message says why and what to do.</summary>
public sealed class UnusableModelException(string message, Exception? cause = null) : Exception(message, cause);
