using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>What the body of an answer is that a test asked for.</summary>
internal enum FaultBody
{
    /// <summary>In Label Studio's own form.</summary>
    Json,

    /// <summary>A page, as proxies and Django send them.</summary>
    Html,
}

/// <content>Requests come in here; and this is what can go wrong with them. A predicate sees a request as <see cref="Requests"/> shows
/// it.</content>
internal sealed partial class LabelStudioDouble
{
    private readonly ConcurrentQueue<string> requests = new();
    private readonly List<Planned> planned = [];
    private readonly Lock faultGate = new();
    private Hold? held;
    private Hold? heldAnswers;

    /// <summary>
    /// Each request that came, oldest first, also those of people: <c>POST /api/storages/s3/1/sync</c>, with the query where there is one.
    /// </summary>
    public IReadOnlyList<string> Requests => [.. requests];

    /// <summary>
    /// While true Label Studio cannot reach any S3 server; everybody else can. Checks and saves fail, and single writes of a target sync
    /// are swallowed.
    /// </summary>
    public bool S3Fault { get; set; }

    /// <summary>
    /// From now on requests are taken and not answered, and nothing is done for them; those who give up meanwhile were never heard.
    /// </summary>
    /// <param name="only">Which ones; null for all.</param>
    public void HoldRequests(Func<string, bool>? only = null) => held = new Hold(only ?? (_ => true));

    /// <summary>From now on what is asked for is done, but the answer does not come.</summary>
    /// <param name="only">Which ones; null for all.</param>
    public void HoldAnswers(Func<string, bool>? only = null) => heldAnswers = new Hold(only ?? (_ => true));

    /// <summary>Those that are held are handled, and others are held no more.</summary>
    public void ReleaseRequests()
    {
        Interlocked.Exchange(ref held, null)?.Released.SetResult();
        Interlocked.Exchange(ref heldAnswers, null)?.Released.SetResult();
    }

    /// <summary>The next request that fits is not done, but answered with this.</summary>
    public void FailNext(Func<string, bool> only, HttpStatusCode status, FaultBody body = FaultBody.Json) =>
        Plan(new Planned(only, (int)status, body, IsDone: false));

    /// <summary>The next request that fits is done, but the connection is cut instead of an answer.</summary>
    public void LoseNextAnswer(Func<string, bool> only) => Plan(new Planned(only, Status: null, FaultBody.Json, IsDone: true));

    /// <summary>Everything is gone, as after a lost volume; ids start again at 1. People have to be made anew.</summary>
    /// <param name="sameToken">Whether <see cref="ApiKey"/> goes on working: the token stands in the start script, or a new one is
    /// made.</param>
    public void LoseDatabase(bool sameToken)
    {
        var old = Data;
        Data = NewDatabase(sameToken ? old.Users[0].LegacyToken : null, sameToken ? old.Secret : null);
        if (sameToken)
            Data.AccessKeys.AddRange(old.AccessKeys.Where(key => key.Token == ApiKey));
        else
            ApiKey = NewApiKey();
    }

    /// <summary>The administrator takes the token back. Of a personal one, access tokens already handed out work until they end.</summary>
    public void RevokeToken()
    {
        lock (Data.Gate)
        {
            foreach (var key in Data.AccessKeys)
                key.IsRevoked = true;
            Data.Users[0].LegacyToken = Database.RandomHex();
        }
    }

    /// <summary>The administrator makes a new token, which is <see cref="ApiKey"/> from now on.</summary>
    public string NewToken()
    {
        RevokeToken();
        return ApiKey = NewApiKey();
    }

    private void Plan(Planned fault)
    {
        lock (faultGate)
            planned.Add(fault);
    }

    private Planned? TakePlanned(string request)
    {
        lock (faultGate)
        {
            var found = planned.Find(fault => fault.Only(request));
            if (found is not null)
                planned.Remove(found);
            return found;
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        // As it was sent: the decoded path would not tell "%2F" from "/".
        var request = $"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}";
        requests.Enqueue(request);
        DevelopmentServer.Follow(context);
        if (held is { } hold && hold.Only(request))
            await hold.Released.Task.WaitAsync(context.RequestAborted);

        var fault = TakePlanned(request);
        var answer = fault?.Status is { } status ? Planned.Answer(status, fault.Body, this) : await AnswerAsync(context.Request);
        if (heldAnswers is { } later && later.Only(request))
            await later.Released.Task.WaitAsync(context.RequestAborted);

        if (answer is null || fault?.IsDone == true)
            context.Abort();
        else
            await SendAsync(answer, context.Response);
    }

    /// <returns>Null when the server has died of it.</returns>
    private async Task<Answer?> AnswerAsync(HttpRequest request)
    {
        try
        {
            var (route, ids) = router.Find(request.Method, request.Path, request.Query.Keys);
            var user = route.IsPublic ? null : Tokens.Authenticate(request);
            var (body, isSent) = await ReadBodyAsync(request);
            return await route.Handle(new Call(request, ids, body, isSent, user));
        }
        catch (Refusal refusal)
        {
            return refusal.ToAnswer(Version, Data.NewUniqueId());
        }
        catch (NotSupportedException e)
        {
            // A real Label Studio could do it, and nobody has recorded how: whoever writes the test must see that.
            return new Refusal(StatusCodes.Status501NotImplemented, e.Message).ToAnswer(Version, Data.NewUniqueId());
        }
        catch (ServerDied)
        {
            return null;
        }
    }

    private static async Task<(JsonNode? Body, bool IsSent)> ReadBodyAsync(HttpRequest request)
    {
        if (request.HasFormContentType || request.ContentLength is null or 0)
            return (null, false);
        if (!request.HasJsonContentType())
            throw new Refusal(StatusCodes.Status415UnsupportedMediaType, $"Unsupported media type \"{request.ContentType}\" in request.");
        var bytes = new byte[(int)request.ContentLength];
        await request.Body.ReadExactlyAsync(bytes, request.HttpContext.RequestAborted);
        return (Json.Parse(bytes), true);
    }

    private async Task SendAsync(Answer answer, HttpResponse response)
    {
        response.StatusCode = answer.Status;
        response.Headers.Date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        if (answer.ContentType is not null)
            response.ContentType = answer.ContentType;
        if (answer.Content.Length > 0)
        {
            response.ContentLength = answer.Content.Length;
            await response.Body.WriteAsync(answer.Content, response.HttpContext.RequestAborted);
        }
    }

    private sealed record Hold(Func<string, bool> Only)
    {
        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Planned(Func<string, bool> Only, int? Status, FaultBody Body, bool IsDone)
    {
        public static Answer Answer(int status, FaultBody body, LabelStudioDouble server) =>
            body == FaultBody.Html
                ? LabelStudio.Answer.Html(status)
                : new Refusal(status, "An error that a test asked for.").ToAnswer(server.Version, server.Data.NewUniqueId());
    }
}

/// <summary>The process was killed: nobody gets an answer, and what was written so far stays.</summary>
internal sealed class ServerDied : Exception;
