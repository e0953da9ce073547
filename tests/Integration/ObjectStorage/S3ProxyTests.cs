using GourmetGram.Application.Common;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.ObjectStorage;

/// <summary>
/// Something between us and a real S3 server misbehaves, for each kind of call in each way. Each call then says that the store is
/// unavailable: never that something is not there, never that it is done, never with other bytes, and never later than its deadline.
/// </summary>
public sealed class S3ProxyTests(S3ProxyTests.Stores stores) : IClassFixture<S3ProxyTests.Stores>
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 10_000).Select(i => (byte)i)];
    private static readonly ObjectAddress Photo = new("production", "class_05/a.jpg");

    private static int buckets;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private S3Proxy Proxy
    {
        get
        {
            Assert.SkipWhen(S3Server.Missing is not null, S3Server.Missing ?? "");
            return stores.Proxy;
        }
    }

    private IObjectStore Store => stores.Patient.GetRequiredService<IObjectStore>();

    /// <summary>What makes a call of each kind, and what it gives when all goes well.</summary>
    private static Dictionary<S3Call, Func<IObjectStore, Task<object?>>> Calls =>
        new()
        {
            [S3Call.Put] = async store =>
            {
                await store.PutAsync(Photo with { Key = "class_05/new.jpg" }, Bytes, "image/jpeg", Cancel);
                return "written";
            },
            [S3Call.Get] = async store => Convert.ToHexString(await (await store.OpenReadAsync(Photo, Cancel)).ReadAllAsync()),
            [S3Call.Head] = async store => (await store.FindAsync(Photo, Cancel))?.Size,
            [S3Call.List] = async store =>
                string.Join(' ', await store.ListAsync("production", "class_05/", Cancel).Select(found => found.Key).ToListAsync(Cancel)),
            [S3Call.Delete] = async store =>
            {
                await store.DeleteAsync(Photo with { Key = "class_06/none.jpg" }, Cancel);
                return "deleted";
            },
            [S3Call.Copy] = async store =>
            {
                await store.CopyAsync(Photo, new ObjectAddress("cleanproduction", "class_05/a.jpg"), Cancel);
                return "copied";
            },
            [S3Call.ReadTags] = async store => string.Join(' ', await store.ReadTagsAsync(Photo, Cancel)),
            [S3Call.WriteTags] = async store =>
            {
                await store.WriteTagsAsync(Photo, new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" }, Cancel);
                return "tagged";
            },
            [S3Call.RemoveTags] = async store =>
            {
                await store.WriteTagsAsync(Photo, new Dictionary<string, string>(StringComparer.Ordinal), Cancel);
                return "untagged";
            },
            [S3Call.MakeBucket] = async store =>
            {
                await store.PutAsync(
                    new ObjectAddress($"bucket{Interlocked.Increment(ref buckets)}", "a.jpg"),
                    Bytes,
                    "image/jpeg",
                    Cancel
                );
                return "written";
            },
        };

    public static TheoryData<S3Call, Misbehaviour> Cases
    {
        get
        {
            var cases = new TheoryData<S3Call, Misbehaviour>();
            foreach (var call in Calls.Keys)
            {
                foreach (var misbehaviour in Enum.GetValues<Misbehaviour>())
                    cases.Add(call, misbehaviour);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_spoiled_answer_means_that_the_store_is_unavailable(S3Call call, Misbehaviour misbehaviour)
    {
        Proxy.Spoiled.Clear();
        Proxy.Rule = (asked, _) => asked == call ? misbehaviour : null;
        object? answer = null;
        var store = misbehaviour is Misbehaviour.Silence or Misbehaviour.HangingBody
            ? stores.Impatient.GetRequiredService<IObjectStore>()
            : Store;
        var fault = await Record.ExceptionAsync(async () => answer = await Calls[call](store));

        Assert.Contains(Proxy.Spoiled, spoiled => spoiled.Call == call);
        Proxy.Behave();
        if (fault is null && IsTrue(call, misbehaviour))
            return;
        Assert.True(fault is StoreUnavailableException, $"{fault ?? answer}");
        await Calls[call](Store);
    }

    /// <summary>
    /// The answers that may be believed, because the server did what was asked and its own headers say so: there was no body to spoil. Only
    /// a caller who knows a photo's length and hash can tell that its bytes end too early when the length says the same.
    /// </summary>
    private static bool IsTrue(S3Call call, Misbehaviour misbehaviour) =>
        call switch
        {
            S3Call.List or S3Call.Copy or S3Call.ReadTags => false,
            S3Call.Get => misbehaviour is Misbehaviour.ShortBody or Misbehaviour.LostBody,
            _ => misbehaviour is >= Misbehaviour.CutBody and <= Misbehaviour.LostBody,
        };

    [Fact]
    public async Task A_part_that_is_another_part_is_not_believed()
    {
        Proxy.Behave();
        await using var stream = await Store.OpenReadAsync(Photo, Cancel);
        stream.Position = 5000;
        Proxy.Rule = (call, _) => call == S3Call.Get ? Misbehaviour.StaticPage : null;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => stream.ReadExactlyAsync(new byte[10], Cancel).AsTask());
        Proxy.Behave();
    }

    [Fact]
    public async Task Tags_that_the_server_refuses_are_told_apart_from_a_server_that_is_away()
    {
        Proxy.Behave();
        var cut = new string('a', 256);
        await Store.WriteTagsAsync(
            Photo,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["class"] = ObjectTags.ValueOf("Crème brûlée 寿司 (süß) " + cut) },
            Cancel
        );
        Assert.Equal("Creme brulee __ _suss_ " + cut[..233], (await Store.ReadTagsAsync(Photo, Cancel))["class"]);
        await Assert.ThrowsAsync<TagsRefusedException>(() =>
            Store.WriteTagsAsync(Photo, new Dictionary<string, string>(StringComparer.Ordinal) { ["class"] = "Crème brûlée" }, Cancel)
        );
    }

    /// <summary>One proxy for all cases.</summary>
    public sealed class Stores : IAsyncLifetime
    {
        internal S3Proxy Proxy { get; private set; } = null!;

        internal ServiceProvider Patient { get; private set; } = null!;

        /// <summary>The same store with a deadline that a test can wait for, and that a busy machine may miss.</summary>
        internal ServiceProvider Impatient { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            // The tests say so.
            if (S3Server.Missing is not null)
                return;
            var settings = S3Server.NewStore();
            Proxy = await S3Proxy.StartAsync(settings);
            Patient = ObjectStores.Build(settings);
            Impatient = ObjectStores.Build(
                new Dictionary<string, string>(settings, StringComparer.Ordinal) { ["ObjectStore__TimeoutSeconds"] = "1" }
            );
            var store = Patient.GetRequiredService<IObjectStore>();
            await store.PutAsync(Photo, Bytes, "image/jpeg", Cancel);
            await store.WriteTagsAsync(Photo, new Dictionary<string, string>(StringComparer.Ordinal) { ["first"] = "1" }, Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            if (S3Server.Missing is not null)
                return;
            await Patient.DisposeAsync();
            await Impatient.DisposeAsync();
            await Proxy.DisposeAsync();
        }
    }
}
