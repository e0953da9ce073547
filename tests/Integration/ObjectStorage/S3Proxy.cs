using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Tests.Integration.ObjectStorage;

/// <summary>What a request asks an S3 server for.</summary>
public enum S3Call
{
    Put = 0,
    Get,
    Head,
    List,
    Delete,
    Copy,
    ReadTags,
    WriteTags,
    RemoveTags,
    FindBucket,
    MakeBucket,
    FindLocation,
}

/// <summary>What something between us and the S3 server does to an answer.</summary>
public enum Misbehaviour
{
    /// <summary>404 without a body: an ingress that knows no such route.</summary>
    NotFound = 0,

    /// <summary>404 with a page.</summary>
    NotFoundPage,

    /// <summary>403 with a page: a firewall.</summary>
    ForbiddenPage,

    /// <summary>401 without a body.</summary>
    Unauthorized,

    /// <summary>500 without a body.</summary>
    ServerError,

    /// <summary>502 with a page: a backend that is gone.</summary>
    BadGateway,

    /// <summary>200 with a page: a captive portal.</summary>
    Page,

    /// <summary>200 with a page that has what web servers add to files: ETag, date, length.</summary>
    StaticPage,

    /// <summary>200 with nothing.</summary>
    Empty,

    /// <summary>204.</summary>
    NoContent,

    /// <summary>302 to a page that is there.</summary>
    Redirect,

    /// <summary>301 to a page that is there.</summary>
    MovedPermanently,

    /// <summary>200 with XML that no parser reads.</summary>
    BrokenXml,

    /// <summary>200 with XML of another service.</summary>
    OtherXml,

    /// <summary>The server's headers and half of its body, then the connection ends.</summary>
    CutBody,

    /// <summary>The server's headers and half of its body, then nothing more.</summary>
    HangingBody,

    /// <summary>The server's headers, but half of its body, and a length that says so.</summary>
    ShortBody,

    /// <summary>The server's headers without its body, and a length that says so.</summary>
    LostBody,

    /// <summary>The server does what was asked, but its answer becomes 502.</summary>
    LostAnswer,

    /// <summary>No answer at all.</summary>
    Silence,

    /// <summary>The connection ends.</summary>
    Hangup,
}

/// <summary>
/// Stands between a test's store and the real S3 server, misbehaves as told, and is strict about tags as MinIO is (Ceph takes everything):
/// ASCII letters, digits, spaces and <c>+ - = . _ : / @</c>.
/// </summary>
internal sealed partial class S3Proxy : IAsyncDisposable
{
    private const string Html = "<!doctype html><title>Sign in</title><p>Please sign in to the network.";

