using System.Net;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>The server's clock is set back an hour while people use it.</summary>
public sealed class ClockTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-clock-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Everything_goes_on_when_the_clock_is_set_back()
    {
        var clock = new ShiftedClock();
        await using var server = new HostedServer(
            new Dictionary<string, string> { ["GourmetGram__DataDirectory"] = folder, ["Limits__QueueMilliseconds"] = "60000" },
            clock
        );
        var visitor = new AppClient(new HttpClient(new HttpClientHandler { UseCookies = true }) { BaseAddress = server.Address });
        using (await visitor.SendAsync(HttpMethod.Get, ""))
        {
            // The visitor has a cookie now.
        }

        var photo = Photos.New();
        var first = await visitor.UploadAsync(photo, idempotencyKey: "before");
        var made = new List<Guid> { first.Id, (await visitor.UploadAsync()).Id, (await visitor.UploadAsync()).Id };
        await DoneAsync(visitor.FlagAsync(first.Id));
        await DoneAsync(visitor.CorrectAsync(first.Id, first.Class));

        clock.Shift = TimeSpan.FromHours(-1);

        Assert.Equal(first.Id, (await visitor.UploadAsync(photo, idempotencyKey: "before")).Id);
        await DoneAsync(visitor.UnflagAsync(first.Id));
        await DoneAsync(visitor.CorrectAsync(first.Id, first.Probabilities[1].Class));
        for (var i = 0; i < 4; i++)
            made.Add((await visitor.UploadAsync()).Id);
        var found = await visitor.GetAsync(first.Id);
        Assert.Equal((false, first.Probabilities[1].Class), (found.Flagged, found.Correction));

        Assert.Distinct(made);
        var listed = new List<PredictionJson>();
        for (
            var page = await visitor.ListAsync("?limit=2");
            ;
            page = await visitor.ListAsync($"?limit=2&cursor={Uri.EscapeDataString(page.Next!)}")
        )
        {
            listed.AddRange(page.Items);
            Assert.True(listed.Count <= made.Count, "A page repeats what another one had.");
            if (page.Next is null)
                break;
        }

        Assert.Equal(made.Order(), listed.Select(p => p.Id).Order());
        using (var zip = await visitor.DownloadAllAsync())
            Assert.Equal(made.Count + 1, zip.Entries.Count);
        using (var page = await visitor.SendAsync(HttpMethod.Get, "photos", null, ("Accept", "text/html")))
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        await DoneAsync(visitor.EraseAsync(first.Id));
        Assert.Equal(made.Count - 1, (await visitor.ListAsync()).Items.Count);
        await visitor.ReadyAsync();
    }

    private static async Task DoneAsync(Task<HttpResponseMessage> request)
    {
        using var answer = await request;
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
