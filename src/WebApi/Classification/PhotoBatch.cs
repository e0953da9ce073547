using System.Text.Json.Serialization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.WebApi.Errors;
using GourmetGram.WebApi.Hosting;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace GourmetGram.WebApi.Classification;

/// <summary>Classifies the photos of one request as they arrive. A photo that fails affects only its own item.</summary>
internal sealed class PhotoBatch(IServiceScopeFactory scopes, FailureLog log)
{
    /// <param name="Items">One for each photo, in the order sent.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    /// <param name="FileName">Name the photo was sent under; null when the client gave none.</param>
    /// <param name="Status">What a request with this photo alone would be answered: 201, or the problem's status.</param>
    /// <param name="Prediction">The prediction; missing when there is a problem.</param>
    /// <param name="Problem">Why there is none (RFC 9457); missing when there is a prediction.</param>
    public sealed record Item(
        string? FileName,
        int Status,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PredictionResponse? Prediction,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ProblemDetails? Problem
    );

    /// <summary>Gets how many photos of one batch may be in memory at the same time.</summary>
    public static int InWork => Environment.ProcessorCount;

    /// <summary>Classifies the photos of a batch. Reads the next photo only when fewer than <see cref="InWork"/> are in memory.</summary>
    public async Task<Response> RunAsync(BatchReader photos, Caller caller, CancellationToken cancellationToken)
    {
        using var turns = new SemaphoreSlim(InWork);
        var items = new List<Task<Item>>();
        try
        {
            await turns.WaitAsync(cancellationToken);
            while (await photos.ReadNextAsync(cancellationToken) is { } photo)
            {
                // Decoding and inference occupy a thread, so they must not run on the thread that reads the request.
                items.Add(Task.Run(() => ClassifyAsync(photo, photos.Tags, caller, turns, cancellationToken), CancellationToken.None));
                await turns.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            await Task.WhenAll(items);
        }

        return new Response(await Task.WhenAll(items));
    }

    private async Task<Item> ClassifyAsync(
        BatchPart photo,
        PhotoTags? tags,
        Caller caller,
        SemaphoreSlim turns,
        CancellationToken cancellationToken
    )
    {
        using var upload = photo.Upload;
        try
        {
            if (photo.Fault is { } fault)
                return Fail(photo, fault);
            await using var scope = scopes.CreateAsyncScope();
            var command = new Classify.Command(upload!.Bytes, photo.FileName, caller, Idempotency: null, tags);
            var prediction = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(command, cancellationToken);
            return new Item(photo.FileName, StatusCodes.Status201Created, prediction, Problem: null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return Fail(photo, e);
        }
        finally
        {
            turns.Release();
        }
    }

    private Item Fail(BatchPart photo, Exception fault)
    {
        var problem = ProblemDetailsExceptionHandler.Describe(fault);
        var status = problem.Status!.Value;
        problem.Title ??= ReasonPhrases.GetReasonPhrase(status);
        if (status >= StatusCodes.Status500InternalServerError)
            log.Write(fault, "A photo of a batch");
        return new Item(photo.FileName, status, Prediction: null, problem);
    }
}