    private readonly WebApplication app;
    private readonly Uri server;
    private readonly HttpMessageInvoker http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        }
    );
    private readonly CancellationTokenSource stopping = new();

    private S3Proxy(Uri server)
    {
        this.server = server;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public string Address => app.Urls.Single();

    /// <summary>What to do to an answer, by what is asked of which path; null leaves it alone.</summary>
    public Func<S3Call, string, Misbehaviour?> Rule { get; set; } = (_, _) => null;

    /// <summary>All calls so far that were misbehaved to.</summary>
    public ConcurrentQueue<(S3Call Call, string Path)> Spoiled { get; } = [];

    /// <param name="settings">Of a store on the real server, as environment variables are named; the store is led through the
    /// proxy.</param>
    public static async Task<S3Proxy> StartAsync(Dictionary<string, string> settings)
    {
        var proxy = new S3Proxy(new Uri(settings["ObjectStore__Endpoint"]));
        await proxy.app.StartAsync(TestContext.Current.CancellationToken);
        settings["ObjectStore__Endpoint"] = proxy.Address;
        return proxy;
    }

    /// <summary>Every call is answered as the server answers it.</summary>
    public void Behave() => Rule = (_, _) => null;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await app.DisposeAsync();
        http.Dispose();
        stopping.Dispose();
    }

    private static S3Call CallOf(HttpRequest request)
    {
        var isObject = request.Path.Value!.TrimEnd('/').Count(c => c == '/') > 1;
        return request.Method switch
        {
            "GET" when request.Query.ContainsKey("location") => S3Call.FindLocation,
            "GET" when request.Query.ContainsKey("tagging") => S3Call.ReadTags,
            "GET" => isObject ? S3Call.Get : S3Call.List,
            "HEAD" => isObject ? S3Call.Head : S3Call.FindBucket,
            "PUT" when request.Query.ContainsKey("tagging") => S3Call.WriteTags,
            "PUT" when request.Headers.ContainsKey("x-amz-copy-source") => S3Call.Copy,
            "PUT" => isObject ? S3Call.Put : S3Call.MakeBucket,
            "DELETE" when request.Query.ContainsKey("tagging") => S3Call.RemoveTags,
            "DELETE" => S3Call.Delete,
            _ => throw new InvalidOperationException($"{request.Method} {request.Path} is no call that the product makes."),
        };
    }

    private async Task AnswerAsync(HttpContext context)
    {
        // Where Redirect leads.
        if (context.Request.Path == "/somewhere/else")
        {
            await PageAsync(context, StatusCodes.Status200OK);
            return;
        }

        var call = CallOf(context.Request);
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var misbehaviour = Rule(call, context.Request.Path);
        if (misbehaviour is not null)
            Spoiled.Enqueue((call, context.Request.Path));
        if (misbehaviour is null && call == S3Call.WriteTags && !AreTagsAllowed(body.ToArray()))
            await RefuseTagsAsync(context);
        else if (misbehaviour is >= Misbehaviour.CutBody and <= Misbehaviour.LostAnswer or null)
            await ForwardAsync(context, body.ToArray(), misbehaviour);
        else
            await MisbehaveAsync(context, misbehaviour.Value);
    }

    private async Task MisbehaveAsync(HttpContext context, Misbehaviour misbehaviour)
    {
        var response = context.Response;
        switch (misbehaviour)
        {
            case Misbehaviour.NotFound:
                response.StatusCode = StatusCodes.Status404NotFound;
                break;
            case Misbehaviour.NotFoundPage:
                await PageAsync(context, StatusCodes.Status404NotFound);
                break;
            case Misbehaviour.ForbiddenPage:
                await PageAsync(context, StatusCodes.Status403Forbidden);
                break;
            case Misbehaviour.Unauthorized:
                response.StatusCode = StatusCodes.Status401Unauthorized;
                break;
            case Misbehaviour.ServerError:
                response.StatusCode = StatusCodes.Status500InternalServerError;
                break;
            case Misbehaviour.BadGateway:
                await PageAsync(context, StatusCodes.Status502BadGateway);
                break;
            case Misbehaviour.Page:
                await PageAsync(context, StatusCodes.Status200OK);
                break;
            case Misbehaviour.StaticPage:
                response.Headers.ETag = "\"6a1-5b3f\"";
                response.Headers.LastModified = "Wed, 21 Oct 2026 07:28:00 GMT";
                response.Headers.AcceptRanges = "bytes";
                await PageAsync(context, StatusCodes.Status200OK);
                break;
            case Misbehaviour.Empty:
                response.ContentLength = 0;
                break;
            case Misbehaviour.NoContent:
                response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case Misbehaviour.Redirect:
                response.Redirect("/somewhere/else");
                break;
            case Misbehaviour.MovedPermanently:
                response.Redirect("/somewhere/else", permanent: true);
                break;
            case Misbehaviour.BrokenXml:
                await WriteAsync(context, "application/xml", "<ListBucketResult><Contents><Key>class_00/a.jp");
                break;
            case Misbehaviour.OtherXml:
                await WriteAsync(context, "application/xml", "<rss><channel><title>News</title></channel></rss>");
                break;
            case Misbehaviour.Silence:
                await WaitAsync(context);
                break;
            default:
                context.Abort();
                break;
        }
    }

    private async Task ForwardAsync(HttpContext context, byte[] body, Misbehaviour? misbehaviour)
    {
        // As it was signed, escapes and all.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var address = new Uri(
            $"{server.GetLeftPart(UriPartial.Authority)}{target}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), address)
        {
            Content = body.Length > 0 || context.Request.Method == "PUT" ? new ByteArrayContent(body) : null,
        };
        foreach (var (name, values) in context.Request.Headers)
        {
            if (
                name is not ("Connection" or "Transfer-Encoding" or "Content-Length")
                && !request.Headers.TryAddWithoutValidation(name, values.ToArray())
            )
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        using var response = await http.SendAsync(request, context.RequestAborted);
        var content = await response.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (misbehaviour == Misbehaviour.LostAnswer)
        {
            await PageAsync(context, StatusCodes.Status502BadGateway);
            return;
        }

        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection" or "Date"))
                context.Response.Headers[name] = values.ToArray();
        }

        await SendAsync(context, content, misbehaviour);
    }

    private async Task SendAsync(HttpContext context, byte[] content, Misbehaviour? misbehaviour)
    {
        var (response, half) = (context.Response, content.AsMemory(0, content.Length / 2));
        var hasBody = context.Request.Method != "HEAD" && response.StatusCode != StatusCodes.Status204NoContent;
        switch (misbehaviour)
        {
            case Misbehaviour.ShortBody or Misbehaviour.LostBody when hasBody:
                half = misbehaviour == Misbehaviour.LostBody ? default : half;
                response.ContentLength = half.Length;
                await response.Body.WriteAsync(half, context.RequestAborted);
                break;
            case Misbehaviour.CutBody or Misbehaviour.HangingBody when hasBody:
                response.ContentLength = content.Length + 1;
                await response.Body.WriteAsync(half, context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
                if (misbehaviour == Misbehaviour.HangingBody)
                    await WaitAsync(context);
                context.Abort();
                break;
            case Misbehaviour.CutBody or Misbehaviour.HangingBody or Misbehaviour.ShortBody or Misbehaviour.LostBody:
                // There is no body to spoil.
                context.Abort();
                break;
            default:
                if (hasBody)
                    await response.Body.WriteAsync(content, context.RequestAborted);
                break;
        }
    }

    private async Task WaitAsync(HttpContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping.Token);
        var over = new TaskCompletionSource();
        await using var ended = end.Token.Register(over.SetResult);
        await over.Task;
    }

    private static Task PageAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, "text/html; charset=utf-8", Html);
    }

    private static async Task WriteAsync(HttpContext context, string mediaType, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = bytes.Length;
        if (context.Request.Method != "HEAD")
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static bool AreTagsAllowed(byte[] document) =>
        XDocument
            .Load(new MemoryStream(document))
            .Descendants()
            .Where(element => element.Name.LocalName is "Key" or "Value")
            .All(element => Allowed().IsMatch(element.Value));

    private static async Task RefuseTagsAsync(HttpContext context)
    {
        context.Response.StatusCode = (int)HttpStatusCode.BadRequest;
        context.Response.Headers["x-amz-request-id"] = "18EC4C5E43ABBF7E";
        await WriteAsync(
            context,
            "application/xml",
            "<Error><Code>InvalidTag</Code><Message>The TagValue you have provided is invalid</Message></Error>"
        );
    }

    [GeneratedRegex("^[A-Za-z0-9 +\\-=._:/@]{0,256}$")]
    private static partial Regex Allowed();
}
