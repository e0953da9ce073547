namespace GourmetGram.WebApi.Commands;

/// <summary>Classifies and keeps photos: in this process, or in the server that has the data directory.</summary>
internal interface IPhotoClassifier : IAsyncDisposable
{
    /// <summary>A photo that cannot be used is an outcome, not an exception.</summary>
    /// <exception cref="CommandException">No further photo can be classified.</exception>
    Task<Outcome> ClassifyAsync(string path, CancellationToken cancellationToken);
}
