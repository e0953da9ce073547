using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.ObjectStorage;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>
/// Implements <see cref="IAnnotationPlatform"/> with Label Studio. Features are detected by asking for them, not by the version.
/// </summary>
internal sealed class LabelStudioPlatform(
    LabelStudioClient client,
    LabelStudioProvisioning provisioning,
    LabelStudioTransfers transfers,
    LabelStudioDoctor doctor,
    IOptionsMonitor<LabelStudioOptions> options,
    IOptionsMonitor<ObjectStoreOptions> store
) : IAnnotationPlatform
{
    public Uri? Address => options.CurrentValue.Address;

    public string? FindHindrance() =>
        options.CurrentValue.Address is null ? LabelStudioOptions.NotConnected
        : store.CurrentValue.Provider != ObjectStoreProvider.S3
            ? "Label Studio reads tasks from an S3 server, but ObjectStore:Provider is FileSystem. Use an S3 server (gourmetgram storage "
                + "copy --to S3 copies the stored objects), or the review page."
        : null;

    public string PlaceOf(ObjectAddress photo) => $"s3://{store.CurrentValue.BucketPrefix}{photo.Bucket}/{photo.Key}";

    public DateTimeOffset? Now => client.Now;

    public Task<ProjectState> ProvisionAsync(
        ProjectPlan plan,
        AnnotationProject? known,
        bool isAsked,
        CancellationToken cancellationToken
    ) => provisioning.RunAsync(plan, known, isAsked, cancellationToken);

    public Task<int> RemoveLeftoversAsync(CancellationToken cancellationToken) => provisioning.RemoveLeftoversAsync(cancellationToken);

    public Task<Transfer> ImportAsync(AnnotationProject project, CancellationToken cancellationToken) =>
        TransferAsync(StorageCalls.Sources, project, project.Parts.SourceId, cancellationToken);

    public Task<Transfer> ExportAsync(AnnotationProject project, CancellationToken cancellationToken) =>
        TransferAsync(StorageCalls.Targets, project, project.Parts.TargetId, cancellationToken);

    public async IAsyncEnumerable<IReadOnlyList<PlatformTask>> TasksAsync(
        AnnotationProject project,
        DateTimeOffset? changedSince,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var page in client.TasksAsync(project.Parts.ProjectId, changedSince, cancellationToken))
            yield return [.. page.Tasks.Select(Read).OfType<PlatformTask>()];
    }

    public async Task SettleAsync(IReadOnlyCollection<long> tasks, CancellationToken cancellationToken)
    {
        foreach (var task in tasks)
            await client.SettleTaskAsync(task, cancellationToken);
    }

    public Task RemoveAsync(AnnotationProject project, IReadOnlyCollection<long> tasks, CancellationToken cancellationToken) =>
        client.RemoveTasksAsync(project.Parts.ProjectId, tasks, cancellationToken);

    public Task<IReadOnlyList<Finding>> DiagnoseAsync(
        IReadOnlyList<(ProjectPlan Plan, AnnotationProject? Known)> projects,
        CancellationToken cancellationToken
    ) => doctor.RunAsync(projects, cancellationToken);

    private async Task<Transfer> TransferAsync(string kind, AnnotationProject project, long storage, CancellationToken cancellationToken)
    {
        try
        {
            return await transfers.RunAsync(kind, project.Parts.ProjectId, storage, cancellationToken);
        }
        catch (PlatformUnavailableException e)
            when (e.InnerException is LabelStudioFault { Status: HttpStatusCode.InternalServerError or HttpStatusCode.BadRequest })
        {
            // Label Studio could not access the bucket. Our keys may have changed since it got them.
            await provisioning.RenewKeysAsync(project, cancellationToken);
            return await transfers.RunAsync(kind, project.Parts.ProjectId, storage, cancellationToken);
        }
    }

    private static PlatformTask? Read(JsonElement task) =>
        task.ValueKind == JsonValueKind.Object && task.TryGetProperty("id", out var id) && id.TryGetInt64(out var number)
            ? new PlatformTask(
                number,
                Time(task, "created_at"),
                Time(task, "updated_at"),
                task.TryGetProperty("storage_filename", out var key) && key.ValueKind == JsonValueKind.String ? key.GetString() : null,
                TaskCalls.IsUntouched(task),
                task.TryGetProperty("is_labeled", out var labelled) && labelled.ValueKind == JsonValueKind.True,
                task
            )
            : null;

    private static DateTimeOffset Time(JsonElement task, string name) =>
        task.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.TryGetDateTimeOffset(out var time)
            ? time.ToUniversalTime()
            : DateTimeOffset.MinValue;
}
