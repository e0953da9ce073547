namespace GourmetGram.Application.Retraining;

/// <summary>A model folder on this machine that is deleted when it is disposed.</summary>
public interface IUnpackedModel : IDisposable
{
    /// <summary>The folder with the manifest.</summary>
    string Directory { get; }
}

/// <summary>Unpacks uploaded model folders.</summary>
public interface IModelArchive
{
    /// <summary>Largest size of an unpacked model, in bytes.</summary>
    const long MostBytes = 600L << 20;

    /// <summary>Unpacks a zip file of a model folder.</summary>
    /// <exception cref="UnusableModelException">The file is not a zip, is too large, or has links or paths that lead out of it.</exception>
    Task<IUnpackedModel> UnpackAsync(Stream zip, CancellationToken cancellationToken);
}
