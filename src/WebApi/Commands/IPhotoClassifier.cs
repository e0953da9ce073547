namespace GourmetGram.WebApi.Commands;

/// <summary>Classifies and stores photos, in this process or in the server that holds the data directory.</summary>
internal interface IPhotoClassifier : IAsyncDisposable
{
    /// <summary>
    /// Classifies one photo. An unusable photo is an outcome, not an exception. Exceptions other than <see cref="CommandException"/> also
    /// concern this photo alone.
    /// </summary>
    /// <exception cref="CommandException">No further photo can be classified.</exception>
    Task<Outcome> ClassifyAsync(string path, CancellationToken cancellationToken);
}
