namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// A model cannot be used, and no other was loaded in its place. The message names the file, what was expected, what was found and what to
/// do.
/// </summary>
public sealed class ModelException : Exception
{
    internal ModelException(string file, string expected, string found, string remedy, Exception? cause = null)
        : base($"{file}: expected {expected}, found {found}. {remedy}", cause) { }
}
