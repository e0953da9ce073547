using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Imaging;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>
/// Whoever is in the model when the server ends is answered; the runtime ends the process when a session is disposed while it runs.
/// </summary>
public sealed class ShutdownTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-shutdown-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_end_of_the_host_waits_for_those_who_have_the_model()
    {
        const int callers = 4;
        using var inside = new CountdownEvent(callers);
        using var release = new ManualResetEventSlim();
        var host = new PersistenceHost(DatabaseProvider.Sqlite, folder, more: services =>
        {
            services.AddImaging();
            services.AddOnnxClassifier();
            services.PostConfigure<LimitsOptions>(limits => limits.Concurrency = callers);
            services.Decorate<IPhotoReader>(reader => new HeldReader(reader, inside, release));
        });
        var answers = Enumerable
            .Range(0, callers)
            .Select(_ =>
                Task.Run(() =>
                    host.InScopeAsync(scope =>
                        scope.GetRequiredService<IMediator>().Send(new ClassifyUnkept.Query(Photos.New()), CancellationToken.None)
                    )
                )
            )
            .ToList();
        await Task.Run(() => inside.Wait(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);

        var end = host.DisposeAsync().AsTask();

        Assert.False(end.IsCompleted);
        release.Set();
        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal("Vegetable/Fruit", answer.Class));
        await end;
    }

    /// <summary>Decodes, and holds the caller who has the model until it is released.</summary>
    private sealed class HeldReader(IPhotoReader reader, CountdownEvent inside, ManualResetEventSlim release) : IPhotoReader
    {
        public PhotoHeader ReadHeader(ReadOnlyMemory<byte> upload) => reader.ReadHeader(upload);

        public byte[] RemoveMetadata(ReadOnlyMemory<byte> upload) => reader.RemoveMetadata(upload);

        public byte[] Decode(ReadOnlyMemory<byte> upload, int width, int height)
        {
            var pixels = reader.Decode(upload, width, height);
            inside.Signal();
            release.Wait(TestContext.Current.CancellationToken);
            return pixels;
        }

        public byte[] Thumbnail(ReadOnlyMemory<byte> photo, int longestSide) => reader.Thumbnail(photo, longestSide);
    }
}
