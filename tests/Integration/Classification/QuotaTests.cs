using System.Net;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Classification;

/// <summary>How much people without an account may store.</summary>
public sealed class QuotaTests : ServerTests
{
    [Fact]
    public async Task A_visitor_who_sends_too_much_is_told_when_to_go_on_and_others_are_not_disturbed()
    {
        var clock = new ShiftedClock();
        await using var server = Node("data", clock, ("Quotas__VisitorPhotosPerHour", "3"));
        var visitor = await VisitorAsync(server.Address);
        for (var i = 0; i < 3; i++)
            await visitor.UploadAsync();
        using (var refused = await visitor.TryUploadAsync(Photos.New()))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
            Assert.Contains("sign in", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        Assert.Equal(3, (await visitor.ListAsync()).Items.Count);
        await (await VisitorAsync(server.Address)).UploadAsync();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = server.Address });
        for (var i = 0; i < 5; i++)
            await admin.UploadAsync();

        clock.Shift = TimeSpan.FromHours(1);
        await visitor.UploadAsync();
        var run = await admin.RunJobAsync("housekeeping");
        Assert.True(run["counts"]!["uploadCounts"]!.GetValue<long>() >= 0);
    }

    [Fact]
    public async Task Callers_without_a_cookie_share_the_quota_of_their_address_in_bytes_too()
    {
        await using var server = Node("data", new ShiftedClock(), ("Quotas__AddressMebibytesPerDay", "1"));
        var stranger = Stranger(server);
        var photo = Photos.Golden("drawing-egg.jpg");
        var most = (1024 * 1024) / photo.Length;
        Assert.InRange(most, 1, 200);
        for (var i = 0; i < most; i++)
            await stranger.UploadAsync(photo);
        using var refused = await stranger.TryUploadAsync(photo);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        using var lab = await stranger.SendAsync(HttpMethod.Get, "api/v1/classes");
        Assert.Equal(HttpStatusCode.OK, lab.StatusCode);
    }

    [Fact]
    public async Task Nodes_share_the_counts()
    {
        var clock = new ShiftedClock();
        var database = await MigratedDatabase.TakeAsync();
        (string, string)[] settings =
        [
            ("Quotas__AddressPhotosPerHour", "5"),
            ("Database__Provider", "PostgreSql"),
            ("Database__ConnectionString", database),
        ];
        await using var one = Node("one", clock, settings);
        await using var two = Node("two", clock, settings);
        var (here, there) = (Stranger(one), Stranger(two));
        for (var i = 0; i < 3; i++)
            await here.UploadAsync();
        // Nodes tell each other every two seconds, when they count.
        clock.Shift = TimeSpan.FromSeconds(3);
        await here.UploadAsync();
        await there.UploadAsync();
        await there.UploadAsync();
        using var refused = await there.TryUploadAsync(Photos.New());
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
    }

    [Fact]
    public async Task People_without_an_account_share_a_quota_on_all_nodes_from_whichever_address()
    {
        var clock = new ShiftedClock();
        (string, string)[] settings =
        [
            ("Quotas__TotalPhotosPerDay", "4"),
            ("Database__Provider", "PostgreSql"),
            ("Database__ConnectionString", await MigratedDatabase.TakeAsync()),
        ];
        await using var one = Node("one", clock, settings);
        await using var two = Node("two", clock, settings);
        await (await VisitorAsync(one.Address)).UploadAsync();
        await (await VisitorAsync(one.Address)).UploadAsync();
        // Nodes tell each other every two seconds, when they count.
        clock.Shift = TimeSpan.FromSeconds(3);
        await Stranger(one).UploadAsync();
        var visitor = await VisitorAsync(two.Address);
        await visitor.UploadAsync();
        await visitor.UploadAsync();
        using (var refused = await visitor.TryUploadAsync(Photos.New()))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
            Assert.Contains("All people without an account", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        await AppClient.Administrator(new HttpClient { BaseAddress = two.Address }).UploadAsync();
        clock.Shift = TimeSpan.FromDays(1);
        await visitor.UploadAsync();
    }

    [Fact]
    public async Task A_node_that_was_started_before_its_object_store_shares_the_counts_later()
    {
        var clock = new ShiftedClock();
        var store = S3Server.NewStore();
        var real = new Uri(store["ObjectStore__Endpoint"]);
        await using var door = new Door(real.Host, real.Port);
        (string, string)[] settings =
        [
            ("Quotas__AddressPhotosPerHour", "4"),
            ("Database__Provider", "PostgreSql"),
            ("Database__ConnectionString", await MigratedDatabase.TakeAsync()),
        ];
        await using var early = Node("early", clock, [.. settings, .. StoreAt($"http://127.0.0.1:{door.Port}")]);
        await Stranger(early).UploadAsync();
        door.Open();
        await early.LineAsync("The object store is available and belongs to this database");
        await using var late = Node("late", clock, [.. settings, .. StoreAt(store["ObjectStore__Endpoint"])]);
        for (var i = 0; i < 3; i++)
            await Stranger(late).UploadAsync();
        // Nodes tell each other every two seconds, when they count.
        clock.Shift = TimeSpan.FromSeconds(3);
        await Stranger(late).UploadAsync();
        await Stranger(early).UploadAsync();
        using var refused = await Stranger(early).TryUploadAsync(Photos.New());
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);

        IEnumerable<(string, string)> StoreAt(string endpoint) =>
            store.Select(setting => (setting.Key, setting.Key == "ObjectStore__Endpoint" ? endpoint : setting.Value));
    }

    private HostedServer Node(string name, ShiftedClock clock, params (string Name, string Value)[] settings) =>
        new(
            new Dictionary<string, string>(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
            {
                ["GourmetGram__DataDirectory"] = Path.Combine(Folder, name),
                ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
                ["Jobs__Scheduled"] = "false",
                ["Limits__QueueMilliseconds"] = "60000",
            },
            clock
        );

    private static AppClient Stranger(HostedServer node) =>
        new(new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = node.Address });

    private static async Task<AppClient> VisitorAsync(Uri server)
    {
        var visitor = new AppClient(new HttpClient { BaseAddress = server });
        using var page = await visitor.SendAsync(HttpMethod.Get, "");
        page.EnsureSuccessStatusCode();
        return visitor;
    }
}
