using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Hides the model's answers from people who label without seeing them (blind), and records who has read which answer. Classification
/// declares the port, Labeling implements it. For a caller who may not label, no database query is sent.
/// </summary>
public interface IAnswerGuard
{
    /// <summary>
    /// Checks that a caller may read the answer of a prediction. The first time a reviewer reads the answer on a photo, this is recorded in
    /// a step of its own.
    /// </summary>
    /// <exception cref="ConflictException">The caller holds a blind task of the same photo.</exception>
    Task ReadAsync(Prediction prediction, Caller caller, CancellationToken cancellationToken);

    /// <summary>Allows a request that reveals part of a prediction's answer and is stored anyway, such as a correction.</summary>
    /// <exception cref="ConflictException">The caller holds a blind task of the same photo.</exception>
    Task RequireAsync(Prediction prediction, Caller caller, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the upload hashes of the photos whose answers are hidden from the caller now, because the caller holds a blind task for
    /// them.
    /// </summary>
    Task<IReadOnlySet<string>> HiddenAsync(Caller caller, CancellationToken cancellationToken);
}
