using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.WebApi.Errors;
using GourmetGram.WebApi.Hosting;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Lab;

/// <summary>
/// The routes of the teaching lab that GourmetGram grew out of, both generations, answered as its own clients expect. On them knowing a prediction's id is the permission, and
/// feedback is kept under one pooled rater, whoever sends it.
/// </summary>
internal static class LabEndpoints
{
    private const string Html = "text/html; charset=utf-8";

    public static void MapLab(this IEndpointRouteBuilder app)
    {
        var lab = app.MapGroup("").WithTags("Lab").DisableAntiforgery().ExcludeFromDescription();
        lab.MapGet("/predict", () => Results.Content(LabFragment.Warning, Html));
        lab.MapPost("/predict", PredictAsync);
        lab.MapPost("/feedback", FeedbackAsync);
        lab.MapPost("/flag/{**key}", FlagAsync);
        lab.MapPost("/correct-label/{**key}", CorrectAsync);
        lab.MapGet("/api/classes", async (IMediator mediator, CancellationToken cancellationToken) =>
            (await mediator.Send(new GetCurrentModel.Query(), cancellationToken)).Labels
        );
        lab.MapGet("/test", TestAsync);
    }

    // ---- predict ----

    private static Task<IResult> PredictAsync(
        HttpContext context,
        IMediator mediator,
        IOptions<LimitsOptions> limits,
        IOptions<LabOptions> lab,
        CancellationToken cancellationToken
    ) =>
        context.Request.HasJsonContentType()
            ? PredictJsonAsync(context, mediator, limits.Value, lab.Value, cancellationToken)
            : PredictFormAsync(context, mediator, limits.Value, cancellationToken);

    private sealed record InferenceAnswer(string Prediction, float Probability);

    /// <summary>What the lab's web app asks its inference server.</summary>
    private static async Task<IResult> PredictJsonAsync(
        HttpContext context,
        IMediator mediator,
        LimitsOptions limits,
        LabOptions lab,
        CancellationToken cancellationToken
    )
    {
        using var upload = await ReadImageAsync(context.Request, limits, cancellationToken);
        if (lab.JsonPredict == JsonPredict.AnswerOnly)
        {
            var answer = await mediator.Send(new ClassifyUnkept.Query(upload.Bytes), cancellationToken);
            return Results.Json(new InferenceAnswer(answer.Class, answer.Probability));
        }

        var prediction = await mediator.Send(
            new Classify.Command(upload.Bytes, FileName: null, context.User.ToCaller()),
            cancellationToken
        );
        return Results.Json(new InferenceAnswer(prediction.Class, prediction.Probability));
    }

    /// <summary>The body is read into one buffer, and base64 becomes the photo in the same place.</summary>
    private static async Task<Upload> ReadImageAsync(HttpRequest request, LimitsOptions limits, CancellationToken cancellationToken)
    {
        var most = RequestLimits.BodyBytes(limits);
        var buffer = new PhotoBuffer((int)Math.Min(request.ContentLength ?? most, most));
        try
        {
            var length = await buffer.FillAsync(request.Body, cancellationToken) ?? throw Uploads.TooLarge(limits);
            var image = DecodeImage(buffer.GetSpan()[..length], limits);
            return new Upload(buffer.Memory[image], FileName: null, buffer);
        }
        catch
        {
            ((IDisposable)buffer).Dispose();
            throw;
        }
    }

    /// <returns>Where the photo is in <paramref name="body"/>.</returns>
    private static Range DecodeImage(Span<byte> body, LimitsOptions limits)
    {
        const string howTo = "Send {\"image\": \"…\"}, the photo's bytes in base64.";
        var (start, length) = (-1, 0);
        try
        {
            var json = new Utf8JsonReader(body);
            while (json.Read())
            {
                if (json.CurrentDepth != 1 || json.TokenType != JsonTokenType.PropertyName)
                    continue;
                var isImage = json.ValueTextEquals("image"u8);
                json.Read();
                if (!isImage)
                    continue;
                // As in JavaScript, the last of two fields with one name counts.
                start = json.TokenType == JsonTokenType.String ? (int)json.TokenStartIndex + 1 : -1;
                length = json.ValueSpan.Length;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: a name that is no Unicode.
            throw new BadHttpRequestException($"The body is not JSON. {howTo}", e);
        }

        if (start < 0)
            throw new BadHttpRequestException(
                $"The field 'image' is missing or not a text. {howTo}",
                StatusCodes.Status422UnprocessableEntity
            );
        var text = body.Slice(start, length);
        // Of base64's letters some writers escape '/' and some '+': the reader has checked that each escape is whole.
        if (text.Contains((byte)'\\'))
            text = text[..Unescape(text)];
        if (Base64.DecodeFromUtf8InPlace(text, out var bytes) != OperationStatus.Done)
            throw new BadHttpRequestException($"The field 'image' is not base64. {howTo}");
        return bytes <= limits.UploadBytes ? new Range(start, start + bytes) : throw Uploads.TooLarge(limits);
    }

    /// <summary>Replaces escapes in place; what stands for no letter of base64 becomes a byte that is none.</summary>
    private static int Unescape(Span<byte> text)
    {
        var to = 0;
        for (var from = 0; from < text.Length; from++, to++)
        {
            text[to] = text[from];
            if (text[from] != (byte)'\\')
                continue;
            from++;
            if (text[from] == (byte)'/')
                text[to] = (byte)'/';
            else if (
                text[from] == (byte)'u'
                && Utf8Parser.TryParse(text.Slice(from + 1, 4), out int code, out var digits, 'x')
                && digits == 4
            )
                (text[to], from) = (code < 0x80 ? (byte)code : (byte)0, from + 4);
        }

        return to;
    }

    /// <summary>What the lab's pages post: answered with HTML for them, with JSON for programs that ask for it.</summary>
    private static async Task<IResult> PredictFormAsync(
        HttpContext context,
        IMediator mediator,
        LimitsOptions limits,
        CancellationToken cancellationToken
    )
    {
        var asksForJson = context
            .Request.GetTypedHeaders()
            .Accept.Any(accept => accept.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase));
        try
        {
            using var upload = await Uploads.ReadAsync(context.Request, limits, cancellationToken);
            var prediction = await mediator.Send(
                new Classify.Command(upload.Bytes, upload.FileName, context.User.ToCaller()),
                cancellationToken
            );
            return asksForJson
                ? Results.Json(prediction)
                : Results.Content(LabFragment.Render(prediction, prediction.ObjectKey, context.Request.PathBase), Html);
        }
        catch (Exception e) when (!asksForJson && ProblemDetailsExceptionHandler.Describe(e).Status is >= 400 and < 500 and var status)
        {
            return Results.Content(LabFragment.Warning, Html, statusCode: status);
        }
    }

