namespace GourmetGram.Application.Common;

/// <summary>Builds absolute addresses from <c>GourmetGram:PublicUrl</c> if it is set, and otherwise from the request.</summary>
public interface ILinks
{
    /// <summary>Returns the address of the image file of a prediction's photo.</summary>
    string PredictionImage(Guid predictionId);

    /// <summary>Returns the address of the image file of the photo that a task shows.</summary>
    string TaskImage(Guid taskId);

    /// <summary>Returns the absolute address of a path on this server.</summary>
    /// <param name="path">Path relative to the server's first page, without a leading slash; includes the query, escaped.</param>
    string Absolute(string path);
}
