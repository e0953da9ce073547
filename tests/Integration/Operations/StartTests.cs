using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Unit.TestModels;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>A server that cannot work does not start, and says in a sentence what to do.</summary>
public sealed class StartTests : IDisposable
{
    /// <summary>What no message may show.</summary>
    private const string Secret = "hunter2";

    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-start-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<string> RefusalAsync(params (string Name, string Value)[] settings)
    {
        var environment = settings.ToDictionary(s => s.Name, s => s.Value);
        environment.TryAdd("GourmetGram__DataDirectory", Path.Combine(folder, "data"));
        await using var server = ServerProcess.Start(ServerProcess.Built, environment);
        Assert.Equal(1, await server.ExitAsync());
        var output = server.Output;
        Assert.Single(output.Split('\n'), line => line.StartsWith("GourmetGram cannot start. ", StringComparison.Ordinal));
        foreach (var noise in new[] { "   at ", "fail:", "crit:", "Unhandled exception", Secret })
            Assert.DoesNotContain(noise, output, StringComparison.Ordinal);
        return output;
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
    [InlineData("GourmetGram__PublicUrl", "https://user:hunter2@food.example.org", "GourmetGram:PublicUrl", "@food.example.org")]
    [InlineData("Database__ConnectionString", "Data Source=x.db;Password=hunter2", "Database:ConnectionString", "Remove Password")]
    [InlineData(
        "Database__ConnectionString",
        "Data Source=x.db;Secret=half;hunter2=1",
        "Database:ConnectionString",
        "Data Source=gourmetgram.db"
    )]
    [InlineData("Database__ConnectionString", "Data Source=x.db;Pooling=hunter2", "Database:ConnectionString", "does not know")]
    [InlineData("Database__ConnectionString", "Data Source=x.db;Mode=hunter2", "Database:ConnectionString", "does not know")]
    [InlineData("Database__ConnectionString", "hunter2", "Database:ConnectionString", "does not know")]
    [InlineData("Database__ConnectionString", "Data Source=x.db;Vfs=nosuch", "x.db cannot be used", "nosuch")]
    [InlineData("ASPNETCORE_URLS", "nonsense", "ASPNETCORE_URLS", "nonsense")]
    [InlineData("ASPNETCORE_URLS", "ftp://127.0.0.1:0", "ASPNETCORE_URLS", "ftp://")]
    [InlineData("ASPNETCORE_URLS", "http://user:hunter2@127.0.0.1:99999", "ASPNETCORE_URLS", "cannot listen")]
    [InlineData("ASPNETCORE_URLS", "http://203.0.113.7:8080", "ASPNETCORE_URLS", "203.0.113.7")]
    [InlineData("Kestrel__Endpoints__A__Url", "https://127.0.0.1:0", "Kestrel:Certificates", "certificate")]
    public async Task A_bad_setting_is_named_with_the_value_found(string name, string value, string setting, string found)
    {
        var output = await RefusalAsync((name, value));
        Assert.Contains(setting, output, StringComparison.Ordinal);
        Assert.Contains(found, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/no/such.pfx", "Kestrel:Certificates")]
    [InlineData("/dev/null", "Kestrel:Certificates")]
    public async Task A_bad_certificate_is_named(string path, string setting)
    {
        var output = await RefusalAsync(
            ("ASPNETCORE_URLS", "https://127.0.0.1:0"),
            ("Kestrel__Certificates__Default__Path", path),
            ("Kestrel__Certificates__Default__Password", Secret)
        );
        Assert.Contains(setting, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db;hunter2=1", "does not know")]
    [InlineData("Host=db;Port=hunter2", "does not know")]
    [InlineData("Username=u;Password=hunter2", "has no Host")]
    public async Task A_connection_string_for_PostgreSql_that_is_wrong_is_not_shown(string connectionString, string found)
    {
        var output = await RefusalAsync(("Database__Provider", "PostgreSql"), ("Database__ConnectionString", connectionString));
        Assert.Contains("Database:ConnectionString", output, StringComparison.Ordinal);
        Assert.Contains(found, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_in_use_is_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        var output = await RefusalAsync(("ASPNETCORE_URLS", address));
        Assert.Contains(
            $"Failed to bind to address {address}: address already in use. Stop the program that listens there, or set ASPNETCORE_URLS",
            output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Files_that_cannot_be_what_they_should_are_named()
    {
        var data = Path.Combine(folder, "data");
        Directory.CreateDirectory(Path.Combine(data, "gourmetgram.db"));
        Assert.Contains("gourmetgram.db", await RefusalAsync(), StringComparison.Ordinal);

        Directory.Delete(data, recursive: true);
        await File.WriteAllTextAsync(data, "no folder", TestContext.Current.CancellationToken);
        Assert.Contains(data, await RefusalAsync(), StringComparison.Ordinal);

        File.Delete(data);
        Directory.CreateDirectory(Path.Combine(data, "server.json"));
        Assert.Contains("server.json", await RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_fails_in_a_sentence_too()
    {
        var settings = new Dictionary<string, string> { ["GourmetGram__DataDirectory"] = Path.Combine(folder, "data") };
        var refused = await CommandRun.ExpectAsync(
            1,
            settings,
            "jobs",
            "list",
            $"--Database:ConnectionString=Data Source=x.db;Password={Secret}"
        );
        Assert.StartsWith("GourmetGram cannot start. Database:ConnectionString", refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_link_for_the_first_administrator_comes_after_everything_else_of_the_start()
    {
        await using var server = ServerProcess.Start(
            ServerProcess.Built,
            new Dictionary<string, string> { ["GourmetGram__DataDirectory"] = Path.Combine(folder, "data"), ["Jobs__Scheduled"] = "false" }
        );
        var link = await server.LineAsync("first-administrator?token=");
        var lines = server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(link, lines[^1]);
        Assert.Contains(lines, line => line.Contains("Application started", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("Quartz", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains($"Data directory {Path.Combine(folder, "data")};", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_that_is_wrong_is_not_shown() =>
        Assert.DoesNotContain("hunter2", await RefusalAsync(("GourmetGram__BootstrapAdminKey", "hunter2")), StringComparison.Ordinal);

    [Fact]
    public async Task Every_mistake_in_an_authority_is_named()
    {
        var output = await RefusalAsync(
            ("OpenIdConnect__Authorities__0__Id", "Harbour Catering"),
            ("OpenIdConnect__Authorities__0__Authority", "http://login.example.org"),
            ("OpenIdConnect__Authorities__0__CreatesAccounts", "true")
        );
        foreach (var member in new[] { "0:Id", "0:Name", "0:Authority", "0:ClientId" })
            Assert.Contains($"OpenIdConnect:Authorities:{member} ", output, StringComparison.Ordinal);
        Assert.Contains("CreatesAccounts of 'Harbour Catering' needs RoleClaim", output, StringComparison.Ordinal);
    }

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
        var manifest = JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(model, "manifest.json"), TestContext.Current.CancellationToken)
        )!;
        var expected = manifest["variants"]!["float"]!["sha256"]!.GetValue<string>();
        Assert.Matches($"model\\.onnx: expected SHA-256 {expected} as in manifest\\.json, found [0-9a-f]{{64}}\\.", output);
    }

    [Fact]
    public async Task A_variant_that_answers_wrongly_on_this_processor_is_refused_with_the_way_out()
    {
        var model = new TestModel { HasInt8 = true }.WriteTo(Path.Combine(folder, "model"));
        var list = Path.Combine(model, "golden", "cases.json");
        var golden = JsonNode.Parse(await File.ReadAllTextAsync(list, TestContext.Current.CancellationToken))!;
        golden["cases"]![1]!["logits_int8"]![0] = 9.9;
        await File.WriteAllTextAsync(list, golden.ToJsonString(), TestContext.Current.CancellationToken);

        var output = await RefusalAsync(("Model__Directory", model), ("Model__Variant", "int8"));
        Assert.Contains("GourmetGram cannot start.", output, StringComparison.Ordinal);
        Assert.Contains(
            "The int8 variant is only accurate on processors with VNNI. Set Model:Variant to float.",
            output,
            StringComparison.Ordinal
        );
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
