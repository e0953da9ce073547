using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.WebApi.Errors;
using GourmetGram.WebApi.Hosting;
using GourmetGram.WebApi.Security;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Commands;

/// <summary>Runs the server's use case in this process, on the server's data directory and database, without the server.</summary>
internal sealed class InProcessClassifier(IHost host, PhotoTags? tags) : IPhotoClassifier
{
    private static readonly Caller Local = new(new Actor(ActorKind.ApiKey, ApiKeyHandler.LocalId), IsReviewer: true);

    public async Task<Outcome> ClassifyAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            // The size is checked before reading, because the file may be larger than the memory.
            var limits = host.Services.GetRequiredService<IOptions<LimitsOptions>>().Value;
            if (new FileInfo(path).Length > limits.UploadBytes)
                throw Uploads.TooLarge(limits);
            var photo = await File.ReadAllBytesAsync(path, cancellationToken);
            await using var scope = host.Services.CreateAsyncScope();
            var mediator = scope.ServiceProvider.GetRequiredService<IMediator>();
            var command = new Classify.Command(photo, Path.GetFileName(path), Local, Idempotency: null, tags);
            return new Outcome(path, await mediator.Send(command, cancellationToken), Problem: null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Outcome.Failed(path, $"The file cannot be read: {e.Message}");
        }
        catch (Exception e)
            when (e is not OperationCanceledException
                && ProblemDetailsExceptionHandler.Describe(e) is { Status: not StatusCodes.Status500InternalServerError } problem
            )
        {
            return Outcome.Failed(path, problem.Detail!, problem.Status);
        }
    }

    public ValueTask DisposeAsync() => host.DisposeHostAsync();
}
