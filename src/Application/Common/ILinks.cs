namespace GourmetGram.Application.Common;

/// <summary>Builds absolute addresses, from <c>GourmetGram:PublicUrl</c> where it is set and else from the request.</summary>
public interface ILinks
{
    /// <summary>Address of the bytes of a prediction's photo.</summary>
    string PredictionImage(Guid predictionId);

    /// <summary>An address on this server.</summary>
    /// <param name="path">From the server's first page, without a slash in front; with its query, escaped.</param>
    string Absolute(string path);
}
