using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A training that a program of the team does.</summary>
/// <param name="RunId">The training.</param>
/// <param name="Version">Version of the model that is to be trained. It is new.</param>
/// <param name="Base">The model that serves now, from which the program may start.</param>
/// <param name="Dataset">The dataset version.</param>
public sealed record TrainerJob(Guid RunId, string Version, RegisteredModel Base, ExportedVersion Dataset);

/// <summary>
/// Has a program of the team train a whole model. The program gets a folder with the photos, see <c>docs/training.md</c>, and leaves a
/// model folder there.
/// </summary>
public interface IModelTrainer
{
    /// <summary>Whether a program is configured.</summary>
    bool IsConfigured { get; }

    /// <summary>Writes the folder of a training. Photos for testing are not in it.</summary>
    /// <exception cref="TrainingRefusedException">No program is configured, or there is no photo to train on.</exception>
    /// <exception cref="StoreUnavailableException">A photo or the base model cannot be read.</exception>
    Task<ITrainerFolder> PrepareAsync(TrainerJob job, CancellationToken cancellationToken);
}

/// <summary>The folder of a training. Disposal ends the program and removes the folder.</summary>
public interface ITrainerFolder : IAsyncDisposable
{
    /// <summary>Number of photos that the program gets.</summary>
    int Photos { get; }

    /// <summary>The newest prediction of these photos; null if all were imported.</summary>
    Guid? NewestPrediction { get; }

    /// <summary>Runs the program and waits for its end.</summary>
    /// <param name="progress">Receives what the program prints.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>The model folder that the program made, with the version that the job gave.</returns>
    /// <exception cref="TrainingRefusedException">The program failed. The message says how.</exception>
    Task<string> RunAsync(IProgress<TrainingProgress> progress, CancellationToken cancellationToken);
}
