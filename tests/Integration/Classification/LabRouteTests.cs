using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Classification;

/// <summary>The lab's own clients, both generations, get what they expect.</summary>
public abstract partial class LabRouteTests(AppFixture app) : BehaviourTests(app)
{
    [GeneratedRegex("data-prediction-id=\"([0-9a-f-]{36})\"")]
    private static partial Regex IdInFragment();

    private async Task<(Guid Id, string Html)> UploadAsTheLabsPageAsync()
    {
        using var response = await App.Anonymous()
            .SendAsync(HttpMethod.Post, "predict", AppClient.PhotoForm(Photos.New()), ("Accept", "*/*"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        var html = await response.Content.ReadAsStringAsync(Cancel);
        return (Guid.Parse(IdInFragment().Match(html).Groups[1].Value), html);
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> FeedbackAsync(object body)
    {
        using var response = await App.Anonymous().SendAsync(HttpMethod.Post, "feedback", JsonContent.Create(body));
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!);
    }

    [Fact]
    public async Task The_inference_client_gets_class_and_probability()
    {
        using var response = await App.Anonymous()
            .SendAsync(
                HttpMethod.Post,
                "predict",
                JsonContent.Create(new { image = Convert.ToBase64String(Photos.Golden("drawing-egg.jpg")) })
            );
        var body = (await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["prediction", "probability"], body.Select(p => p.Key));
        Assert.Equal("Vegetable/Fruit", (string)body["prediction"]!);
        // The best of eleven has at least an eleventh.
        Assert.InRange((double)body["probability"]!, 1.0 / 11, 1);
    }

    public static TheoryData<string> Base64Writers() =>
        ["a line break at the end", "LF", "CR LF", "CR", "blanks and tabs", "escaped slashes", "escaped everything"];

    /// <summary>
    /// Python's <c>base64.b64decode</c>, which the lab's server uses, passes over what is no letter of base64; many programs break lines.
    /// </summary>
    [Theory]
    [MemberData(nameof(Base64Writers))]
    public async Task The_inference_client_may_break_the_lines_of_base64(string how)
    {
        var base64 = Convert.ToBase64String(Photos.File("plain.jpg"));
        var text = how switch
        {
            "a line break at the end" => base64 + @"\n",
            "LF" => string.Join(@"\n", base64.Chunk(76).Select(line => new string(line))),
            "CR LF" => string.Join(@"\r\n", base64.Chunk(64).Select(line => new string(line))) + @"\r\n",
            "CR" => string.Join(@"\r", base64.Chunk(19).Select(line => new string(line))),
            "blanks and tabs" => " " + string.Join(@"\t ", base64.Chunk(33).Select(line => new string(line))) + @"\u000b\f",
            "escaped slashes" => @"\n" + base64.Replace("/", @"\/", StringComparison.Ordinal),
            _ => string.Concat(base64.Select(c => $@"\u{(int)c:x4}")),
        };
        Assert.Equal(
            await PredictAsync(Encoding.UTF8.GetBytes($$"""{"image": "{{base64}}"}""")),
            await PredictAsync(Encoding.UTF8.GetBytes($$"""{"image": "{{text}}"}"""))
        );
    }

    /// <summary>Python's <c>json.loads</c> tells them apart as the lab's server does.</summary>
    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    [InlineData("utf-32", true)]
    [InlineData("utf-32", false)]
    [InlineData("utf-32BE", false)]
    public async Task The_inference_client_may_write_JSON_in_any_encoding_of_Unicode(string name, bool withMark)
    {
        var encoding = Encoding.GetEncoding(name);
        var body = $$"""{"note": "Grüße, 寿司", "image": "{{Convert.ToBase64String(Photos.File("plain.jpg"))}}"}""";
        Assert.Equal(
            await PredictAsync(Encoding.UTF8.GetBytes(body)),
            await PredictAsync([.. withMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(body)])
        );
    }

    private async Task<string> PredictAsync(byte[] json)
    {
        using var content = new ByteArrayContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await App.Anonymous().SendAsync(HttpMethod.Post, "predict", content);
        var answer = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, answer);
        return answer;
    }

    [Theory]
    [InlineData("""{"image": "%%%"}""", 400)]
    [InlineData("""{"image": "\n"}""", 400)]
    [InlineData("""{"image": ""}""", 400)]
    [InlineData("""{"image": "aGVsbG8="}""", 415)]
    [InlineData("""{"picture": ""}""", 422)]
    [InlineData("""{"image": 7}""", 422)]
    [InlineData("""{"image": """, 400)]
    [InlineData("""[]""", 422)]
    [InlineData("{\"\\ud800\": \"a\"}", 400)]
    public async Task The_inference_client_is_told_what_was_wrong(string body, int status)
    {
        using var response = await App.Anonymous()
            .SendAsync(HttpMethod.Post, "predict", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.NotEmpty((string)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"]!);
    }

    [Fact]
    public async Task A_form_that_asks_for_json_gets_the_prediction()
    {
        using var response = await App.Anonymous()
            .SendAsync(HttpMethod.Post, "predict", AppClient.PhotoForm(Photos.New()), ("Accept", "application/json"));
        Assert.Equal("Vegetable/Fruit", (await response.Content.ReadFromJsonAsync<PredictionJson>(Cancel))!.Class);
    }

    [Fact]
    public async Task One_fragment_serves_all_front_ends()
    {
        var (id, html) = await UploadAsTheLabsPageAsync();
        Snapshot.Matches(
            "lab-fragment.html",
            html.Replace(id.ToString(), "{id}", StringComparison.Ordinal),
            "The lab's pages look into this fragment by class, data attribute, form action and field name. A difference must keep all of "
                + "these."
        );
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("POST", 415)]
    public async Task Predict_without_a_photo_warns_as_the_lab_does(string method, int status)
    {
        using var response = await App.Anonymous().SendAsync(new HttpMethod(method), "predict");
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("""<a href="#" class="badge badge-warning">Warning</a>""", await response.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task First_generation_feedback_answers_word_for_word()
    {
        var (id, _) = await UploadAsTheLabsPageAsync();

        var (status, flag) = await FeedbackAsync(new { prediction_id = id });
        Assert.Equal((HttpStatusCode.OK, """{"success":true,"message":"Thank you for your feedback!"}"""), (status, flag.ToJsonString()));

        (status, var correction) = await FeedbackAsync(new { prediction_id = id, corrected_class = "Soup" });
        Assert.Equal((HttpStatusCode.OK, "Class updated successfully!"), (status, (string)correction["message"]!));
        Assert.Matches("^labelstudio/output/userfeedback2/feedback_[0-9a-f-]{36}\\.json$", (string)correction["output_json_path"]!);

        (status, var same) = await FeedbackAsync(new { prediction_id = id, corrected_class = "Vegetable/Fruit" });
        Assert.Equal(
            (HttpStatusCode.OK, """{"success":true,"message":"No changes needed - class already correct"}"""),
            (status, same.ToJsonString())
        );

        (status, var unknown) = await FeedbackAsync(new { prediction_id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()) });
        Assert.Equal(
            (HttpStatusCode.NotFound, """{"success":false,"message":"Prediction not found!"}"""),
            (status, unknown.ToJsonString())
        );

        (status, var missing) = await FeedbackAsync(new { corrected_class = "Soup" });
        Assert.Equal(
            (HttpStatusCode.BadRequest, """{"success":false,"message":"Missing required parameters"}"""),
            (status, missing.ToJsonString())
        );

        (status, var noClass) = await FeedbackAsync(new { prediction_id = id, corrected_class = "Pizza" });
        Assert.Equal((HttpStatusCode.BadRequest, false), (status, (bool)noClass["success"]!));
    }

    [Theory]
    [InlineData("3")]
    [InlineData("0")]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("[]")]
    [InlineData("[\"Soup\"]")]
    [InlineData("{}")]
    public async Task First_generation_feedback_with_a_class_that_is_no_text_is_refused_and_not_taken_for_a_flag(string value)
    {
        var (id, _) = await UploadAsTheLabsPageAsync();
        var (status, answer) = await FeedbackAsync(new { prediction_id = id, corrected_class = JsonNode.Parse(value) });
        Assert.Equal((HttpStatusCode.BadRequest, false), (status, (bool)answer["success"]!));
        Assert.Contains("corrected_class", (string)answer["message"]!, StringComparison.Ordinal);
        var prediction = await App.Anonymous().GetAsync(id);
        Assert.Equal((false, null), (prediction.Flagged, prediction.Correction));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task First_generation_feedback_without_a_class_is_a_flag(string? value)
    {
        var (id, _) = await UploadAsTheLabsPageAsync();
        var (status, _) = await FeedbackAsync(new { prediction_id = id, corrected_class = value });
        Assert.Equal((HttpStatusCode.OK, true), (status, (await App.Anonymous().GetAsync(id)).Flagged));
    }

    [Fact]
    public async Task First_generation_feedback_may_begin_with_a_byte_order_mark()
    {
        var (id, _) = await UploadAsTheLabsPageAsync();
        using var content = new ByteArrayContent([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($$"""{"prediction_id": "{{id}}"}""")]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await App.Anonymous().SendAsync(HttpMethod.Post, "feedback", content);
        Assert.Equal((HttpStatusCode.OK, true), (response.StatusCode, (await App.Anonymous().GetAsync(id)).Flagged));
    }

    [Fact]
    public async Task Second_generation_forms_take_the_object_key_and_answer_without_content()
    {
        var (id, _) = await UploadAsTheLabsPageAsync();
        using var flag = await App.Anonymous().SendAsync(HttpMethod.Post, $"flag/class_99/{id}.anything");
        Assert.Equal((HttpStatusCode.NoContent, true), (flag.StatusCode, (await App.Anonymous().GetAsync(id)).Flagged));

        using var form = new FormUrlEncodedContent([new("corrected_class", "Noodles/Pasta")]);
        using var corrected = await App.Anonymous().SendAsync(HttpMethod.Post, $"correct-label/class_04/{id}.jpg", form);
        Assert.Equal((HttpStatusCode.NoContent, "Noodles/Pasta"), (corrected.StatusCode, (await App.Anonymous().GetAsync(id)).Correction));

        using var empty = await App.Anonymous().SendAsync(HttpMethod.Post, $"correct-label/class_04/{id}.jpg");
        using var nobodys = await App.Anonymous().SendAsync(HttpMethod.Post, "flag/class_04/photo.jpg");
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NotFound), (empty.StatusCode, nobodys.StatusCode));
    }

    [Theory]
    [InlineData("%2F")]
    [InlineData("%2f")]
    public async Task Second_generation_forms_take_an_escaped_slash_for_a_slash(string slash)
    {
        var (id, _) = await UploadAsTheLabsPageAsync();
        using var flag = await App.Anonymous().SendAsync(HttpMethod.Post, $"flag/class_09{slash}{id}.jpg");
        using var form = new FormUrlEncodedContent([new("corrected_class", "Soup")]);
        using var corrected = await App.Anonymous().SendAsync(HttpMethod.Post, $"correct-label/class_09{slash}{id}.jpg", form);
        var prediction = await App.Anonymous().GetAsync(id);
        Assert.Equal(
            (HttpStatusCode.NoContent, HttpStatusCode.NoContent, true, "Soup"),
            (flag.StatusCode, corrected.StatusCode, prediction.Flagged, prediction.Correction)
        );
    }

    [Fact]
    public async Task On_the_labs_routes_knowing_the_id_is_the_permission_and_raters_are_pooled()
    {
        var owner = await App.VisitorAsync();
        var id = (await owner.UploadAsync()).Id;
        var (status, _) = await FeedbackAsync(new { prediction_id = id });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.False((await owner.GetAsync(id)).Flagged);
    }

    [Fact]
    public async Task Classes_and_test_answer_as_the_labs()
    {
        var http = App.Anonymous().Http;
        Assert.Equal(
            [
                "Bread",
                "Dairy product",
                "Dessert",
                "Egg",
                "Fried food",
                "Meat",
                "Noodles/Pasta",
                "Rice",
                "Seafood",
                "Soup",
                "Vegetable/Fruit",
            ],
            (await http.GetFromJsonAsync<string[]>("api/classes", Cancel))!
        );
        Assert.Contains(await http.GetStringAsync("test", Cancel), (await http.GetFromJsonAsync<string[]>("api/v1/classes", Cancel))!);
    }
}

public sealed class LabRoutesOnSqlite(SqliteApp app) : LabRouteTests(app);

public sealed class LabRoutesOnPostgreSql(PostgreSqlApp app) : LabRouteTests(app);
