using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Imaging;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>A caller who hangs up: before decoding, before the model, between the photo's file and its row.</summary>
public sealed class LeavingCallerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-leaving-").FullName;
    private readonly CancellationTokenSource caller = new();

    public void Dispose()
    {
        caller.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_photo_that_is_kept_has_its_row_although_its_sender_has_left()
    {
        await using var host = await StartAsync(services => services.Decorate<IObjectStore>(store => new LeftStore(store, caller)));
        var prediction = await host.InScopeAsync(scope =>
            scope
                .GetRequiredService<IMediator>()
                .Send(new Classify.Command(Photos.New(), FileName: null, new Caller(Some.Visitor, IsReviewer: false)), caller.Token)
        );
        Assert.True(caller.IsCancellationRequested);
        Assert.Equal(
            prediction.Id,
            (await host.SendAsync(new GetPrediction.Query(prediction.Id, new Caller(Some.Visitor, IsReviewer: false)))).Id
        );
    }

    [Fact]
    public async Task A_sender_who_leaves_while_waiting_for_a_turn_costs_no_decoding()
    {
        var decoding = new Counted();
        await using var host = await StartAsync(services =>
        {
            services.Decorate<IInferenceGate>(gate => new LeftGate(gate, caller));
            services.Decorate<IPhotoReader>(reader => new CountingReader(reader, decoding));
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ClassifyAsync(host));
        Assert.Equal(0, decoding.Times);
    }

    [Fact]
    public async Task A_sender_who_leaves_while_the_photo_is_decoded_costs_no_inference()
    {
        var inference = new Counted();
        await using var host = await StartAsync(services =>
        {
            services.Decorate<IPhotoReader>(reader => new CountingReader(reader, new Counted(caller.Cancel)));
            services.Decorate<IClassifier>(classifier => new CountingClassifier(classifier, inference));
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ClassifyAsync(host));
        Assert.Equal(0, inference.Times);
    }

    private async Task<PersistenceHost> StartAsync(Action<IServiceCollection> decorate)
    {
        var host = new PersistenceHost(DatabaseProvider.Sqlite, folder, more: services =>
        {
            services.AddImaging();
            services.AddOnnxClassifier();
            decorate(services);
        });
        await host.MigrateAsync();
        return host;
    }

    private Task<ClassifyUnkept.Response> ClassifyAsync(PersistenceHost host) =>
        host.InScopeAsync(scope => scope.GetRequiredService<IMediator>().Send(new ClassifyUnkept.Query(Photos.New()), caller.Token));

    /// <summary>How often something was done, and what happens when it is.</summary>
    private sealed class Counted(Action? then = null)
    {
        public int Times { get; private set; }

        public void Add()
        {
            Times++;
            then?.Invoke();
        }
    }

    /// <summary>The sender leaves when their turn has come.</summary>
    private sealed class LeftGate(IInferenceGate gate, CancellationTokenSource caller) : IInferenceGate
    {
        public void ThrowIfFull(int requests) => gate.ThrowIfFull(requests);

        public async Task<IDisposable> EnterAsync(PhotoHeader photo, CancellationToken cancellationToken)
        {
            var turn = await gate.EnterAsync(photo, cancellationToken);
            await caller.CancelAsync();
            return turn;
        }
    }

    private sealed class CountingReader(IPhotoReader reader, Counted decoding) : IPhotoReader
    {
        public PhotoHeader ReadHeader(ReadOnlyMemory<byte> upload) => reader.ReadHeader(upload);

        public byte[] RemoveMetadata(ReadOnlyMemory<byte> upload) => reader.RemoveMetadata(upload);

        public byte[] Decode(ReadOnlyMemory<byte> upload, int width, int height)
        {
            var pixels = reader.Decode(upload, width, height);
            decoding.Add();
            return pixels;
        }

        public byte[] Thumbnail(ReadOnlyMemory<byte> photo, int longestSide) => reader.Thumbnail(photo, longestSide);
    }

    private sealed class CountingClassifier(IClassifier classifier, Counted inference) : IClassifier
    {
        public ModelDescription Model => classifier.Model;

        public IModelLease Lease() => new CountingLease(classifier.Lease(), inference);
    }

    private sealed class CountingLease(IModelLease lease, Counted inference) : IModelLease
    {
        public ModelDescription Model => lease.Model;

        public ClassifierOutput Run(ReadOnlySpan<byte> rgb, CancellationToken cancellationToken)
        {
            inference.Add();
            return lease.Run(rgb, cancellationToken);
        }

        public void Dispose() => lease.Dispose();
    }

    /// <summary>The sender leaves when the file stands.</summary>
    private sealed class LeftStore(IObjectStore store, CancellationTokenSource caller) : ForwardingStore(store)
    {
        public override async Task PutAsync(
            ObjectAddress address,
            ReadOnlyMemory<byte> content,
            string mediaType,
            CancellationToken cancellationToken
        )
        {
            await base.PutAsync(address, content, mediaType, cancellationToken);
            await caller.CancelAsync();
        }
    }
}
