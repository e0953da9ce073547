using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Registers a model folder from elsewhere. A child process loads and tries it first, so that a file that crashes the runtime does not take
/// the server down. Nothing is registered if it fails.
/// </summary>
public static class ImportModel
{
    /// <param name="Directory">The folder, with its manifest, on this machine.</param>
    /// <param name="By">Who imports it.</param>
    public sealed record Command(string Directory, string By) : IRequest<ModelResponse>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Models, "Imported a model", Directory);
    }

    internal sealed class Validator : AbstractValidator<Command>
    {
        private const int LongestPath = 4096;

        public Validator()
        {
            RuleFor(command => command.Directory)
                .NotEmpty()
                .MaximumLength(LongestPath)
                .OverridePropertyName("directory")
                .WithMessage("Name the folder of the model, with its manifest.json.");
        }
    }

    internal sealed class Handler(
        IUnitOfWork work,
        IMediator mediator,
        FolderImport folders,
        IRepository<RegisteredModel> registered,
        ServingHistory history,
        TimeProvider time
    ) : IRequestHandler<Command, ModelResponse>
    {
        /// <exception cref="UnusableModelException">The model cannot be used.</exception>
        /// <exception cref="ConflictException">The version is taken.</exception>
        public async Task<ModelResponse> Handle(Command request, CancellationToken cancellationToken)
        {
            var folder = await folders.KeepAsync(request.Directory, cancellationToken);
            await work.RunStepAsync((Handler step) => step.RegisterAsync(folder, request.By, cancellationToken));
            return await mediator.Send(new GetModel.Query(folder.Model.Version), cancellationToken);
        }

        private async Task<bool> RegisterAsync(FolderImport.Folder folder, string by, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var parent = (await history.CurrentAsync(cancellationToken)).ModelId;
            var model = await folders.RegisterAsync(folder.Model, now, cancellationToken);
            var lineage = new Lineage(parent, DatasetId: null, folder.Report, NewestPhotoAt: null, by);
            registered.Add(RegisteredModel.Imported(model, lineage, now));
            return true;
        }
    }
}
