using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns the ONNX file of a model that runs on the network of the server's folder, with the model's head.</summary>
public static class GetModelFile
{
    /// <param name="Version">Version of the model.</param>
    public sealed record Query(string Version) : IRequest<Response>;

    /// <param name="Content">The file.</param>
    /// <param name="FileName">A name for the file.</param>
    /// <param name="Version">Version of the model.</param>
    /// <param name="Temperature">Divides the logits before softmax.</param>
    /// <param name="RegisteredAt">When the model was registered, UTC.</param>
    /// <param name="Network">The network of the file.</param>
    public sealed record Response(
        byte[] Content,
        string FileName,
        string Version,
        double Temperature,
        DateTimeOffset RegisteredAt,
        ModelDescription Network
    );

    internal sealed class Handler(IRepository<RegisteredModel> registered, IModelSwitch models, IHeadFiles files)
        : IRequestHandler<Query, Response>
    {
        /// <exception cref="NotFoundException">There is no such model.</exception>
        /// <exception cref="ConflictException">The model has another network.</exception>
        /// <exception cref="UnusableModelException">The head of the file cannot be replaced.</exception>
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var model = await registered.FindAsync(request.Version, cancellationToken);
            if (model.Backbone != models.Base.Backbone || ComparedModel.HeadOf(model, models) is not { } head)
                throw new ConflictException(
                    $"Model {model.Version} has another network than the one that was loaded at start. An imported model's files are in "
                        + $"the bucket {Buckets.Models}, under {model.Version}/."
                );
            return new Response(
                files.FileWith(head),
                $"{model.Model.Name}-{model.Version}-{model.Model.Variant}.onnx",
                model.Version,
                model.Model.Temperature,
                model.RegisteredAt,
                models.Base
            );
        }
    }
}
