using System.Security.Cryptography;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>Reads the model file again for each request, so that its bytes do not stay in memory.</summary>
internal sealed class HeadFiles(IOptions<ModelOptions> options, ILogger<HeadFiles> logger) : IHeadFiles
{
    public byte[] FileWith(LinearHead head)
    {
        try
        {
            return Find().With(head);
        }
        catch (ModelException e)
        {
            throw new UnusableModelException(e.Message, e);
        }
    }

    public string HashWith(LinearHead head) => Convert.ToHexStringLower(SHA256.HashData(FileWith(head)));

    /// <summary>Returns the head of the file; null if it has none that can be replaced, which is logged.</summary>
    public LinearHead? FindHead()
    {
        try
        {
            return Find().Head;
        }
        catch (ModelException e)
        {
            logger.LogWarning("No head can be trained for the model: {Reason}", e.Message);
            return null;
        }
    }

    private OnnxHead Find() => OnnxHead.Find(ModelArtifact.Read(options.Value.DirectoryPath, options.Value.Variant));
}
