using System.Globalization;
using System.Text;

namespace GourmetGram.Tests.Integration.Fuzzing;

internal enum FuzzKind
{
    Image,
    Json,
    Multipart,
    Header,
    Cookie,
    Query,
    Page,
    Method,
}

/// <summary>One request to send.</summary>
/// <param name="Index">Which one of the seed's.</param>
/// <param name="Kind">What about it is wrong.</param>
/// <param name="Bytes">All of it.</param>
/// <param name="Ending">What the client does then; only one that waits must be answered.</param>
internal sealed record FuzzInput(int Index, FuzzKind Kind, byte[] Bytes, Ending Ending)
{
    /// <summary>Method and path, as they are sent.</summary>
    public string Line => Encoding.Latin1.GetString(Bytes, 0, Math.Min(Bytes.Length, 300)).Split("\r\n")[0];

    public override string ToString() => $"input {Index} ({Kind}): {Line}";
}

/// <summary>What a visitor of the server under test has: inputs start from what works.</summary>
/// <param name="Host">Host header.</param>
/// <param name="Open">A prediction that belongs to nobody.</param>
/// <param name="Own">A prediction of the visitor.</param>
/// <param name="Cookies">The visitor's Cookie header.</param>
/// <param name="Token">The visitor's antiforgery token.</param>
/// <param name="Key">An administrator's API key.</param>
internal sealed record FuzzTarget(string Host, Guid Open, Guid Own, string Cookies, string Token, string Key);

/// <summary>Makes inputs: the same seed, index and target give the same bytes.</summary>
internal sealed class FuzzInputs(int seed, FuzzTarget target)
{
    private static readonly FuzzImages Images = new();
    private static readonly FuzzKind[] Kinds = Enum.GetValues<FuzzKind>();

    public FuzzInput Make(int index)
    {
        var dice = new Dice(unchecked((seed * 1_000_003) + index));
        var kind = Kinds[index % Kinds.Length];
        var (bytes, ending) = kind switch
        {
            FuzzKind.Image => (Image(dice), Ending.Wait),
            FuzzKind.Json => (Json(dice), Ending.Wait),
            FuzzKind.Multipart => Multipart(dice),
            FuzzKind.Header => Header(dice),
            FuzzKind.Cookie => (Cookie(dice), Ending.Wait),
            FuzzKind.Query => (Query(dice), Ending.Wait),
            FuzzKind.Page => (Page(dice), Ending.Wait),
            FuzzKind.Method => Method(dice),
            _ => throw new ArgumentOutOfRangeException(nameof(index)),
        };
        return new FuzzInput(index, kind, bytes, ending);
    }

    // ---- the parts of a request ----