    // ---- feedback ----

    private sealed record FeedbackAnswer(
        bool Success,
        string Message,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonPropertyName("output_json_path")]
            string? OutputJsonPath = null
    );

    private static IResult Refuse(int status, string message) =>
        Results.Json(new FeedbackAnswer(Success: false, message), statusCode: status);

    /// <summary>First generation: a flag, or with a class a correction.</summary>
    private static async Task<IResult> FeedbackAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        string? id;
        string? correctedClass;
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: cancellationToken);
            (id, correctedClass) = (TextOf(body.RootElement, "prediction_id"), TextOf(body.RootElement, "corrected_class"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter when a text is no Unicode, such as half of a surrogate pair.
            id = correctedClass = null;
        }

        if (id is null)
            return Refuse(StatusCodes.Status400BadRequest, "Missing required parameters");
        if (!Guid.TryParse(id, out var predictionId))
            return Refuse(StatusCodes.Status404NotFound, "Prediction not found!");
        try
        {
            if (correctedClass is null)
            {
                await mediator.Send(new FlagPrediction.Command(predictionId, Caller.Anonymous, FeedbackSource.LabRoute), cancellationToken);
                return Results.Json(new FeedbackAnswer(Success: true, "Thank you for your feedback!"));
            }

            var said = await mediator.Send(
                new CorrectLabel.Command(predictionId, correctedClass, Caller.Anonymous, FeedbackSource.LabRoute),
                cancellationToken
            );
            return Results.Json(
                said.Kind == FeedbackKind.Confirmation
                    ? new FeedbackAnswer(Success: true, "No changes needed - class already correct")
                    : new FeedbackAnswer(Success: true, "Class updated successfully!", $"labelstudio/{said.OutputKey}")
            );
        }
        catch (NotFoundException)
        {
            return Refuse(StatusCodes.Status404NotFound, "Prediction not found!");
        }
        catch (ValidationException e)
        {
            return Refuse(StatusCodes.Status400BadRequest, string.Join(" ", e.Errors.Select(f => f.ErrorMessage)));
        }
    }

    private static string? TextOf(JsonElement body, string field) =>
        body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty(field, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>Second generation: the flag form.</summary>
    private static async Task<IResult> FlagAsync(string key, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new FlagPrediction.Command(IdIn(key), Caller.Anonymous, FeedbackSource.LabRoute), cancellationToken);
        return Results.NoContent();
    }

    /// <summary>Second generation: the form with the classes.</summary>
    private static async Task<IResult> CorrectAsync(
        string key,
        HttpContext context,
        IMediator mediator,
        CancellationToken cancellationToken
    )
    {
        IFormCollection form;
        try
        {
            form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(cancellationToken) : FormCollection.Empty;
        }
        catch (Exception e) when (Uploads.IsBroken(e))
        {
            throw Uploads.Broken("Send the field 'corrected_class' with one of the model's classes.", e);
        }

        await mediator.Send(
            new CorrectLabel.Command(IdIn(key), form["corrected_class"].ToString(), Caller.Anonymous, FeedbackSource.LabRoute),
            cancellationToken
        );
        return Results.NoContent();
    }

    /// <summary>The id in <c>class_NN/{id}.{ext}</c> decides; class and extension are ignored.</summary>
    private static Guid IdIn(string key)
    {
        var name = key[(key.LastIndexOf('/') + 1)..];
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return Guid.TryParse(dot < 0 ? name : name[..dot], out var id) ? id : throw new NotFoundException($"Prediction '{name}'");
    }

    // ---- test ----

    /// <summary>Classifies a picture that travels with the product: proves that the model runs.</summary>
    private static async Task<IResult> TestAsync(IMediator mediator, CancellationToken cancellationToken)
    {
        var picture = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "fried.jpg"), cancellationToken);
        return Results.Text((await mediator.Send(new ClassifyUnkept.Query(picture), cancellationToken)).Class);
    }
}
