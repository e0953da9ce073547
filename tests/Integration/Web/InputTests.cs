using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Unit.Imaging;
using Photos = GourmetGram.Tests.Integration.Fixtures.Photos;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>
/// Every kind of input by every way in: refused with its status, words that say what to do and nothing kept, or accepted for what it shows.
/// docs/limits.md has the same table.
/// </summary>
public abstract class InputTests(AppFixture app) : BehaviourTests(app)
{
    private const string Api = "api/v1/predictions";
    private const string Batch = "api/v1/predictions/batch";
    private const string Lab = "predict";

    public static TheoryData<string> RefusedPhotos() => [.. Inputs.RefusedPhotos.Select(i => i.Name)];

    public static TheoryData<string> RefusedRequests() => [.. Inputs.RefusedRequests.Select(i => i.Name)];

    public static TheoryData<string> AcceptedPhotos() => [.. Inputs.AcceptedPhotos.Select(i => i.Name)];

    public static TheoryData<string> FileNames() => [.. Inputs.FileNames.Select(i => i.Name)];

    [Theory]
    [MemberData(nameof(RefusedPhotos))]
    public async Task A_photo_that_cannot_be_used_is_refused_by_every_way_in(string name)
    {
        var input = Inputs.RefusedPhotos.Single(i => i.Name == name);
        var photo = input.Photo();
        var caller = await App.VisitorAsync();
        var before = (await App.StoredObjectsAsync()).Count;

        await AssertRefusedAsync(caller, Api, AppClient.PhotoForm(photo, "photo.jpg"), input.Status, input.Words);
        await AssertRefusedAsync(caller, Lab, AppClient.PhotoForm(photo, "photo.jpg"), input.Status, input.Words);
        await AssertRefusedAsync(caller, Lab, JsonContent.Create(new { image = Convert.ToBase64String(photo) }), input.Status, input.Words);
        var item = Assert.Single((await caller.UploadManyAsync((photo, "photo.jpg"))).Items);
        Assert.Equal((input.Status, input.Status), (item.Status, (int)item.Problem!["status"]!));
        Assert.Contains(input.Words, (string)item.Problem["detail"]!, StringComparison.OrdinalIgnoreCase);

        Assert.Empty((await caller.ListAsync()).Items);
        Assert.Equal(before, (await App.StoredObjectsAsync()).Count);
    }

    [Theory]
    [MemberData(nameof(RefusedRequests))]
    public async Task A_request_that_brings_no_photo_is_refused(string name)
    {
        var input = Inputs.RefusedRequests.Single(i => i.Name == name);
        var caller = await App.VisitorAsync();
        var before = (await App.StoredObjectsAsync()).Count;
        foreach (var path in input.Paths)
            await AssertRefusedAsync(caller, path, input.Content(), input.Status, input.Words);
        Assert.Empty((await caller.ListAsync()).Items);
        Assert.Equal(before, (await App.StoredObjectsAsync()).Count);
    }

