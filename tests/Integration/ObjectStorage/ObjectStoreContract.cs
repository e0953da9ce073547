using GourmetGram.Application.Common;

namespace GourmetGram.Tests.Integration.ObjectStorage;

/// <summary>What every object store does alike: use cases rely on nothing else.</summary>
public abstract class ObjectStoreContract : IAsyncLifetime
{
    private const string Jpeg = "image/jpeg";
    private static readonly ObjectAddress Photo = new("production", "class_05/a.jpg");

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract IObjectStore Store { get; }

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(18_000_000)]
    public async Task What_is_put_is_what_is_read(int length)
    {
        var content = Bytes(length);
        await Store.PutAsync(Photo, content, Jpeg, Cancel);
        Assert.Equal(content, await ReadAsync(Photo));
        var details = await Store.FindAsync(Photo, Cancel);
        Assert.Equal((length, Jpeg), (details!.Size, details.MediaType));
        Assert.InRange(details.WrittenAt, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5));
    }

    [Fact]
    public async Task A_stream_is_put_from_its_position_and_stays_open()
    {
        using var content = new MemoryStream(Bytes(6_000_000)) { Position = 1000 };
        await Store.PutAsync(Photo, content, Jpeg, Cancel);
        Assert.Equal(content.ToArray()[1000..], await ReadAsync(Photo));
        Assert.True(content.CanRead);
    }

    [Fact]
    public async Task A_put_replaces_bytes_media_type_tags_and_version()
    {
        await Store.PutAsync(Photo, Bytes(10), Jpeg, Cancel);
        await Store.WriteTagsAsync(Photo, Tags(("a", "b")), Cancel);
        var before = await Store.FindAsync(Photo, Cancel);

        await Store.PutAsync(Photo, Bytes(20), "text/plain", Cancel);

        var after = await Store.FindAsync(Photo, Cancel);
        Assert.Equal((20L, "text/plain"), (after!.Size, after.MediaType));
        Assert.NotEqual(before!.Version, after.Version);
        Assert.Empty(await Store.ReadTagsAsync(Photo, Cancel));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(7_000_000)]
    public async Task Of_many_who_put_if_absent_one_wins_and_its_bytes_stay(int length)
    {
        var won = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(async i => (i, await Store.TryPutAsync(Photo, Filled(length, (byte)i), Jpeg, Cancel)))
        );
        var winner = Assert.Single(won, attempt => attempt.Item2).i;
        Assert.Equal(Filled(length, (byte)winner), await ReadAsync(Photo));
        Assert.False(await Store.TryPutAsync(Photo, Bytes(1), Jpeg, Cancel));
    }

    [Fact]
    public async Task A_reader_seeks_and_reads_on_from_there()
    {
        var content = Bytes(3_000_000);
        await Store.PutAsync(Photo, content, Jpeg, Cancel);
        await using var stream = await Store.OpenReadAsync(Photo, Cancel);
        Assert.Equal(content.Length, stream.Length);
        foreach (var position in new[] { 2_999_990, 0, 1_500_000 })
        {
            stream.Seek(position, SeekOrigin.Begin);
            var part = new byte[10];
            await stream.ReadExactlyAsync(part, Cancel);
            Assert.Equal(content[position..(position + 10)], part);
        }

        stream.Seek(0, SeekOrigin.End);
        Assert.Equal(0, await stream.ReadAsync(new byte[10], Cancel));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await Store.PutAsync(Photo, Bytes(1), Jpeg, Cancel);
        foreach (
            var missing in new ObjectAddress[]
            {
                new("production", "class_05/none.jpg"),
                new("production", "class_05"),
                new("nowhere", "a.jpg"),
            }
        )
        {
            await Assert.ThrowsAsync<NotFoundException>(() => Store.OpenReadAsync(missing, Cancel));
            await Assert.ThrowsAsync<NotFoundException>(() => Store.ReadTagsAsync(missing, Cancel));
            await Assert.ThrowsAsync<NotFoundException>(() => Store.WriteTagsAsync(missing, Tags(("a", "b")), Cancel));
            await Assert.ThrowsAsync<NotFoundException>(() =>
                Store.CopyAsync(missing, new ObjectAddress("production", "copy.jpg"), Cancel)
            );
            await Assert.ThrowsAsync<NotFoundException>(() =>
                Store.MoveAsync(missing, new ObjectAddress("production", "copy.jpg"), Cancel)
            );
            Assert.Null(await Store.FindAsync(missing, Cancel));
            await Store.DeleteAsync(missing, Cancel);
        }

        Assert.Equal(Bytes(1), await ReadAsync(Photo));
    }

    [Fact]
    public async Task A_deleted_object_is_gone_with_its_tags()
    {
        await Store.PutAsync(Photo, Bytes(1), Jpeg, Cancel);
        await Store.WriteTagsAsync(Photo, Tags(("a", "b")), Cancel);
        await Store.DeleteAsync(Photo, Cancel);
        Assert.Null(await Store.FindAsync(Photo, Cancel));

        await Store.PutAsync(Photo, Bytes(1), Jpeg, Cancel);
        Assert.Empty(await Store.ReadTagsAsync(Photo, Cancel));
    }

    [Fact]
    public async Task Tags_are_written_whole_and_read_back()
    {
        await Store.PutAsync(Photo, Bytes(1), Jpeg, Cancel);
        Assert.Empty(await Store.ReadTagsAsync(Photo, Cancel));
        await Store.WriteTagsAsync(
            Photo,
            Tags(("predicted_class", "Vegetable/Fruit"), ("confidence", "0.610"), ("timestamp", "2026-11-23T10:00:00Z")),
            Cancel
        );
        await Store.WriteTagsAsync(Photo, Tags(("flagged", "true"), ("corrected_class", "Soup + bread: a=b_c@d.e-f")), Cancel);
        Assert.Equal(Tags(("flagged", "true"), ("corrected_class", "Soup + bread: a=b_c@d.e-f")), await Store.ReadTagsAsync(Photo, Cancel));
        await Store.WriteTagsAsync(Photo, Tags(), Cancel);
        Assert.Empty(await Store.ReadTagsAsync(Photo, Cancel));
        Assert.Equal(Jpeg, (await Store.FindAsync(Photo, Cancel))!.MediaType);
    }

    [Theory]
    [InlineData("Crème brûlée")]
    [InlineData("寿司")]
    [InlineData("a & b")]
    public async Task Tags_that_some_server_refuses_are_refused_and_those_before_stay(string value)
    {
        await Store.PutAsync(Photo, Bytes(1), Jpeg, Cancel);
        await Store.WriteTagsAsync(Photo, Tags(("a", "b")), Cancel);
        await Assert.ThrowsAsync<TagsRefusedException>(() => Store.WriteTagsAsync(Photo, Tags(("a", value)), Cancel));
        Assert.Equal(Tags(("a", "b")), await Store.ReadTagsAsync(Photo, Cancel));
    }

    [Fact]
    public async Task A_copy_has_bytes_media_type_and_tags_also_in_a_new_bucket()
    {
        var copy = new ObjectAddress("cleanproduction", "class_01/b.bin");
        await Store.PutAsync(Photo, Bytes(6_000_000), Jpeg, Cancel);
        await Store.WriteTagsAsync(Photo, Tags(("a", "b")), Cancel);

        await Store.CopyAsync(Photo, copy, Cancel);
        await Store.CopyAsync(Photo, copy, Cancel);

        Assert.Equal(Bytes(6_000_000), await ReadAsync(copy));
        Assert.Equal(Jpeg, (await Store.FindAsync(copy, Cancel))!.MediaType);
        Assert.Equal(Tags(("a", "b")), await Store.ReadTagsAsync(copy, Cancel));
        Assert.NotNull(await Store.FindAsync(Photo, Cancel));
    }

    [Fact]
    public async Task A_move_leaves_nothing_behind()
    {
        var target = new ObjectAddress("labelstudio", "quarantine/a.jpg");
        await Store.PutAsync(Photo, Bytes(100), Jpeg, Cancel);
        await Store.MoveAsync(Photo, target, Cancel);
        Assert.Equal(Bytes(100), await ReadAsync(target));
        Assert.Null(await Store.FindAsync(Photo, Cancel));
    }

    [Fact]
    public async Task A_list_holds_what_has_the_prefix_and_nothing_else()
    {
        string[] keys = ["class_05/a.jpg", "class_05/b.jpg", "class_05/deep/er/c.jpg", "class_050/d.jpg", "class_06/e.jpg", "top.json"];
        foreach (var key in keys)
            await Store.PutAsync(new ObjectAddress("production", key), Bytes(key.Length), Jpeg, Cancel);
        await Store.WriteTagsAsync(new ObjectAddress("production", keys[0]), Tags(("a", "b")), Cancel);

        Assert.Equal(keys, await KeysAsync(""));
        Assert.Equal(keys[..3], await KeysAsync("class_05/"));
        Assert.Equal(keys[..4], await KeysAsync("class_05"));
        Assert.Equal(["class_05/deep/er/c.jpg"], await KeysAsync("class_05/deep/er/c"));
        Assert.Empty(await KeysAsync("class_07/"));
        Assert.Empty(await Store.ListAsync("nowhere", "", Cancel).ToListAsync(Cancel));
        var entry = await Store.ListAsync("production", "top", Cancel).SingleAsync(Cancel);
        Assert.Equal("top.json".Length, entry.Size);
        Assert.InRange(entry.WrittenAt, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5));

        async Task<string[]> KeysAsync(string prefix) =>
            [
                .. (await Store.ListAsync("production", prefix, Cancel).ToListAsync(Cancel))
                    .Select(found => found.Key)
                    .Order(StringComparer.Ordinal),
            ];
    }

    [Theory]
    [InlineData("Suppe mit Nüdeli 🍜.jpg")]
    [InlineData("a b+c&d=e%20f#g?h.jpg")]
    [InlineData("..a/b..c/...")]
    [InlineData("C:/x")]
    public async Task An_unusual_name_is_a_name(string key)
    {
        var address = new ObjectAddress("production", key);
        await Store.PutAsync(address, Bytes(7), Jpeg, Cancel);
        await Store.WriteTagsAsync(address, Tags(("a", "b")), Cancel);
        Assert.Equal(Bytes(7), await ReadAsync(address));
        Assert.Equal(key, (await Store.ListAsync("production", "", Cancel).SingleAsync(Cancel)).Key);
        await Store.CopyAsync(address, Photo, Cancel);
        await Store.DeleteAsync(address, Cancel);
        Assert.Equal(Bytes(7), await ReadAsync(Photo));
    }

    [Fact]
    public async Task A_store_that_works_passes_its_own_checks_and_keeps_nothing_of_them()
    {
        var checks = await Store.CheckAsync(Cancel);
        Assert.NotEmpty(checks);
        Assert.All(checks, check => Assert.Null(check.Fault));
        Assert.Null(await Store.FindFaultAsync(Cancel));
        Assert.Empty(await Store.ListAsync("production", "", Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task What_is_cancelled_ends_as_cancelled()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync(Photo, Bytes(1), Jpeg, cancelled));
        Assert.Null(await Store.FindAsync(Photo, Cancel));
    }

    protected static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Filled(int length, byte value)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private static Dictionary<string, string> Tags(params (string Name, string Value)[] tags) =>
        tags.ToDictionary(tag => tag.Name, tag => tag.Value, StringComparer.Ordinal);

    private async Task<byte[]> ReadAsync(ObjectAddress address)
    {
        await using var stream = await Store.OpenReadAsync(address, Cancel);
        var content = new byte[stream.Length];
        await stream.ReadExactlyAsync(content, Cancel);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancel));
        return content;
    }
}
