using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Imaging;
using GourmetGram.Infrastructure.ObjectStorage;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>A caller who hangs up between the photo's file and its row.</summary>
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
        await using var host = new PersistenceHost(DatabaseProvider.Sqlite, folder, more: services =>
        {
            services.AddMetrics();
            services.AddSettings<LimitsOptions>();
            services.AddImaging();
            services.AddOnnxClassifier();
            services.AddObjectStorage();
            var store = services.Last(service => service.ServiceType == typeof(IObjectStore));
            services.Remove(store);
            services.AddSingleton<IObjectStore>(provider => new LeftStore((IObjectStore)store.ImplementationFactory!(provider), caller));
        });
        await host.MigrateAsync();
        var prediction = await host.InScopeAsync(scope => scope.GetRequiredService<IMediator>().Send(
            new Classify.Command(Photos.New(), FileName: null, new Caller(Some.Visitor, IsReviewer: false)), caller.Token));
        Assert.True(caller.IsCancellationRequested);
        Assert.Equal(prediction.Id, (await host.SendAsync(new GetPrediction.Query(prediction.Id, new Caller(Some.Visitor, IsReviewer: false)))).Id);
    }

    /// <summary>The sender leaves when the file stands.</summary>
    private sealed class LeftStore(IObjectStore store, CancellationTokenSource caller) : ForwardingStore(store)
    {
        public override async Task PutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken)
        {
            await base.PutAsync(address, content, mediaType, cancellationToken);
            await caller.CancelAsync();
        }
    }
}