    [Theory]
    [MemberData(nameof(AcceptedPhotos))]
    public async Task An_unusual_photo_is_classified_for_what_it_shows(string name)
    {
        var input = Inputs.AcceptedPhotos.Single(i => i.Name == name);
        var photo = input.Photo();
        var caller = await App.VisitorAsync();
        var plain = await caller.UploadAsync(input.Plain());

        var alone = await caller.UploadAsync(photo, "photo.gif");
        var item = Assert.Single((await caller.UploadManyAsync((photo, "photo"))).Items);
        using var form = await caller.SendAsync(HttpMethod.Post, Lab, AppClient.PhotoForm(photo), ("Accept", "application/json"));
        using var json = await caller.SendAsync(HttpMethod.Post, Lab, JsonContent.Create(new { image = Convert.ToBase64String(photo) }));

        Assert.Equal((201, HttpStatusCode.OK, HttpStatusCode.OK), (item.Status, form.StatusCode, json.StatusCode));
        foreach (var prediction in new[] { alone, item.Prediction!, (await form.Content.ReadFromJsonAsync<PredictionJson>(Cancel))! })
        {
            Assert.Equal((input.MediaType, plain.Width, plain.Height), (prediction.MediaType, prediction.Width, prediction.Height));
            // A PNG holds what a JPEG of the same drawing has lost.
            Assert.All(plain.Probabilities.Zip(prediction.Probabilities), pair =>
                Assert.Equal(pair.First.Probability!.Value, pair.Second.Probability!.Value, 0.15)
            );
        }

        var answer = (await json.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal((alone.Class, alone.Probability), ((string)answer["prediction"]!, (double)answer["probability"]!));
        Assert.Equal(5, (await caller.ListAsync()).Items.Count);
    }

    [Theory]
    [MemberData(nameof(FileNames))]
    public async Task A_file_name_is_data_and_is_given_back(string name)
    {
        var input = Inputs.FileNames.Single(i => i.Name == name);
        var caller = await App.VisitorAsync();
        foreach (var path in new[] { Api, Lab, Batch })
        {
            using var answer = await caller.SendAsync(
                HttpMethod.Post,
                path,
                Inputs.Form(input.Sent(), Photos.New()),
                ("Accept", "application/json")
            );
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        }

        var made = (await caller.ListAsync()).Items;
        Assert.Equal(Enumerable.Repeat(input.Kept, 3), made.Select(p => p.FileName));
        var stored = await App.StoredObjectsAsync();
        Assert.All(made, prediction => Assert.Single(stored, name => Path.GetFileName(name) == $"{prediction.Id}.jpg"));
    }

    [Fact]
    public async Task What_does_not_exist_or_is_somebody_elses_is_answered_alike()
    {
        var owner = await App.VisitorAsync();
        var theirs = (await owner.UploadAsync()).Id;
        var unknown = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var stranger = await App.VisitorAsync();
        foreach (var id in new[] { unknown, theirs })
        {
            foreach (
                var (method, path, body) in new (HttpMethod, string, object?)[]
                {
                    (HttpMethod.Get, "", null),
                    (HttpMethod.Get, "/image", null),
                    (HttpMethod.Get, "/image?size=160", null),
                    (HttpMethod.Delete, "", null),
                    (HttpMethod.Put, "/flag", null),
                    (HttpMethod.Delete, "/flag", null),
                    (HttpMethod.Put, "/correction", new { @class = "Soup" }),
                    (HttpMethod.Delete, "/correction", null),
                }
            )
            {
                using var answer = await stranger.SendAsync(method, $"{Api}/{id}{path}", body is null ? null : JsonContent.Create(body));
                await AssertProblemAsync(answer, 404, "not found", $"{method} {path}");
            }
        }

        Assert.Equal((false, null), ((await owner.GetAsync(theirs)).Flagged, (await owner.GetAsync(theirs)).Correction));
    }

    [Fact]
    public async Task A_class_that_does_not_exist_is_refused()
    {
        var caller = await App.VisitorAsync();
        var id = (await caller.UploadAsync()).Id;
        foreach (var label in new[] { "Pizza", "soup", "", new string('x', 10_000), null })
        {
            using var answer = await caller.CorrectAsync(id, label);
            await AssertProblemAsync(answer, 400, "class", label ?? "null");
        }

        Assert.Null((await caller.GetAsync(id)).Correction);
    }

    [Fact]
    public async Task Who_asks_for_a_picture_only_is_told_why_there_is_none()
    {
        using var answer = await App.Anonymous()
            .SendAsync(
                HttpMethod.Get,
                $"{Api}/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}/image",
                null,
                ("Accept", "image/png")
            );
        await AssertProblemAsync(answer, 404, "not found", "Accept: image/png");
    }

    private static async Task AssertRefusedAsync(AppClient caller, string path, HttpContent content, int status, string words)
    {
        using var answer = await caller.SendAsync(HttpMethod.Post, path, content, ("Accept", "application/json"));
        await AssertProblemAsync(answer, status, words, $"{path} {content.GetType().Name}");
    }

    private static async Task AssertProblemAsync(HttpResponseMessage answer, int status, string words, string way)
    {
        var body = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True((int)answer.StatusCode == status, $"{way}: {(int)answer.StatusCode} instead of {status}: {body}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(body)!;
        Assert.Equal(status, (int)problem["status"]!);
        Assert.Contains(words, (string)problem["detail"]!, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>A server of its own: what it stores is counted.</summary>
public sealed class InputApp : SqliteApp;

/// <summary>A server of its own: what it stores is counted.</summary>
public sealed class InputAppOnPostgreSql : PostgreSqlApp;

public sealed class InputsOnSqlite(InputApp app) : InputTests(app), IClassFixture<InputApp>;

public sealed class InputsOnPostgreSql(InputAppOnPostgreSql app) : InputTests(app), IClassFixture<InputAppOnPostgreSql>;

/// <summary>The kinds of input, as docs/limits.md lists them.</summary>
internal static class Inputs
{
    /// <param name="Name">As in the document.</param>
    /// <param name="Photo">What is sent as a photo.</param>
    /// <param name="Status">Of the answer.</param>
    /// <param name="Words">Part of what the answer says.</param>
    public sealed record RefusedPhoto(string Name, Func<byte[]> Photo, int Status, string Words);

    /// <param name="Name">As in the document.</param>
    /// <param name="Content">The request's body.</param>
    /// <param name="Status">Of the answer.</param>
    /// <param name="Words">Part of what the answer says.</param>
    /// <param name="Paths">Where it is sent.</param>
    public sealed record RefusedRequest(string Name, Func<HttpContent> Content, int Status, string Words, params string[] Paths);

    /// <param name="Name">As in the document.</param>
    /// <param name="Photo">What is sent.</param>
    /// <param name="Plain">A plain file of the same picture.</param>
    /// <param name="MediaType">What it is told to be.</param>
    public sealed record AcceptedPhoto(string Name, Func<byte[]> Photo, Func<byte[]> Plain, string MediaType);

    /// <param name="Name">As in the document.</param>
    /// <param name="Sent">What stands between the quotes in the form.</param>
    /// <param name="Kept">The name in the answer.</param>
    public sealed record GivenName(string Name, Func<byte[]> Sent, string? Kept)
    {
        public GivenName(string name, string sent, string? kept)
            : this(name, () => Encoding.UTF8.GetBytes(sent), kept) { }
    }

    private const string Api = "api/v1/predictions";
    private const string Batch = "api/v1/predictions/batch";
    private const string Lab = "predict";
    private const string FormType = "multipart/form-data; boundary=b";

    private static readonly Lazy<byte[]> Huge = new(() => Pictures.BlackPng(30_000, 30_000));

    public static readonly IReadOnlyList<RefusedPhoto> RefusedPhotos =
    [
        new("no bytes", () => [], 400, "choose a photo"),
        new("text", () => Encoding.UTF8.GetBytes("this is no photo"), 415, "Save it as JPEG, PNG or WebP"),
        new("a GIF named .jpg", () => [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0], 415, "a GIF, not a JPEG, PNG or WebP photo. Save it as"),
        new("HEIC", () => [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8], 415, "Most Compatible"),
        new(
            "AVIF",
            () => [0, 0, 0, 24, .. "ftypavif"u8, 0, 0, 0, 0, .. "mif1avif"u8],
            415,
            "an AVIF, not a JPEG, PNG or WebP photo. Save it as"
        ),
        new(
            "SVG",
            () => Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
            415,
            "an SVG drawing, not a JPEG, PNG or WebP photo. Save it as"
        ),
        new("PDF", () => [.. "%PDF-1.7\n1 0 obj"u8], 415, "a PDF, not a JPEG, PNG or WebP photo. Save it as"),
        new("ZIP", () => [.. "PK\x03\x04"u8, 20, 0, 0, 0], 415, "a ZIP archive"),
        new(
            "AVIF that calls itself HEIF",
            () => [0, 0, 0, 28, .. "ftypmif1"u8, 0, 0, 0, 0, .. "mif1avifmiaf"u8],
            415,
            "an AVIF, not a JPEG, PNG or WebP photo. Save it as"
        ),
        new(
            "a raw photo (CR3)",
            () => [0, 0, 0, 24, .. "ftypcrx "u8, 0, 0, 0, 1, .. "crx isom"u8],
            415,
            "a camera's raw photo, not a JPEG, PNG or WebP photo. Save it as"
        ),
        new(
            "a JPEG of 12 bits per colour",
            () => [0xFF, 0xD8, .. Parts.JpegSegment(0xC1, 12, 0, 16, 0, 8, 1, 1, 0x11, 0), 0xFF, 0xD9],
            415,
            "12 bits per colour"
        ),
        new("a JPEG that was cut off", () => Photos.Golden("drawing-fried.jpg")[..9000], 422, "Send it again"),
        new("a JPEG of which half is missing, with an end marker", () => Photos.File("half-lost.jpg"), 422, "Send it again"),
        new(
            "a progressive JPEG without its last scans, with an end marker",
            () => [.. Photos.File("progressive.jpg")[..^300], 0xFF, 0xD9],
            422,
            "Send it again"
        ),
        new("a PNG that was cut off", () => Pictures.Plain()[..500], 422, "Send it again"),
        new("a WebP that was cut off", () => Photos.Golden("photo.webp")[..2000], 422, "Send it again"),
        new("30000 × 30000 px in about 100 kB", static () => Huge.Value, 413, "Save it smaller"),
        new("41 megapixels", () => Pictures.BlackPng(8200, 5000), 413, "Save it smaller"),
        new(
            "a progressive JPEG of 40 megapixels",
            () => Pictures.ProgressiveJpeg(8000, 5000),
            413,
            "Save it as a baseline (not progressive) JPEG"
        ),
        new("more bytes than the limit", () => [.. Photos.New(), .. new byte[20 * 1024 * 1024]], 413, "Save it smaller"),
    ];

    public static readonly IReadOnlyList<RefusedRequest> RefusedRequests =
    [
        new(
            "a form without the field `file`",
            () => AppClient.PhotoForm(Photos.New(), field: "photo"),
            400,
            "field 'file'",
            Api,
            Lab,
            Batch
        ),
        new(
            "an empty form",
            () => new MultipartFormDataContent { { new StringContent("x"), "note" } },
            400,
            "field 'file'",
            Api,
            Lab,
            Batch
        ),
        new(
            "two photos where one is taken",
            () =>
                new MultipartFormDataContent
                {
                    { new ByteArrayContent(Photos.New()), "file", "a.jpg" },
                    { new ByteArrayContent(Photos.New()), "file", "b.jpg" },
                },
            400,
            "Send one photo",
            Api,
            Lab
        ),
        new("another content type", () => new StringContent("x"), 415, "multipart/form-data", Api, Lab, Batch),
        new("JSON where a form is taken", () => JsonContent.Create(new { file = "x" }), 415, "multipart/form-data", Api, Batch),
        new("a photo as the body itself", () => Raw(Photos.New(), "image/jpeg"), 415, "multipart/form-data", Api, Lab, Batch),
        new(
            "a form that breaks off",
            () => Raw("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nhalf a pho", FormType),
            400,
            "Send",
            Api,
            Lab,
            Batch
        ),
        new("a form that is no form", () => Raw("no boundary anywhere", FormType), 400, "Send", Api, Lab, Batch),
        new("a form without a boundary", () => Raw("--b--", "multipart/form-data"), 400, "no usable boundary", Api, Lab, Batch),
        new(
            "a file name over 1024 characters",
            () => AppClient.PhotoForm(Photos.New(), new string('n', 1025)),
            400,
            "Send a shorter one",
            Api,
            Lab
        ),
        new("bad base64", () => JsonContent.Create(new { image = "%%%" }), 400, "base64", Lab),
        new(
            "base64 of text",
            () => JsonContent.Create(new { image = Convert.ToBase64String("hello"u8) }),
            415,
            "Save it as JPEG, PNG or WebP",
            Lab
        ),
        new("JSON without the field `image`", () => JsonContent.Create(new { picture = "x" }), 422, "'image'", Lab),
        new("JSON whose `image` is no text", () => JsonContent.Create(new { image = 7 }), 422, "'image'", Lab),
        new("a body that is not JSON", () => new StringContent("{\"image\": ", Encoding.UTF8, "application/json"), 400, "not JSON", Lab),
    ];

    public static readonly IReadOnlyList<AcceptedPhoto> AcceptedPhotos =
    [
        new("a JPEG named .gif", Pictures.Jpeg, Pictures.Jpeg, "image/jpeg"),
        new("PNG of 16 bits a colour", Pictures.SixteenBits, Pictures.Plain, "image/png"),
        new("grey PNG", Pictures.GreyPng, Pictures.PlainGrey, "image/png"),
        new("PNG with a palette", Pictures.PalettePng, Pictures.PlainPalette, "image/png"),
        new("PNG with alpha: laid on white", Pictures.AlphaPng, Pictures.PlainAlpha, "image/png"),
        new("grey PNG with alpha: laid on white", Pictures.GreyAlphaPng, Pictures.PlainGreyAlpha, "image/png"),
        new("grey JPEG", Pictures.GreyJpeg, Pictures.PlainGrey, "image/jpeg"),
        new("CMYK JPEG", Pictures.CmykJpeg, Pictures.PlainCmyk, "image/jpeg"),
        new("animated WebP: its first frame", Pictures.AnimatedWebp, Pictures.Webp, "image/webp"),
        new("JPEG without its end marker", () => Photos.File("no-end-marker.jpg"), PlainPhoto, "image/jpeg"),
        new("JPEG with zeros in place of its end marker", () => Photos.File("zero-padded.jpg"), PlainPhoto, "image/jpeg"),
        new(
            "JPEG with a trailer in place of its end marker (panoramas of Samsung phones)",
            () => Photos.File("samsung-panorama.jpg"),
            PlainPhoto,
            "image/jpeg"
        ),
        new(
            "JPEG with further pictures behind it (MPO)",
            () => [.. PlainPhoto(), .. Pictures.Jpeg(), .. Pictures.Jpeg()],
            PlainPhoto,
            "image/jpeg"
        ),
        new("PNG without its end chunk", () => Photos.File("no-end-chunk.png"), PlainPhoto, "image/png"),
        new(
            "PNG with broken ancillary chunks",
            () => Parts.InsertIntoPng(Pictures.Plain(), Pictures.BrokenChunks()),
            Pictures.Plain,
            "image/png"
        ),
        new(
            "WebP whose RIFF header has a wrong size",
            () => [.. "RIFF"u8, 3, 0, 0, 0, .. Pictures.Webp()[8..]],
            Pictures.Webp,
            "image/webp"
        ),
        new("WebP with an EXIF orientation: stored turned", () => Pictures.OrientedWebp(6), Pictures.Plain, "image/webp"),
        new("EXIF orientation stored as BYTE", () => Photos.File("orientation-byte.jpg"), PlainPhoto, "image/jpeg"),
        new("EXIF orientation stored as LONG", () => Photos.File("orientation-long.jpg"), PlainPhoto, "image/jpeg"),
        new("EXIF orientation stored as LONG in a PNG", () => Photos.File("orientation-long.png"), PlainPhoto, "image/png"),
        .. Enumerable
            .Range(1, 8)
            .Select(orientation => new AcceptedPhoto(
                $"EXIF orientation {orientation}",
                () => Pictures.Oriented(orientation),
                Pictures.Jpeg,
                "image/jpeg"
            )),
    ];

    public static readonly IReadOnlyList<GivenName> FileNames =
    [
        new("file name with `../`", "../../etc/passwd.jpg", "../../etc/passwd.jpg"),
        new("file name with NUL: kept without it", "a\0b.jpg", "ab.jpg"),
        new("file name of 300 characters", new string('n', 300), new string('n', 300)),
        new("file name with emoji", "🍜 lunch 🥢.jpg", "🍜 lunch 🥢.jpg"),
        new("file name with a drive and backslashes", @"C:\photos\lunch.jpg", @"C:\photos\lunch.jpg"),
        new("file name with a drive and backslashes, each escaped (curl)", @"C:\\photos\\lunch.jpg", @"C:\photos\lunch.jpg"),
        new("file name with quotes, each escaped (curl)", "say \\\"hi\\\".jpg", "say \"hi\".jpg"),
        new("file name with quotes, written %22 (browsers)", "say %22hi%22.jpg", "say \"hi\".jpg"),
        new("file name with a line break, written %0D%0A (browsers): kept without it", "two%0D%0Alines.jpg", "twolines.jpg"),
        new("file name with another percent sign", "100%25 vegan%2C.jpg", "100%25 vegan%2C.jpg"),
        new("file name with a backslash at its end (browsers)", @"lunch\", @"lunch\"),
        new("file name with a semicolon and an equals sign", "a; filename=b.jpg", "a; filename=b.jpg"),
        new("file name in Latin-1", () => [.. "caf"u8, 0xE9, .. " cr"u8, 0xE8, .. "me.jpg"u8], "café crème.jpg"),
        new("file name in Windows-1252", () => [0x93, .. "caf"u8, 0xE9, 0x94, .. " 5 "u8, 0x80, .. ".jpg"u8], "“café” 5 €.jpg"),
        new("file name in Shift JIS", () => [0x8E, 0xF5, 0x8E, 0x69, 0x83, 0x5C, .. ".jpg"u8], "寿司ソ.jpg"),
    ];

    private static byte[] PlainPhoto() => Photos.File("plain.jpg");

    /// <summary>A form whose photo has a name that clients' libraries would change.</summary>
    /// <param name="fileName">What stands between the quotes.</param>
    /// <param name="photo">The photo.</param>
    public static ByteArrayContent Form(byte[] fileName, byte[] photo) =>
        Raw(
            [
                .. "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\""u8,
                .. fileName,
                .. "\"\r\n\r\n"u8,
                .. photo,
                .. "\r\n--b--\r\n"u8,
            ],
            FormType
        );

    private static ByteArrayContent Raw(string body, string contentType) => Raw(Encoding.ASCII.GetBytes(body), contentType);

    private static ByteArrayContent Raw(byte[] body, string contentType)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return content;
    }
}
