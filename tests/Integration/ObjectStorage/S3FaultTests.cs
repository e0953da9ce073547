using System.Net;
using System.Net.Sockets;
using System.Text;
using GourmetGram.Application.Common;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.LabelStudio;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.ObjectStorage;

/// <summary>Each fault of a real S3 server is told apart, in words with a cure, and ends when its cause ends.</summary>
public sealed class S3FaultTests
{
    private static readonly ObjectAddress Photo = new("production", "class_05/a.jpg");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        var settings = S3Server.NewStore();
        settings["ObjectStore__Endpoint"] = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var container = ObjectStores.Build(settings);
        var store = container.GetRequiredService<IObjectStore>();

        await AllFailAsync<StoreUnavailableException>(store, "could not be");
        Assert.Contains("the server cannot be reached", await store.FindFaultAsync(Cancel), StringComparison.Ordinal);
        Assert.Contains("correct ObjectStore:Endpoint", await store.FindFaultAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_takes_a_request_and_never_answers_is_unavailable()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var settings = S3Server.NewStore();
        settings["ObjectStore__Endpoint"] = $"http://{silent.LocalEndpoint}";
        settings["ObjectStore__TimeoutSeconds"] = "1";
        await using var container = ObjectStores.Build(settings);

        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(() =>
            container.GetRequiredService<IObjectStore>().PutAsync(Photo, new byte[] { 1 }, "image/jpeg", Cancel)
        );
        Assert.Equal("Object production/class_05/a.jpg could not be written: the S3 server did not answer within 1 s.", fault.Message);
    }

    [Fact]
    public async Task A_large_object_creates_its_bucket_although_the_server_hangs_up_on_bodies_that_it_refuses()
    {
        using var strict = new TcpListener(IPAddress.Loopback, 0);
        strict.Start();
        var settings = S3Server.NewStore();
        settings["ObjectStore__Endpoint"] = $"http://{strict.LocalEndpoint}";
        await using var container = ObjectStores.Build(settings);
        var writing = container.GetRequiredService<IObjectStore>().PutAsync(Photo, new byte[18_000_000], "image/jpeg", Cancel);

        Assert.StartsWith(
            "PUT ",
            await AnswerAsync(strict, "404 Not Found", "<Error><Code>NoSuchBucket</Code></Error>"),
            StringComparison.Ordinal
        );
        Assert.StartsWith("PUT ", await AnswerAsync(strict, "200 OK", ""), StringComparison.Ordinal);
        Assert.StartsWith("PUT ", await AnswerAsync(strict, "200 OK", "", readsBody: true), StringComparison.Ordinal);
        await writing;
    }

