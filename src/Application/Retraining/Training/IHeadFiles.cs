using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Writes heads into copies of the model file that was loaded at start.</summary>
public interface IHeadFiles
{
    /// <summary>Returns the ONNX file with another head.</summary>
    /// <exception cref="UnusableModelException">The head of the file cannot be replaced.</exception>
    byte[] FileWith(LinearHead head);

    /// <summary>Returns the SHA-256 of the file with another head, lower-case hex.</summary>
    /// <exception cref="UnusableModelException">The head of the file cannot be replaced.</exception>
    string HashWith(LinearHead head);
}
