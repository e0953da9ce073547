using System.Buffers.Text;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.LabelStudio;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

internal static class AuthSteps
{
    public static IReadOnlyDictionary<string, Func<Replay, Task>> Before { get; } =
        new Dictionary<string, Func<Replay, Task>>(StringComparer.Ordinal)
        {
            ["bearer-bad-signature"] = replay =>
            {
                replay.Placeholders["<JWT access #4>"] = replay.Placeholders["<JWT access #2>"][..^3] + "abc";
                return Task.CompletedTask;
            },
            ["legacy-off"] = replay => RefreshAsync(replay, "<JWT refresh #6>", "<JWT access #7>"),
            ["bearer-expired"] = async replay =>
            {
                await RefreshAsync(replay, "<JWT refresh #6>", "<JWT access #1>");
                replay.Time.Advance(TimeSpan.FromSeconds(301));
            },
            ["fresh-legacy"] = async replay =>
            {
                await replay.StartServerAsync(LabelStudioMode.AccessTokens123);
                replay.Server.Data.AccessKeys.Clear();
                replay.Placeholders["<PASSWORD>"] = replay.Server.Data.Users[0].Password;
            },
            ["fresh-bearer"] = replay => RefreshAsync(replay, "<JWT refresh #1>", "<JWT access #2>"),
        };

    public static async Task<JsonNode?> ObserveAsync(Replay replay, Entry entry) =>
        entry.Name switch
        {
            "pat-claims" => Claims(replay.Placeholders["<JWT refresh #1>"], withHeader: true, "life_days", 86_400),
            "access-claims" => Claims(replay.Placeholders["<JWT access #2>"], withHeader: false, "life_s", 1),
            "slashes" => await SlashesAsync(replay, entry),
            _ => null,
        };

    private static async Task RefreshAsync(Replay replay, string refresh, string access) =>
        replay.Placeholders[access] = (
            await replay.AskAsync(HttpMethod.Post, "/api/token/refresh", new JsonObject { ["refresh"] = replay.Placeholders[refresh] })
        )!["access"]!.ToString();

    private static JsonObject Claims(string token, bool withHeader, string lifeName, int lifeUnit)
    {
        var parts = token.Split('.');
        var claims = Part(parts[1]);
        var shown = new JsonObject
        {
            [lifeName] = (claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>()) / lifeUnit,
            ["claims"] = claims,
        };
        if (withHeader)
            shown["header"] = Part(parts[0]);
        return shown;
    }

    private static JsonObject Part(string encoded) => JsonNode.Parse(Base64Url.DecodeFromChars(encoded))!.AsObject();

    private static async Task<JsonNode?> SlashesAsync(Replay replay, Entry entry)
    {
        await replay.Bucket.MakeBucketAsync("labelstudio");
        await replay.PutAsync("slashes/task1.json", """{"data": {"image": "x"}}""");
        var project = await replay.NewProjectAsync();
        var task = await replay.TaskAsync(project);
        var annotation = await replay.AnnotateAsync(task, "Soup");
        var storage = new JsonObject
        {
            ["project"] = project,
            ["bucket"] = replay.Bucket.Prefix + "labelstudio",
            ["prefix"] = "slashes",
        };
        var source = await replay.StorageAsync("source", storage);
        var target = await replay.StorageAsync("target", storage);
        var webhook = (
            await replay.AskAsync(
                HttpMethod.Post,
                "/api/webhooks",
                new JsonObject
                {
                    ["project"] = project,
                    ["url"] = "http://localhost:1/",
                    ["is_active"] = false,
                }
            )
        )!["id"];
        await replay.TaskAsync(project);

        var seen = new JsonObject();
        foreach (var name in entry.Result!.AsObject().Select(field => field.Key))
        {
            var id =
                name.Contains("export/s3", StringComparison.Ordinal) ? target
                : name.Contains("webhooks", StringComparison.Ordinal) ? webhook!.GetValue<int>()
                : source;
            var path = name.Split(' ')[1]
                .Replace("{project}", $"{project}", StringComparison.Ordinal)
                .Replace("{task}", $"{task}", StringComparison.Ordinal)
                .Replace("{annotation}", $"{annotation}", StringComparison.Ordinal)
                .Replace("{id}", $"{id}", StringComparison.Ordinal);
            var method = new HttpMethod(name.Split(' ')[0]);
            var body = method == HttpMethod.Get ? null : BodyOf(name, storage);
            var parts = path.Split('?', 2);
            var query = parts.Length > 1 ? "?" + parts[1] : "";
            seen[name] = new JsonObject
            {
                ["without"] = await replay.StatusOfAsync(method, parts[0] + query, body),
                ["with"] = await replay.StatusOfAsync(method, parts[0] + "/" + query, body),
            };
        }

        return seen;
    }

    private static JsonNode BodyOf(string name, JsonObject storage)
    {
        if (name.Contains("import", StringComparison.Ordinal))
            return new JsonArray(new JsonObject { ["data"] = new JsonObject { ["image"] = "x" } });
        if (name.Contains("projects", StringComparison.Ordinal))
            return new JsonObject
            {
                ["label_config"] =
                    """<View><Image name="image" value="$image"/><Choices name="label" toName="image"><Choice value="Soup"/></Choices></View>""",
            };
        var form = (JsonObject)storage.DeepClone();
        form["aws_access_key_id"] = S3Server.AccessKey;
        form["aws_secret_access_key"] = S3Server.SecretKey;
        form["s3_endpoint"] = S3Server.Endpoint;
        return form;
    }
}