    [Theory]
    [InlineData("ObjectStore__SecretKey", "Correct ObjectStore:SecretKey")]
    [InlineData("ObjectStore__AccessKey", "Set ObjectStore:AccessKey to an existing key")]
    public async Task A_wrong_key_is_denied_with_its_cure_and_never_shown(string setting, string cure)
    {
        var settings = S3Server.NewStore();
        settings[setting] = "a-wrong-one";
        await using var container = ObjectStores.Build(settings);
        var store = container.GetRequiredService<IObjectStore>();

        await AllFailAsync<StoreDeniedException>(store, "could not be");
        var fault = await store.FindFaultAsync(Cancel);
        Assert.Contains(cure, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("a-wrong-one", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_secret_is_named_by_readiness_and_doctor_and_works_without_a_restart_once_corrected()
    {
        var folder = Directory.CreateTempSubdirectory("gourmetgram-s3-");
        try
        {
            var secret = Path.Combine(folder.FullName, "secret");
            await File.WriteAllTextAsync(secret, "a-wrong-one", Cancel);
            var settings = S3Server.NewStore();
            settings.Remove("ObjectStore__SecretKey");
            settings["ObjectStore__SecretKeyFile"] = secret;
            settings["GourmetGram__DataDirectory"] = Path.Combine(folder.FullName, "data");
            await using var server = ServerProcess.Start(ServerProcess.Built, settings);
            var client = new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() });

            var waiting = await client.UploadAsync();
            await client.ReadyAsync(words: "Correct ObjectStore:SecretKey");
            var doctor = await CommandRun.RunAsync(settings, "doctor", "storage");
            Assert.Equal(1, doctor.ExitCode);
            Assert.StartsWith("FAULT", doctor.Output, StringComparison.Ordinal);
            Assert.Contains("Correct ObjectStore:SecretKey", doctor.Output, StringComparison.Ordinal);

            await File.WriteAllTextAsync(secret, S3Server.SecretKey, Cancel);
            // Files are not read again more often than every few seconds.
            await Waiting.UntilAsync(async () =>
            {
                using var ready = await client.SendAsync(HttpMethod.Get, "health/ready");
                return !(await ready.Content.ReadAsStringAsync(Cancel)).Contains("SecretKey", StringComparison.Ordinal);
            });
            // The circuit may leave the store alone for a moment longer.
            await Waiting.UntilAsync(async () => (await CommandRun.RunAsync(settings, "jobs", "run", "store-images")).ExitCode == 0);
            Assert.NotEmpty(await client.DownloadAsync(waiting));
            Assert.Equal(0, (await CommandRun.RunAsync(settings, "doctor", "storage")).ExitCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_bucket_that_was_deleted_is_made_again()
    {
        await using var container = ObjectStores.Build(S3Server.NewStore());
        var store = container.GetRequiredService<IObjectStore>();
        await store.PutAsync(Photo, new byte[] { 1 }, "image/jpeg", Cancel);
        await store.DeleteAsync(Photo, Cancel);
        await ObjectStores.RemoveBucketAsync(container, "production");
        Assert.Null(await store.FindAsync(Photo, Cancel));

        await store.PutAsync(Photo, new byte[] { 2 }, "image/jpeg", Cancel);
        Assert.Equal(1, (await store.FindAsync(Photo, Cancel))!.Size);
    }

    [Fact]
    public async Task Nodes_that_make_a_bucket_at_once_do_not_fight()
    {
        var settings = S3Server.NewStore();
        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(async i =>
                {
                    await using var node = ObjectStores.Build(settings);
                    await node.GetRequiredService<IObjectStore>()
                        .PutAsync(new ObjectAddress("production", $"{i}.jpg"), new byte[] { 1 }, "image/jpeg", Cancel);
                })
        );
        await using var container = ObjectStores.Build(settings);
        Assert.Equal(6, await container.GetRequiredService<IObjectStore>().ListAsync("production", "", Cancel).CountAsync(Cancel));
    }

    [Fact]
    public async Task More_objects_than_one_answer_holds_are_listed_to_the_end()
    {
        await using var container = ObjectStores.Build(S3Server.NewStore());
        var store = container.GetRequiredService<IObjectStore>();
        var keys = Enumerable.Range(0, 1234).Select(i => $"class_{i % 7:00}/{i:0000}.jpg").ToArray();
        await Parallel.ForEachAsync(
            keys,
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel },
            async (key, token) => await store.PutAsync(new ObjectAddress("production", key), new byte[] { 1 }, "image/jpeg", token)
        );
        var listed = await store.ListAsync("production", "", Cancel).Select(found => found.Key).ToListAsync(Cancel);
        Assert.Equal(keys.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static async Task AllFailAsync<TException>(IObjectStore store, string words)
        where TException : StoreUnavailableException
    {
        Func<Task>[] calls =
        [
            () => store.PutAsync(Photo, new byte[] { 1 }, "image/jpeg", Cancel),
            () => store.TryPutAsync(Photo, new byte[] { 1 }, "image/jpeg", Cancel),
            () => store.OpenReadAsync(Photo, Cancel),
            () => store.FindAsync(Photo, Cancel),
            () => store.ListAsync("production", "", Cancel).AnyAsync(Cancel).AsTask(),
            () => store.CopyAsync(Photo, Photo with { Key = "b.jpg" }, Cancel),
            () => store.DeleteAsync(Photo, Cancel),
            () => store.ReadTagsAsync(Photo, Cancel),
            () => store.WriteTagsAsync(Photo, new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" }, Cancel),
        ];
        foreach (var call in calls)
            Assert.Contains(words, (await Assert.ThrowsAsync<TException>(call)).Message, StringComparison.Ordinal);
    }

    /// <summary>Answers the next request by its head alone, and resets the connection.</summary>
    /// <returns>The head.</returns>
    private static async Task<string> AnswerAsync(TcpListener server, string status, string document, bool readsBody = false)
    {
        using var connection = await server.AcceptTcpClientAsync(Cancel);
        connection.LingerState = new LingerOption(enable: true, seconds: 0);
        var stream = connection.GetStream();
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head.Append((char)stream.ReadByte());
        if (readsBody)
        {
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), Cancel);
            await stream.ReadExactlyAsync(new byte[18_000_000], Cancel);
        }

        var headers = $"x-amz-request-id: 1\r\nETag: \"a\"\r\nConnection: close\r\nContent-Length: {document.Length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers}{document}"), Cancel);
        // Until the caller hangs up, or sends what nobody reads.
        _ = await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Cancel);
        return head.ToString();
    }
}
