using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Imaging;
using GourmetGram.Infrastructure.Onnx;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Classification;

/// <summary>What an upload asks the database: it is the most frequent request.</summary>
public sealed class UploadStatementTests() : PersistenceTests(DatabaseProvider.Sqlite)
{
    private static readonly Caller Ada = new(new Actor(ActorKind.Account, "ada"), IsReviewer: true);

    [Fact]
    public async Task An_upload_reads_nothing_once_its_model_is_known()
    {
        await Host.DisposeAsync();
        await using var host = AddHost(more: services =>
        {
            services.AddImaging();
            services.AddOnnxClassifier();
        });
        await host.MigrateAsync();
        await host.SendAsync(new Classify.Command(Photos.New(), "first.jpg", Ada));
        var statements = await StatementRecorder.RecordAsync(host, () =>
            host.SendAsync(new Classify.Command(Photos.New(), "second.jpg", Ada))
        );
        Assert.NotEmpty(statements);
        Assert.DoesNotContain(statements, statement => statement.Reads);
        Assert.Single((await host.RowsAsync<Prediction>()).Select(photo => photo.ModelVersionId).Distinct());
    }
}
