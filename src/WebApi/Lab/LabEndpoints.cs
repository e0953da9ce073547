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
/// Maps the routes of both generations of the teaching lab that GourmetGram grew out of, with the responses that the lab's clients expect.
/// On these routes, anyone who knows a prediction's id may send feedback. All of this feedback is stored under one shared anonymous rater.
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

    /// <summary>Answers the inference requests of the lab's web app.</summary>
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

    /// <summary>Reads the body into one buffer and decodes the photo from base64 in place.</summary>
    private static async Task<Upload> ReadImageAsync(HttpRequest request, LimitsOptions limits, CancellationToken cancellationToken)
    {
        var most = RequestLimits.BodyBytes(limits);
        var buffer = new PhotoBuffer((int)Math.Min(request.ContentLength ?? most, most));
        try
        {
            var length = await buffer.FillAsync(request.Body, cancellationToken) ?? throw Uploads.TooLarge(limits);
            length = JsonEncoding.ToUtf8(buffer.GetSpan(), length) ?? throw Uploads.TooLarge(limits);
            var image = DecodeImage(buffer.GetSpan()[..length], limits);
            return new Upload(buffer.Memory[image], FileName: null, buffer);
        }
        catch
        {
            ((IDisposable)buffer).Dispose();
            throw;
        }
    }

    /// <returns>The range of the photo in <paramref name="body"/>.</returns>
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
                // As in JavaScript, the last of two fields with the same name wins.
                start = json.TokenType == JsonTokenType.String ? (int)json.TokenStartIndex + 1 : -1;
                length = json.ValueSpan.Length;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader throws InvalidOperationException for a property name that is not valid Unicode.
            throw new BadHttpRequestException($"The body is not JSON. {howTo}", e);
        }

        if (start < 0)
            throw new BadHttpRequestException(
                $"The field 'image' is missing or not a text. {howTo}",
                StatusCodes.Status422UnprocessableEntity
            );
        var text = body.Slice(start, length);
        // Some writers escape '/' and '+', and many break lines. The JSON reader has already checked that each escape is complete.
        text = text[..RemoveLineBreaks(text, text.Contains((byte)'\\') ? Unescape(text) : length)];
        if (Base64.DecodeFromUtf8InPlace(text, out var bytes) != OperationStatus.Done)
            throw new BadHttpRequestException($"The field 'image' is not base64. {howTo}");
        return bytes <= limits.UploadBytes ? new Range(start, start + bytes) : throw Uploads.TooLarge(limits);
    }

    /// <summary>
    /// Replaces JSON escapes in place. An escape for a character outside of base64 becomes a byte that base64 does not allow.
    /// </summary>
    private static int Unescape(Span<byte> text)
    {
        var to = 0;
        for (var from = 0; from < text.Length; from++, to++)
        {
            text[to] = text[from];
            if (text[from] != (byte)'\\')
                continue;
            from++;
            text[to] = text[from] switch
            {
                (byte)'/' => (byte)'/',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                (byte)'f' => (byte)'\f',
                (byte)'b' => (byte)'\b',
                _ => (byte)'\\',
            };
            if (text[from] == (byte)'u' && Utf8Parser.TryParse(text.Slice(from + 1, 4), out int code, out var digits, 'x') && digits == 4)
                (text[to], from) = (code < 0x80 ? (byte)code : (byte)'\\', from + 4);
        }

        return to;
    }

    /// <summary>Removes spaces and control characters in place, because the lab's server ignores them.</summary>
    private static int RemoveLineBreaks(Span<byte> text, int length)
    {
        var to = text[..length].IndexOfAnyInRange((byte)0, (byte)' ');
        if (to < 0)
            return length;
        for (var from = to; from < length; from++)
        {
            if (text[from] > (byte)' ')
                text[to++] = text[from];
        }

        return to;
    }

    /// <summary>Answers the form that the lab's pages post: with HTML for pages, and with JSON for programs that ask for it.</summary>
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
            using var upload = await Uploads.ReadAsync(context.Request, limits, readsTags: false, cancellationToken);
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

    /// <summary>Handles feedback from the first generation: a flag, or a correction if the request names a class.</summary>
    private static async Task<IResult> FeedbackAsync(HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        string? id;
        string? correctedClass;
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: cancellationToken);
            (id, correctedClass) = (TextOf(body.RootElement, "prediction_id"), TextOf(body.RootElement, "corrected_class"));
            if (correctedClass is null && !IsLeftOut(body.RootElement, "corrected_class"))
                return Refuse(
                    StatusCodes.Status400BadRequest,
                    "'corrected_class' is not a text. Send the name of one of the model's classes."
                );
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // JsonElement throws InvalidOperationException for text that is not valid Unicode, such as half of a surrogate pair.
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

    /// <summary>Returns whether no class was chosen: the field is missing, null or empty.</summary>
    private static bool IsLeftOut(JsonElement body, string field) =>
        body.ValueKind != JsonValueKind.Object
        || !body.TryGetProperty(field, out var value)
        || value.ValueKind == JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8));

    /// <summary>Handles the flag form of the second generation.</summary>
    private static async Task<IResult> FlagAsync(string key, IMediator mediator, CancellationToken cancellationToken)
    {
        await mediator.Send(new FlagPrediction.Command(IdIn(key), Caller.Anonymous, FeedbackSource.LabRoute), cancellationToken);
        return Results.NoContent();
    }

    /// <summary>Handles the correction form of the second generation.</summary>
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

    /// <summary>
    /// Returns the id in <c>class_NN/{id}.{ext}</c>, and ignores the class and the extension. An escaped slash counts as a slash, as in the
    /// lab's server.
    /// </summary>
    private static Guid IdIn(string key)
    {
        key = key.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var name = key[(key.LastIndexOf('/') + 1)..];
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return Guid.TryParse(dot < 0 ? name : name[..dot], out var id) ? id : throw new NotFoundException($"Prediction '{name}'");
    }

    // ---- test ----

    /// <summary>Classifies a sample photo that is shipped with the product, which proves that the model runs.</summary>
    private static async Task<IResult> TestAsync(IMediator mediator, CancellationToken cancellationToken)
    {
        var picture = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "fried.jpg"), cancellationToken);
        return Results.Text((await mediator.Send(new ClassifyUnkept.Query(picture), cancellationToken)).Class);
    }
}
