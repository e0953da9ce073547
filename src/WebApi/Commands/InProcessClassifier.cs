using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.WebApi.Errors;
using GourmetGram.WebApi.Hosting;
using GourmetGram.WebApi.Security;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Commands;

/// <summary>The server's own use case, on its own data directory and database, without the server.</summary>
internal sealed class InProcessClassifier : IPhotoClassifier
{
    private static readonly Caller Local = new(new Actor(ActorKind.ApiKey, ApiKeyHandler.LocalId), IsReviewer: true);

    private readonly IHost host;

    private InProcessClassifier(IHost host) => this.host = host;

    /// <summary>Takes the data directory, loads the model, prepares the database.</summary>
    /// <exception cref="DataDirectoryException">The data directory is in use or cannot be written.</exception>
    /// <exception cref="CommandException">The database does not answer.</exception>
    public static async Task<InProcessClassifier> StartAsync(HostApplicationBuilder builder, CancellationToken cancellationToken)
    {
        builder.Services.AddScoped<ILinks, PathLinks>();
        var classifier = new InProcessClassifier(builder.Build());
        try
        {
            var preparation = classifier.host.Services.GetRequiredService<Preparation>();
            preparation.Check();
            await preparation.PrepareDatabaseAsync(cancellationToken);
            return classifier;
        }
        catch (DatabaseUnavailableException e)
        {
            await classifier.DisposeAsync();
            throw new CommandException($"The database does not answer: {e.Message}", e);
        }
        catch
        {
            await classifier.DisposeAsync();
            throw;
        }
    }

    public async Task<Outcome> ClassifyAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            // Checked before reading: a file may be larger than the memory.
            var limits = host.Services.GetRequiredService<IOptions<LimitsOptions>>().Value;
            if (new FileInfo(path).Length > limits.UploadBytes)
                throw Uploads.TooLarge(limits);
            var photo = await File.ReadAllBytesAsync(path, cancellationToken);
            await using var scope = host.Services.CreateAsyncScope();
            var mediator = scope.ServiceProvider.GetRequiredService<IMediator>();
            return new Outcome(path, await mediator.Send(new Classify.Command(photo, Path.GetFileName(path), Local), cancellationToken), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Outcome.Failed(path, $"The file cannot be read: {e.Message}");
        }
        catch (Exception e) when (e is not OperationCanceledException
            && ProblemDetailsExceptionHandler.Describe(e) is { Status: not StatusCodes.Status500InternalServerError } problem)
        {
            return Outcome.Failed(path, problem.Detail!, problem.Status);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            host.Dispose();
    }

    /// <summary>No server answers now, so without <c>GourmetGram:PublicUrl</c> an address is a path on the one that will.</summary>
    private sealed class PathLinks(IOptions<GourmetGramOptions> options) : ILinks
    {
        public string PredictionImage(Guid predictionId) => $"{options.Value.PublicUrl?.TrimEnd('/')}/api/v1/predictions/{predictionId}/image";
    }
}