    /// <param name="method">Method.</param>
    /// <param name="path">Path and query, as they are sent.</param>
    /// <param name="body">Body; null for none.</param>
    /// <param name="headers">Further headers, each with its CR LF.</param>
    /// <param name="length">Content-Length; null for the true one.</param>
    private byte[] Request(string method, string path, byte[]? body = null, string headers = "", string? length = null)
    {
        if (body is not null)
            headers += $"Content-Length: {length ?? body.Length.ToString(CultureInfo.InvariantCulture)}\r\n";
        return [.. Bytes($"{method} {path} HTTP/1.1\r\nHost: {target.Host}\r\nConnection: close\r\n{headers}\r\n"), .. body ?? []];
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Whatever would end the line or a quoted path too early, escaped.</summary>
    private static string Escaped(string text) => string.Concat(text.Select(c => c is > ' ' and < '\x7f' ? c.ToString() : $"%{(int)c:X2}"));

    /// <summary>A header's value must not hold what ends it: the rest of the request is tested, not its framing.</summary>
    private static string OneLine(string text) => text.Replace('\r', ' ').Replace('\n', ' ');

    private string Identity(Dice dice) =>
        dice.Below(3) switch
        {
            0 => $"Cookie: {target.Cookies}\r\n",
            1 => $"Authorization: Bearer {target.Key}\r\n",
            _ => "",
        };

    private string Accept(Dice dice) => dice.Pick("", "Accept: */*\r\n", "Accept: application/json\r\n", "Accept: text/html\r\n");

    private Guid AnyId(Dice dice) => dice.Chance(70) ? target.Open : target.Own;

    private static string Part(string name, string? fileName = null) =>
        $"Content-Disposition: form-data; name=\"{name}\"{(fileName is null ? "" : $"; filename=\"{fileName}\"")}\r\n";

    private static byte[] Form(string boundary, params (string Headers, byte[] Content)[] parts) =>
        [
            .. parts.SelectMany(part => (byte[])[.. Bytes($"--{boundary}\r\n{part.Headers}\r\n"), .. part.Content, .. "\r\n"u8]),
            .. Bytes($"--{boundary}--\r\n"),
        ];

    private static string FormType(string boundary) => $"Content-Type: multipart/form-data; boundary={boundary}\r\n";

    // ---- kinds ----

    private byte[] Image(Dice dice)
    {
        var image = Images.Broken(dice);
        if (dice.Chance(15))
            return Request(
                "POST",
                "/predict",
                Bytes($"{{\"image\": \"{Convert.ToBase64String(image)}\"}}"),
                "Content-Type: application/json\r\n"
            );
        if (dice.Chance(15))
            return PagePost(
                dice,
                "/",
                (Part("_handler"), "classify"u8.ToArray()),
                (Part("__RequestVerificationToken"), Bytes(target.Token)),
                (Part("file", "a.jpg"), image)
            );
        var path = dice.Pick("/api/v1/predictions", "/api/v1/predictions", "/api/v1/predictions/batch", "/predict");
        return Request("POST", path, Form("b", (Part("file", "a.jpg"), image)), FormType("b") + Identity(dice));
    }

    private byte[] Json(Dice dice)
    {
        var (method, path, fields) = dice.Below(3) switch
        {
            0 => ("POST", "/predict", new[] { "image" }),
            1 => ("POST", "/feedback", ["prediction_id", "corrected_class"]),
            _ => ("PUT", $"/api/v1/predictions/{AnyId(dice)}/correction", ["class"]),
        };
        var text = dice.Below(12) switch
        {
            0 => string.Concat(Enumerable.Repeat(dice.Pick("[", "{\"a\":", "{\"image\":"), dice.Pick(10, 63, 64, 65, 1000, 100_000))),
            1 => dice.Pick(
                "",
                "null",
                "1",
                "\"text\"",
                "[]",
                "tru",
                "{",
                "{}",
                "\u00EF\u00BB\u00BF{}",
                "\u00FF\u00FE{\0}\0",
                "{} {}",
                "//\n{}",
                "{\"a\":01}",
                "\0"
            ),
            2 => "\u00EF\u00BB\u00BF" + Fields(dice, fields),
            3 or 4 => dice.Mutate(Fields(dice, fields)),
            5 => Fields(dice, [.. fields, .. fields]),
            _ => Fields(dice, fields),
        };
        var type = dice.Pick(
            "application/json",
            "application/json",
            "application/json; charset=utf-8",
            "application/json; charset=utf-16",
            "application/problem+json",
            "text/json"
        );
        return Request(method, path, Bytes(text), $"Content-Type: {type}\r\n{Accept(dice)}{Identity(dice)}");
    }

    private string Fields(Dice dice, string[] fields) =>
        "{" + string.Join(",", fields.Select(field => $"{NameOf(dice, field)}: {Value(dice, field)}")) + "}";

    private static string NameOf(Dice dice, string field) =>
        dice.Below(8) switch
        {
            0 => $"\"\\u{(int)field[0]:x4}{field[1..]}\"",
            1 => $"\"{field.ToUpperInvariant()}\"",
            2 => "\"\\ud800\"",
            3 => $"\"{OneLine(dice.Nasty()).Replace('"', ' ')}\"",
            _ => $"\"{field}\"",
        };

    private string Value(Dice dice, string field) =>
        dice.Below(16) switch
        {
            0 => dice.Pick("\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\ude00\"", "\"a\\ud800b\""),
            1 => dice.Pick("\"\u00FF\u00FE\"", "\"\u00ED\u00A0\u0080\"", "\"\u00C3\"", "\"\u00F4\u0090\u0080\u0080\""),
            2 => dice.Pick("1e99999", "-0", new string('9', 5000), "1.5", "true", "false", "null", "NaN"),
            3 => dice.Pick("[]", "{}", "[\"x\"]", "{\"image\": \"x\"}", "[[[[[[]]]]]]"),
            4 => dice.Pick("\"\\u0000\"", "\"\0\"", "\"\\x\"", "\"\\u12\"", "\"\\/\\/\\/\\/\"", "\"\t\""),
            5 => $"\"{OneLine(dice.Nasty()).Replace('"', ' ').Replace('\\', '/')}\"",
            6 or 7 or 8 when field == "image" => Base64(dice),
            6 or 7 or 8 or 9 or 10 when field == "prediction_id" => $"\"{AnyId(dice)}\"",
            6 or 7 or 8 when field != "image" => dice.Pick("\"Soup\"", "\"soup\"", "\"Soup \"", "\"\\u0053oup\""),
            _ => $"\"{dice.Noise(dice.Between(0, 40)).Replace('"', ' ').Replace('\\', '/')}\"",
        };

    private static string Base64(Dice dice)
    {
        var text = Convert.ToBase64String(Images.Whole(dice));
        return "\""
            + dice.Below(9) switch
            {
                0 => text,
                1 => text.Replace("/", "\\/"),
                2 => text.TrimEnd('='),
                3 => text + "=",
                4 => text.Insert(text.Length / 2, dice.Pick("\\n", " ", "\\r\\n", "-", "=", "\\u0041", "\\ud800", "\0")),
                5 => text.Replace('+', '-').Replace('/', '_'),
                6 => "data:image/jpeg;base64," + text,
                7 => string.Concat(text.Take(200).Select(c => $"\\u{(int)c:X4}")) + text[200..],
                _ => text[..dice.Below(text.Length)],
            }
            + "\"";
    }

    private (byte[] Bytes, Ending Ending) Multipart(Dice dice)
    {
        var path = dice.Below(5) switch
        {
            0 => "/predict",
            1 => "/api/v1/predictions/batch",
            2 => $"/correct-label/class_00/{AnyId(dice)}.jpg",
            _ => "/api/v1/predictions",
        };
        var field = path.StartsWith("/correct", StringComparison.Ordinal) ? "corrected_class" : "file";
        var content = field == "file" ? Images.Whole(dice) : "Soup"u8.ToArray();
        var (boundary, type) = ("b", FormType("b"));
        string? length = null;
        var part = Part(field, field == "file" ? "a.jpg" : null);
        var body = Form(boundary, (part, content));
        switch (dice.Below(14))
        {
            case 0:
                type = dice.Pick(
                    "Content-Type: multipart/form-data\r\n",
                    FormType(""),
                    FormType("\"\""),
                    FormType("\"b"),
                    FormType("c"),
                    FormType(new string('b', 71)),
                    FormType(new string('b', 300)),
                    FormType(OneLine(dice.Nasty())),
                    "Content-Type: multipart/mixed; boundary=b\r\n",
                    "Content-Type: multipart/form-data; boundary=b; boundary=c\r\n",
                    ""
                );
                break;
            case 1:
                body = Form(
                    boundary,
                    (
                        dice.Pick(
                            "",
                            "X: y\r\n",
                            "Content-Disposition\r\n",
                            ": x\r\n",
                            "Content-Disposition:\r\n",
                            "Content-Disposition: attachment\r\n"
                        ),
                        content
                    )
                );
                break;
            case 2:
                var inner = Form("c", (part, content));
                body = Form(
                    boundary,
                    ($"{part}Content-Type: multipart/mixed; boundary=c\r\n", inner),
                    ($"{part}Content-Type: multipart/form-data; boundary=b\r\n", body)
                );
                break;
            case 3:
                body = Form(boundary, ($"{part}X-Long: {new string('a', dice.Pick(1000, 8_000, 17_000, 300_000))}\r\n", content));
                break;
            case 4:
                body = Form(
                    boundary,
                    (string.Concat(Enumerable.Range(0, dice.Pick(10, 16, 17, 2000)).Select(i => $"X-{i}: y\r\n")) + part, content)
                );
                break;
            case 5 or 6:
                body = Form(boundary, (Part(field, OneLine(dice.Nasty())), content));
                break;
            case 7:
                body = Form(
                    boundary,
                    (
                        dice.Pick(
                            $"Content-Disposition: form-data; name={field}; filename=a.jpg\r\n",
                            $"Content-Disposition: form-data; name=\"{field}\"; filename*=UTF-8''%ff%fe..%2f..%2fescape\r\n",
                            $"Content-Disposition: form-data; name=\"{field}\"; filename*=utf-16''x\r\n",
                            $"Content-Disposition: form-data; name=\"{field}\"; filename=\"\\\"\r\n",
                            $"Content-Disposition: form-data; name=\"{field}\"; filename=\"a\\\"b\"; filename=\"c\"\r\n",
                            $"Content-Disposition: form-data; name=\"{field}\"; name=\"other\"; filename=\"=?utf-8?B?/9j/?=\"\r\n",
                            $"Content-Disposition: form-data;;; name=\"{field}\"; filename\r\n",
                            $"Content-Disposition: form-data; name=\"{OneLine(dice.Nasty())}\"; filename=\"x\"\r\n",
                            $"{part}Content-Transfer-Encoding: base64\r\n",
                            $"{part}Content-Type: {OneLine(dice.Nasty())}\r\n"
                        ),
                        content
                    )
                );
                break;
            case 8:
                body = Form(boundary);
                break;
            case 9:
                body = Form(
                    boundary,
                    [
                        .. Enumerable.Repeat(
                            (Part(dice.Pick(field, "x"), field == "file" ? "a" : null), dice.Bytes(3)),
                            dice.Pick(65, 1023, 1025, 3000)
                        ),
                    ]
                );
                break;
            case 10:
                body = body[..dice.Below(body.Length)];
                break;
            case 11:
                length = dice.Pick(
                    "0",
                    "1",
                    "-1",
                    "x",
                    "99999999999999999999",
                    "1000000000",
                    (body.Length + 10).ToString(CultureInfo.InvariantCulture),
                    (body.Length - 10).ToString(CultureInfo.InvariantCulture)
                );
                break;
            case 12:
                (type, length) = (type + "Transfer-Encoding: chunked\r\n", null);
                var size = dice.Pick(
                    $"{body.Length:x}",
                    $"{body.Length + 5:x}",
                    "0",
                    "-1",
                    "zz",
                    "ffffffffffffffffff",
                    $"{body.Length:x};{dice.Noise(20)}"
                );
                var chunked = Bytes($"POST {path} HTTP/1.1\r\nHost: {target.Host}\r\nConnection: close\r\n{type}\r\n{size}\r\n");
                return (
                    [.. chunked, .. body, .. dice.Pick("\r\n0\r\n\r\n", "", "\r\n", "\r\n0\r\nX: y\r\n\r\n").Select(c => (byte)c)],
                    Ending.Finish
                );
            default:
                body = [.. dice.Mutate(body[..Math.Min(200, body.Length)]), .. body[Math.Min(200, body.Length)..]];
                break;
        }

        return (
            Request("POST", path, body, type + Accept(dice) + Identity(dice), length),
            length is not null ? Ending.Finish
            : dice.Chance(8) ? Ending.HangUp
            : Ending.Wait
        );
    }

    private (byte[] Bytes, Ending Ending) Header(Dice dice)
    {
        var names = new[]
        {
            "Accept",
            "Content-Type",
            "Range",
            "If-None-Match",
            "If-Match",
            "If-Modified-Since",
            "If-Range",
            "Idempotency-Key",
            "Authorization",
            "Origin",
            "Host",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "Forwarded",
            "Accept-Encoding",
            "Accept-Language",
            "Sec-Fetch-Site",
            "Sec-Fetch-Mode",
            "Referer",
            "User-Agent",
            "Cache-Control",
            "Upgrade",
            "Content-Encoding",
            "Access-Control-Request-Method",
            "blazor-enhanced-nav",
            "Expect",
            "Content-Length",
            "Transfer-Encoding",
        };
        var (headers, frames) = ("", false);
        for (var left = dice.Between(1, 4); left > 0; left--)
        {
            var name = dice.Pick<string>(names);
            frames |= name is "Content-Length" or "Transfer-Encoding" or "Expect" or "Upgrade";
            var value = name switch
            {
                "Range" when dice.Chance(70) => dice.Pick(
                    "bytes=0-",
                    "bytes=-1",
                    "bytes=5-2",
                    "bytes=0-0,5-9,-1",
                    "bytes=99999999999999999999-",
                    "bytes=-0",
                    "bytes=a-b",
                    "lines=1-2",
                    $"bytes={string.Join(',', Enumerable.Repeat("0-", 500))}"
                ),
                "If-None-Match" or "If-Match" or "If-Range" when dice.Chance(60) => dice.Pick(
                    "*",
                    "\"",
                    "W/\"x\"",
                    "\"a\", \"b\", ",
                    "x",
                    "\"\u00FF\""
                ),
                "Authorization" when dice.Chance(70) => dice.Pick(
                    $"Bearer {target.Key}",
                    "Bearer",
                    "Bearer ",
                    "Bearer \u00FF\u00FE",
                    $"bearer {target.Key} x",
                    "Basic eDp5",
                    $"Bearer {target.Key}\0",
                    ","
                ),
                "Accept" when dice.Chance(60) => dice.Pick(
                    "text/html;q=9",
                    "text/html,application/json;q=0.1",
                    "*/*;q=\u00FF",
                    "application/json;;;",
                    "/",
                    "text/*",
                    string.Concat(Enumerable.Repeat("text/html,", 900))
                ),
                "Host" when dice.Chance(60) => dice.Pick(
                    "",
                    "evil.example",
                    "a b",
                    "[::1",
                    "127.0.0.1:99999",
                    "x:y:z",
                    "localhost/",
                    "\u00FF",
                    "@",
                    "%00"
                ),
                "Accept-Encoding" when dice.Chance(60) => dice.Pick("gzip", "br", "gzip;q=x", "identity;q=0", "*;q=0", "zstd, br;q=1.0001"),
                "Content-Length" => dice.Pick("0", "5", "-5", "1e3", "99999999999999999999", "0, 0", ""),
                "Transfer-Encoding" => dice.Pick("chunked", "gzip, chunked", "identity", "chunked, chunked", "x", ""),
                "Expect" => dice.Pick("100-continue", "x"),
                "Origin" when dice.Chance(60) => dice.Pick("null", "http://evil.example", "://", "http://[", $"http://{target.Host}"),
                _ => OneLine(dice.Nasty()),
            };
            headers += $"{(dice.Chance(3) ? OneLine(dice.Nasty()) : name)}:{dice.Pick(" ", "", "\t", "  ")}{value}\r\n";
        }

        if (dice.Chance(3))
            headers += string.Concat(Enumerable.Range(0, dice.Pick(90, 101, 500)).Select(i => $"X-{i}: y\r\n"));
        if (dice.Chance(35))
            return (
                Request(
                    "POST",
                    dice.Pick("/api/v1/predictions", "/predict", "/"),
                    Form("b", (Part("file", "a.jpg"), Images.Whole(dice))),
                    FormType("b") + headers
                ),
                Ending.Finish
            );
        var path = dice.Pick(
            "/",
            $"/api/v1/predictions/{AnyId(dice)}",
            $"/api/v1/predictions/{AnyId(dice)}/image",
            $"/api/v1/predictions/{AnyId(dice)}/image?size=160",
            "/api/v1/predictions",
            "/photos",
            "/test",
            "/sign-in",
            "/metrics",
            "/health/ready",
            "/openapi/v1.json",
            "/scalar",
            "/app.css",
            "/nothing",
            "/api/v1/predictions/download"
        );
        return (
            Request(dice.Pick("GET", "GET", "GET", "HEAD", "OPTIONS"), path, null, headers + (dice.Chance(30) ? Identity(dice) : "")),
            frames ? Ending.Finish : Ending.Wait
        );
    }

    private byte[] Cookie(Dice dice)
    {
        var cookies = dice.Below(7) switch
        {
            0 => OneLine(dice.Nasty()),
            1 => string.Join("; ", target.Cookies.Split("; ").Select(c => c.Split('=')[0] + "=" + OneLine(dice.Nasty()))),
            2 => string.Join("; ", Enumerable.Range(0, 300).Select(i => $"c{i}=v")),
            3 => string.Join(
                "; ",
                target.Cookies.Split("; ").Select(c => $"{c.Split('=')[0]}=chunks-{dice.Pick("2", "0", "-1", "99999999", "x")}")
            ),
            4 => $"{target.Cookies}; {target.Cookies}",
            _ => OneLine(dice.Mutate(target.Cookies)),
        };
        var path = dice.Pick(
            "/",
            "/photos",
            $"/photos/{target.Own}",
            "/api/v1/predictions",
            $"/api/v1/predictions/{target.Own}",
            "/sign-in",
            "/photos/erase-all",
            "/api/v1/predictions/download"
        );
        return dice.Chance(25)
            ? Request(
                "POST",
                "/",
                Form("b", (Part("_handler"), "classify"u8.ToArray()), (Part("__RequestVerificationToken"), Bytes(target.Token))),
                $"{FormType("b")}{Accept(dice)}Cookie: {cookies}\r\n"
            )
            : Request("GET", path, null, $"{Accept(dice)}Cookie: {cookies}\r\n");
    }

    private static string AnyLabPath(Dice dice, string id, string nasty) =>
        dice.Pick($"class_99/{id}.jpg", $"{nasty}/{nasty}", id, "", $"../../{id}", new string('/', 300), "%2e%2e%2f%2e%2e%2fdata");

    private byte[] Query(Dice dice)
    {
        var nasty = Escaped(dice.Nasty());
        var cursor = dice.Chance(40) ? target.Own.ToString(dice.Pick("N", "D", "B")) : nasty;
        var id = dice.Below(5) switch
        {
            0 => AnyId(dice).ToString(dice.Pick("N", "B", "P", "X", "D")),
            1 => AnyId(dice).ToString().ToUpperInvariant(),
            2 => Escaped(dice.Mutate(AnyId(dice).ToString())),
            _ => nasty,
        };
        var path = dice.Below(12) switch
        {
            0 or 1 => $"/api/v1/predictions?cursor={cursor}&limit={dice.Pick("1", "100", nasty)}",
            2 => $"/api/v1/predictions?{nasty}={nasty}&limit=1&limit=2&cursor&cursor={cursor}",
            3 => $"/api/v1/predictions/{id}{dice.Pick("", "/", "/image", "/image?size=160")}",
            4 => $"/api/v1/predictions/{AnyId(dice)}/image?size={dice.Pick("160", "480", "1280", "161", "-1", "2147483648", nasty)}",
            5 or 6 => $"/photos?show={dice.Pick("unsure", "flagged", "corrected", nasty)}"
                + $"&class={dice.Pick("Soup", nasty)}&before={cursor}&after={dice.Pick("", cursor)}&erased={nasty}",
            7 => $"/?p={id}&p={nasty}&p={string.Join("&p=", Enumerable.Repeat(AnyId(dice), dice.Pick(1, 30)))}",
            8 => $"/{dice.Pick("flag", "correct-label")}/{AnyLabPath(dice, id, nasty)}",
            9 => $"/photos/{id}{dice.Pick("", "/erase", $"?show={nasty}&before={cursor}")}",
            10 => $"/sign-in?returnUrl={nasty}",
            _ => dice.Pick(
                "/%2e%2e/%2e%2e/etc/passwd",
                "/../../etc/passwd",
                "/%00",
                "//",
                "//evil.example/",
                "/.",
                "/%",
                "/%zz",
                "/%ff",
                $"/{new string('a', 7000)}",
                $"/{new string('a', 9000)}",
                "/\u00FF",
                "/api/v1/%2e%2e/",
                "/api/v1//predictions",
                "/API/V1/PREDICTIONS",
                "/_framework/../appsettings.json",
                "/appsettings.json",
                "/_content/..%2f..%2fappsettings.json",
                "/api/v1/predictions;a=b",
                "/?%00=%00",
                "/?=&=&&&",
                $"/photos{new string('/', 2000)}",
                $"/{nasty}",
                $"/scalar/{nasty}",
                $"/openapi/{nasty}.json",
                $"/_framework/{nasty}",
                $"/not-found?{nasty}",
                $"/error?{nasty}"
            ),
        };
        return Request(
            path.StartsWith("/flag", StringComparison.Ordinal) || path.StartsWith("/correct", StringComparison.Ordinal) ? "POST" : "GET",
            path,
            null,
            Accept(dice) + Identity(dice)
        );
    }

    private byte[] Page(Dice dice)
    {
        var (path, handler, fields) = dice.Below(6) switch
        {
            0 => ("/", "classify", new[] { ("unkept", "true"), ("key", "k") }),
            1 => (
                $"/photos/{target.Own}",
                $"feedback-{target.Own}",
                [(dice.Pick("class", "flag", "undo"), dice.Pick("Soup", "flag", "class", ""))]
            ),
            2 => ($"/?p={target.Own}", $"feedback-{target.Own}", [("class", "Soup")]),
            3 => ($"/photos/{dice.Pick(target.Open, Guid.Empty)}/erase", "erase", []),
            4 => ("/photos/erase-all", "erase", [("count", "-1")]),
            _ => ("/sign-in", dice.Pick("sign-in", "sign-out"), new[] { ("Credentials.Name", "a"), ("Credentials.Password", "b") }),
        };
        List<(string Name, string Value)> all = [("_handler", handler), ("__RequestVerificationToken", target.Token), .. fields];
        for (var left = dice.Between(0, 2); left > 0; left--)
        {
            var at = dice.Below(all.Count);
            all[at] = dice.Below(4) switch
            {
                0 => (all[at].Name, dice.Mutate(all[at].Value)),
                1 => (OneLine(dice.Nasty()), all[at].Value),
                _ => (all[at].Name, dice.Nasty()),
            };
            if (dice.Chance(10))
                all.AddRange(Enumerable.Repeat(all[at], dice.Pick(1, 1100)));
        }

        if (dice.Chance(40))
            return PagePost(dice, path, [.. all.Select(f => (Part(f.Name.Replace("\"", "%22")), Bytes(f.Value)))]);
        var body = string.Join(
            '&',
            all.Select(f =>
                $"{Escaped(f.Name).Replace("&", "%26").Replace("=", "%3D")}={Escaped(f.Value).Replace("&", "%26").Replace("+", "%2B")}"
            )
        );
        if (dice.Chance(20))
            body = dice.Mutate(body);
        return Request(
            "POST",
            path,
            Bytes(body),
            $"Content-Type: application/x-www-form-urlencoded\r\nCookie: {target.Cookies}\r\n{Accept(dice)}"
        );
    }

    /// <summary>A page's form with files. Sometimes what carries it is broken too.</summary>
    private byte[] PagePost(Dice dice, string path, params (string Headers, byte[] Content)[] parts)
    {
        var body = Form("b", parts);
        if (dice.Chance(15))
            body = dice.Chance(50) ? body[..dice.Below(body.Length)] : dice.Mutate(body);
        return Request("POST", path, body, $"{(dice.Chance(95) ? FormType("b") : FormType(""))}Cookie: {target.Cookies}\r\n{Accept(dice)}");
    }

    private (byte[] Bytes, Ending Ending) Method(Dice dice)
    {
        var path = dice.Pick(
            "/",
            "/photos",
            $"/photos/{AnyId(dice)}",
            "/predict",
            "/feedback",
            $"/flag/x/{AnyId(dice)}.jpg",
            "/api/classes",
            "/test",
            "/api/v1/predictions",
            "/api/v1/predictions/batch",
            $"/api/v1/predictions/{AnyId(dice)}",
            $"/api/v1/predictions/{AnyId(dice)}/flag",
            $"/api/v1/predictions/{AnyId(dice)}/correction",
            $"/api/v1/predictions/{AnyId(dice)}/image",
            "/api/v1/classes",
            "/api/v1/nothing",
            "/metrics",
            "/health/live",
            "*",
            $"http://{target.Host}/api/v1/classes",
            "evil.example:443"
        );
        var method = dice.Pick(
            "HEAD",
            "OPTIONS",
            "TRACE",
            "CONNECT",
            "PATCH",
            "PUT",
            "DELETE",
            "POST",
            "PROPFIND",
            "get",
            "GE T",
            "G\u00FFT",
            "X",
            "",
            new string('M', 300)
        );
        var request = Request(method, path, dice.Chance(20) ? dice.Bytes(20) : null, Accept(dice) + Identity(dice));
        if (dice.Chance(80))
            return (request, Ending.Wait);
        // What frames the request is broken: version, line ends, anything.
        var text = Encoding.Latin1.GetString(request);
        return (
            Bytes(
                dice.Below(4) switch
                {
                    0 => text.Replace("HTTP/1.1", dice.Pick("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/3", "HTTP/1.2", "HTTQ/1.1", "")),
                    1 => text.Replace("\r\n", dice.Pick("\n", "\r", "\r\r\n")),
                    2 => dice.Noise(200) + "\r\n\r\n",
                    _ => dice.Mutate(text),
                }
            ),
            Ending.Finish
        );
    }
}
