using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Classification;

/// <summary>
/// Tests the metrics in a process of their own: within the process of the tests, those of all hosts have the same names, and they were
/// missing for some hosts while others ended.
/// </summary>
public sealed class LabMetricsTests : ServerTests
{
    [Fact]
    public async Task Metrics_have_the_names_that_the_lab_s_dashboards_read()
    {
        await using var server = Start();
        var client = new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await client.UploadAsync();

        var metrics = await client.Http.GetStringAsync("metrics", Cancel);

        string[] names =
        [
            "http_server_request_duration",
            "gourmetgram_decode_duration",
            "gourmetgram_inference_duration",
            "gourmetgram_queue_wait",
            "gourmetgram_predictions",
        ];
        Assert.All(names, name => Assert.Contains(name, metrics, StringComparison.Ordinal));
    }
}
