using System.Text;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>A form is read through a stream that changes nothing but file names, however its bytes arrive.</summary>
public sealed class FormFileNamesTests
{
    private static readonly byte[] Photo = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> Unchanged =>
        new()
        {
            { "nothing", [] },
            { "no form", "no delimiter anywhere"u8.ToArray() },
            { "a form", Form("form-data; name=\"file\"; filename=\"lunch.jpg\"") },
            {
                "a form with text before and after",
                [.. "preamble\r\n"u8, .. Form("form-data; name=\"file\"; filename=\"lunch.jpg\""), .. "epilogue"u8]
            },
            { "a name in UTF-8", Form("form-data; name=\"file\"; filename=\"寿司.jpg\"; filename*=UTF-8''%E5%AF%BF.jpg") },
            { "a form that breaks off in its headers", Form("form-data; name=\"file\"; filename=\"a%22.jpg\"")[..40] },
            { "a form that breaks off in a delimiter", [.. Form("form-data; name=\"file\"")[..^7]] },
            { "a name without an end", Form("form-data; name=\"file\"; filename=\"%22") },
            { "headers too long to be read", Form($"form-data; name=\"{new string('n', 40_000)}\"; filename=\"a%22.jpg\"") },
            { "almost a delimiter in the content", [.. "--b\r\n\r\n"u8, .. "\r\n--\r\n--a\r\n-\r\n--b"u8[..^1], .. "\r\n--b--\r\n"u8] },
        };

    [Theory]
    [MemberData(nameof(Unchanged))]
    public async Task Everything_else_passes_as_it_comes(string what, byte[] form)
    {
        Assert.NotEmpty(what);
        foreach (var step in new[] { 1, 7, 4096, 1_000_000 })
            Assert.Equal(form, await ReadAsync(form, step));
    }

    [Theory]
    [InlineData("filename=\"say %22hi%22.jpg\"", "filename*=UTF-8''say%20%22hi%22.jpg")]
    [InlineData("filename=\"say \\\"hi\\\".jpg\"", "filename*=UTF-8''say%20%22hi%22.jpg")]
    [InlineData("filename=\"say \"hi\".jpg\"", "filename*=UTF-8''say%20%22hi%22.jpg")]
    [InlineData("filename=\"lunch\\\"", "filename*=UTF-8''lunch%5C")]
    [InlineData("filename=\"lunch\\\\\"", "filename*=UTF-8''lunch%5C")]
    [InlineData("filename=a%0d%0Ab.jpg", "filename*=UTF-8''a%0D%0Ab.jpg")]
    [InlineData("FileName=\"100%25.jpg\"; x=y", "filename*=UTF-8''100%2525.jpg; x=y")]
    [InlineData("filename=\"%22\"; filename*=UTF-8''a", "filename*=UTF-8''a")]
    public async Task A_file_name_is_written_as_all_readers_understand_it(string sent, string read)
    {
        var form = Form($"form-data; name=\"file\"; {sent}");
        foreach (var step in new[] { 1, 1_000_000 })
            Assert.Equal(Form($"form-data; name=\"file\"; {read}"), await ReadAsync(form, step));
    }

    private static byte[] Form(string disposition) =>
        [
            .. "--b\r\nContent-Type: image/jpeg\r\ncontent-disposition: "u8,
            .. Encoding.UTF8.GetBytes(disposition),
            .. "\r\n\r\n"u8,
            .. Photo,
            .. "\r\n--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n%22\r\n--b--\r\n"u8,
        ];

    private static async Task<byte[]> ReadAsync(byte[] form, int step)
    {
        await using var body = new FormFileNames(new Steps(form, step), "b");
        using var read = new MemoryStream();
        await body.CopyToAsync(read, Cancel);
        return read.ToArray();
    }

    /// <summary>Gives a few bytes at a time, as a slow client does.</summary>
    private sealed class Steps(byte[] content, int step) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
