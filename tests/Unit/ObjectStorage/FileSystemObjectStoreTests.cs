using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.ObjectStorage.FileSystem;
using Microsoft.Extensions.Options;

namespace GourmetGram.Tests.Unit.ObjectStorage;

public sealed class PowerSafeFileSystemObjectStoreTests() : FileSystemObjectStoreTests(Durability.Power);

public sealed class ProcessSafeFileSystemObjectStoreTests() : FileSystemObjectStoreTests(Durability.Process);

public abstract class FileSystemObjectStoreTests : IDisposable
{
    private static readonly ObjectAddress Photo = new("production", "class_05/a.jpg");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gourmetgram-objects-");
    private readonly IOptions<GourmetGramOptions> options;
    private readonly DataDirectory data;
    private readonly IObjectStore store;

    protected FileSystemObjectStoreTests(Durability durability)
    {
        options = Options.Create(new GourmetGramOptions { DataDirectory = folder.FullName, Durability = durability });
        data = new DataDirectory(options);
        store = new FileSystemObjectStore(data, "objects", options.Value.Durability);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Root => Path.Combine(folder.FullName, "objects");

    private string Incoming => Path.Combine(Root, ".incoming");

    public void Dispose()
    {
        data.Dispose();
        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3_000_000)]
    public async Task What_is_put_is_what_is_read_and_lies_under_its_key(int length)
    {
        var content = new byte[length];
        new Random(1).NextBytes(content);

        await store.PutAsync(Photo, content, "image/jpeg", Cancellation);

        Assert.Equal(content, await ReadAsync(Photo));
        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(Root, "production", "class_05", "a.jpg"), Cancellation));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Incoming));
    }

    [Fact]
    public async Task A_stream_can_seek()
    {
        await store.PutAsync(Photo, new byte[] { 1, 2, 3 }, "image/jpeg", Cancellation);

        await using var stream = await store.OpenReadAsync(Photo, Cancellation);
        stream.Seek(2, SeekOrigin.Begin);

        Assert.Equal(3, stream.ReadByte());
    }

    [Fact]
    public async Task A_put_replaces_the_object_and_a_reader_of_the_old_one_reads_on()
    {
        await store.PutAsync(Photo, new byte[] { 1, 1, 1, 1 }, "image/jpeg", Cancellation);
        await using var old = await store.OpenReadAsync(Photo, Cancellation);

        await store.PutAsync(Photo, new byte[] { 2 }, "image/jpeg", Cancellation);

        Assert.Equal([2], await ReadAsync(Photo));
        var buffer = new byte[4];
        await old.ReadExactlyAsync(buffer, Cancellation);
        Assert.Equal([1, 1, 1, 1], buffer);
    }

    [Fact]
    public async Task Readers_never_see_half_an_object()
    {
        const int Length = 200_000;
        await store.PutAsync(Photo, new byte[Length], "image/jpeg", Cancellation);
        var writer = Task.Run(
            async () =>
            {
                for (byte round = 1; round <= 40; round++)
                    await store.PutAsync(Photo, Enumerable.Repeat(round, Length).ToArray(), "image/jpeg", Cancellation);
            },
            Cancellation
        );

        while (!writer.IsCompleted)
        {
            var content = await ReadAsync(Photo);
            Assert.Equal(Length, content.Length);
            Assert.Equal(-1, content.AsSpan().IndexOfAnyExcept(content[0]));
        }

        await writer;
    }

    [Fact]
    public async Task Puts_into_new_folders_at_once_all_succeed()
    {
        static ObjectAddress Address(int i) => new($"bucket{i % 3}", $"a/{i % 4}/{i}.bin");
        await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(i => Task.Run(() => store.PutAsync(Address(i), new[] { (byte)i }, "image/png", Cancellation), Cancellation))
        );

        for (var i = 0; i < 40; i++)
            Assert.Equal([(byte)i], await ReadAsync(Address(i)));
    }

    [Theory]
    [InlineData("production", "class_05/none.jpg")]
    [InlineData("nowhere", "none.jpg")]
    [InlineData("production", "class_05")]
    public async Task What_is_not_there_is_not_found(string bucket, string key)
    {
        await store.PutAsync(Photo, new byte[] { 1 }, "image/jpeg", Cancellation);
        var address = new ObjectAddress(bucket, key);

        await Assert.ThrowsAsync<NotFoundException>(() => store.OpenReadAsync(address, Cancellation));
        await store.DeleteAsync(address, Cancellation);

        Assert.Equal([1], await ReadAsync(Photo));
    }

    [Fact]
    public async Task A_deleted_object_is_gone()
    {
        await store.PutAsync(Photo, new byte[] { 1 }, "image/jpeg", Cancellation);

        await store.DeleteAsync(Photo, Cancellation);
        await store.DeleteAsync(Photo, Cancellation);

        await Assert.ThrowsAsync<NotFoundException>(() => store.OpenReadAsync(Photo, Cancellation));
    }

    [Theory]
    [InlineData("production", "", "class_05/a.jpg", "class_05/deeper/b.jpg", "class_06/.c", "class_51.txt")]
    [InlineData("production", "class_05/", "class_05/a.jpg", "class_05/deeper/b.jpg")]
    [InlineData("production", "class_05/d", "class_05/deeper/b.jpg")]
    [InlineData("production", "class_5", "class_51.txt")]
    [InlineData("production", "nowhere/")]
    [InlineData("nowhere", "")]
    public async Task A_listing_has_what_starts_with_the_prefix(string bucket, string prefix, params string[] expected)
    {
        foreach (var key in new[] { "class_05/a.jpg", "class_05/deeper/b.jpg", "class_06/.c", "class_51.txt" })
            await store.PutAsync(new ObjectAddress("production", key), new byte[] { 1, 2 }, "image/jpeg", Cancellation);
        await store.PutAsync(new ObjectAddress("other", "class_05/a.jpg"), new byte[] { 1 }, "image/jpeg", Cancellation);

        var found = new List<StoredObject>();
        await foreach (var entry in store.ListAsync(bucket, prefix, Cancellation))
            found.Add(entry);

        Assert.Equal(expected, found.Select(entry => entry.Key).Order(StringComparer.Ordinal));
        Assert.All(found, entry =>
            Assert.Equal((2, File.GetLastWriteTimeUtc(Path.Combine(Root, bucket, entry.Key))), (entry.Size, entry.WrittenAt.UtcDateTime))
        );
    }

    [Theory]
    [InlineData("", "a")]
    [InlineData(".", "a")]
    [InlineData("..", "a")]
    [InlineData(".incoming", "a")]
    [InlineData("/etc", "a")]
    [InlineData("a/b", "a")]
    [InlineData("a\\b", "a")]
    [InlineData("a\0", "a")]
    [InlineData("production", "")]
    [InlineData("production", "/etc/passwd")]
    [InlineData("production", "a/")]
    [InlineData("production", "a//b")]
    [InlineData("production", ".")]
    [InlineData("production", "..")]
    [InlineData("production", "../x")]
    [InlineData("production", "a/../../x")]
    [InlineData("production", "a/./b")]
    [InlineData("production", "..\\x")]
    [InlineData("production", "a\0.jpg")]
    public async Task An_address_that_could_leave_its_place_is_refused(string bucket, string key)
    {
        var before = Directory.GetFileSystemEntries(folder.FullName, "*", SearchOption.AllDirectories);
        var address = new ObjectAddress(bucket, key);

        await Assert.ThrowsAsync<ArgumentException>(() => store.PutAsync(address, new byte[] { 1 }, "image/jpeg", Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => store.OpenReadAsync(address, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => store.DeleteAsync(address, Cancellation));

        Assert.Equal(before, Directory.GetFileSystemEntries(folder.FullName, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("..a/b..c/...")]
    [InlineData("Suppe mit Nüdeli 🍜.jpg")]
    [InlineData("C:/x")]
    public async Task An_unusual_name_is_a_name(string key)
    {
        var address = new ObjectAddress("production", key);

        await store.PutAsync(address, new byte[] { 7 }, "image/jpeg", Cancellation);

        Assert.Equal([7], await ReadAsync(address));
        Assert.True(File.Exists(Path.Combine(Root, "production", key)));
    }

    [Fact]
    public async Task A_put_that_fails_says_why_and_leaves_nothing()
    {
        await File.WriteAllTextAsync(Path.Combine(Root, "production"), "in the way of the bucket", Cancellation);

        var exception = await Assert.ThrowsAsync<StoreUnavailableException>(() =>
            store.PutAsync(Photo, new byte[] { 1 }, "image/jpeg", Cancellation)
        );

        Assert.StartsWith(
            $"Object production/class_05/a.jpg could not be written to {Root}: ",
            exception.Message,
            StringComparison.Ordinal
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(Incoming));
    }

    [Fact]
    public async Task A_put_that_is_cancelled_leaves_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync(Photo, new byte[] { 1 }, "image/jpeg", cancelled));

        Assert.Empty(Directory.EnumerateFileSystemEntries(Incoming));
        await Assert.ThrowsAsync<NotFoundException>(() => store.OpenReadAsync(Photo, Cancellation));
    }

    [Fact]
    public async Task A_store_whose_folder_is_gone_is_unavailable_and_says_so()
    {
        Assert.Null(await store.FindFaultAsync(Cancellation));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Incoming));
        Directory.Delete(Root, recursive: true);

        Assert.StartsWith(
            $"The object store {Root} cannot be written: ",
            await store.FindFaultAsync(Cancellation),
            StringComparison.Ordinal
        );
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.PutAsync(Photo, new byte[] { 1 }, "image/jpeg", Cancellation));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.OpenReadAsync(Photo, Cancellation));
    }

    [Fact]
    public async Task What_a_killed_process_left_half_written_is_removed_at_the_next_start()
    {
        await store.PutAsync(Photo, new byte[] { 1 }, "image/jpeg", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(Incoming, "half"), "half", Cancellation);

        var next = new FileSystemObjectStore(data, "objects", options.Value.Durability);

        Assert.Empty(Directory.EnumerateFileSystemEntries(Incoming));
        await using var stream = await next.OpenReadAsync(Photo, Cancellation);
        Assert.Equal(1, stream.Length);
    }

    private async Task<byte[]> ReadAsync(ObjectAddress address)
    {
        await using var stream = await store.OpenReadAsync(address, Cancellation);
        var content = new byte[stream.Length];
        await stream.ReadExactlyAsync(content, Cancellation);
        return content;
    }
}
