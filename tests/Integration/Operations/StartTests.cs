using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>A server that cannot work does not start, and says in a sentence what to do.</summary>
public sealed class StartTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-start-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<string> RefusalAsync(params (string Name, string Value)[] settings)
    {
        var environment = settings.ToDictionary(s => s.Name, s => s.Value);
        environment.TryAdd("GourmetGram__DataDirectory", Path.Combine(folder, "data"));
        await using var server = ServerProcess.Start(ServerProcess.Built, environment);
        Assert.NotEqual(0, await server.ExitAsync());
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        return server.Output;
    }

    [Theory]
    [InlineData("Limits__UploadMebibytes", "0", "Limits:UploadMebibytes", "0")]
    [InlineData("GourmetGram__BootstrapAdminKey", "short", "GourmetGram:BootstrapAdminKey", "32")]
    [InlineData("GourmetGram__PublicUrl", "not a url", "GourmetGram:PublicUrl", "not a url")]
    [InlineData("GourmetGram__PublicUrl", "https://", "GourmetGram:PublicUrl", "https://")]
    [InlineData("GourmetGram__PublicUrl", "https://food.example.org/?a=b", "GourmetGram:PublicUrl", "a=b")]
    [InlineData("GourmetGram__TrustedProxies__0", "10.0.0.1/33", "GourmetGram:TrustedProxies", "10.0.0.1/33")]
    [InlineData("GourmetGram__TrustedProxies__1", "proxy", "GourmetGram:TrustedProxies", "proxy")]
    [InlineData("Database__Provider", "PostgreSql", "Database:ConnectionString", "PostgreSql")]
    [InlineData("Database__Provider", "Oracle", "Database:Provider", "Oracle")]
    [InlineData("Model__Variant", "int4", "int4", "float")]
    [InlineData("Model__Directory", "/no/such/model", "/no/such/model", "expected")]
    [InlineData("Limits__QueueLength", "many", "Limits:QueueLength", "many")]
    [InlineData("Database__ConnectionStringFile", "/no/such/secret", "Database:ConnectionStringFile", "/no/such/secret")]
    public async Task A_bad_setting_is_named_with_the_value_found(string name, string value, string setting, string found)
    {
        var output = await RefusalAsync((name, value));
        Assert.Contains(setting, output, StringComparison.Ordinal);
        Assert.Contains(found, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_is_wrong_is_not_shown() =>
        Assert.DoesNotContain("hunter2", await RefusalAsync(("GourmetGram__BootstrapAdminKey", "hunter2")), StringComparison.Ordinal);

    [Fact]
    public async Task A_model_file_that_was_changed_is_named_with_both_hashes()
    {
        var model = Path.Combine(folder, "model");
        Directory.CreateDirectory(model);
        foreach (var file in new[] { "manifest.json", "model.onnx" })
            File.Copy(Path.Combine(AppContext.BaseDirectory, "models", "food11", file), Path.Combine(model, file));
        await using (var stream = File.OpenWrite(Path.Combine(model, "model.onnx")))
        {
            stream.Seek(5000, SeekOrigin.Begin);
            stream.WriteByte(0x7F);
        }

        var output = await RefusalAsync(("Model__Directory", model));
        Assert.Contains("model.onnx", output, StringComparison.Ordinal);
        Assert.Contains("908e297b1e90a17445cd18bb703f47c8a0a898bc175140b6e19a9b91c8a9fc53", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_belongs_to_one_process()
    {
        var environment = new Dictionary<string, string> { ["GourmetGram__DataDirectory"] = Path.Combine(folder, "data") };
        await using var first = ServerProcess.Start(ServerProcess.Built, environment);
        await first.ListeningAsync();
        Assert.Matches(
            "is in use by another GourmetGram process \\(pid [0-9]+\\)\\. Stop that process, or set GourmetGram:DataDirectory",
            await RefusalAsync()
        );
    }

    [Fact]
    public async Task Other_classes_than_those_of_the_stored_predictions_refuse_to_start()
    {
        var data = new Dictionary<string, string> { ["GourmetGram__DataDirectory"] = Path.Combine(folder, "data") };
        await using (var server = ServerProcess.Start(ServerProcess.Built, data))
        {
            await new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() }).UploadAsync();
            server.Terminate();
            Assert.Equal(0, await server.ExitAsync());
        }

        var model = Path.Combine(folder, "model");
        Directory.CreateDirectory(model);
        var manifest = JsonNode.Parse(
            await File.ReadAllTextAsync(
                Path.Combine(AppContext.BaseDirectory, "models", "food11", "manifest.json"),
                TestContext.Current.CancellationToken
            )
        )!;
        manifest["labels"]![0] = "Pizza";
        await File.WriteAllTextAsync(Path.Combine(model, "manifest.json"), manifest.ToJsonString(), TestContext.Current.CancellationToken);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "models", "food11", "model.onnx"), Path.Combine(model, "model.onnx"));
        var output = await RefusalAsync(("Model__Directory", model));
        Assert.Contains("Pizza", output, StringComparison.Ordinal);
        Assert.Contains("Bread", output, StringComparison.Ordinal);
    }
}
