using System.Net;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.ObjectStorage;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>
/// Finds or makes the project of a loop and all that belongs to it, and puts right what is not as planned. Nothing is unique in Label Studio, so it looks before it makes: by the number that is
/// known, then by title, place or address.
/// </summary>
internal sealed class LabelStudioProvisioning(
    LabelStudioClient client,
    IOptionsMonitor<LabelStudioOptions> options,
    IOptionsMonitor<ObjectStoreOptions> store
)
{
    /// <summary>Says in a project's description whose it is.</summary>
    private const string Mark = "Made by GourmetGram";

    private const string Instruction = "Choose the class that the photo shows. Skip photos that you cannot tell.";

    /// <summary>By chance, so that whatever is labelled first is itself a random sample.</summary>
    private const string Sampling = "Uniform sampling";

    private static readonly string[] Actions = ["ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED", "TASKS_DELETED"];

    /// <summary>Looks after one project.</summary>
    public async Task<ProjectState> RunAsync(ProjectPlan plan, AnnotationProject? known, CancellationToken cancellationToken)
    {
        var (repairs, complaints) = (new List<string>(), new List<string>());
        var (project, isAdopted) = await FindOrMakeAsync(plan, known, repairs, cancellationToken);
        project = await PutRightAsync(project, plan, repairs, complaints, cancellationToken);
        var source = await EnsureStorageAsync(
            StorageCalls.Sources,
            known?.Parts.SourceId,
            SourceOf(project.Id, plan.Loop),
            repairs,
            cancellationToken
        );
        var target = await EnsureStorageAsync(
            StorageCalls.Targets,
            known?.Parts.TargetId,
            TargetOf(project.Id, plan.Loop),
            repairs,
            cancellationToken
        );
        var pictures = plan.HasPictures
            ? await EnsureStorageAsync(StorageCalls.Sources, known?.Parts.PicturesId, PicturesOf(project.Id), repairs, cancellationToken)
            : null;
        var webhook = await EnsureWebhookAsync(project.Id, plan, known?.Parts.WebhookId, repairs, complaints, cancellationToken);
        return new ProjectState(
            new ProjectParts(project.Id, MomentOf(project.CreatedAt), source.Id, target.Id, pictures?.Id, webhook),
            isAdopted,
            LabelConfig.ShowsAnswer(project.LabelConfig),
            repairs,
            complaints
        );
    }

    /// <summary>Gives the storages of a project the keys again: they are never told, so nobody sees that they are old. The bucket is looked at with them.</summary>
    public async Task RenewKeysAsync(AnnotationProject project, CancellationToken cancellationToken)
    {
        await client.ChangeStorageAsync(
            StorageCalls.Sources,
            project.Parts.SourceId,
            SourceOf(project.Parts.ProjectId, project.Loop),
            cancellationToken
        );
        await client.ChangeStorageAsync(
            StorageCalls.Targets,
            project.Parts.TargetId,
            TargetOf(project.Parts.ProjectId, project.Loop),
            cancellationToken
        );
    }

    /// <summary>What the project itself should be.</summary>
    public static ProjectCalls.Wanted ProjectOf(ProjectPlan plan) =>
        new()
        {
            Title = plan.Title,
            LabelConfig = LabelConfig.Write(plan),
            MaximumAnnotations = plan.Votes,
            Sampling = Sampling,
            // With one vote a skip is an answer; with several, others are still to be asked.
            SkipQueue = plan.Votes == 1 ? "IGNORE_SKIPPED" : "REQUEUE_FOR_OTHERS",
            ShowCollabPredictions = false,
            ShowSkipButton = true,
            EnableEmptyAnnotation = false,
        };

    /// <summary>Which of a project's settings are not as planned; its label config aside.</summary>
    public static IReadOnlyList<string> DifferencesOf(ProjectCalls.Project project, ProjectCalls.Wanted wanted)
    {
        (string Name, object? Is, object? Should)[] settings =
        [
            ("title", project.Title, wanted.Title),
            ("maximum_annotations", project.MaximumAnnotations, wanted.MaximumAnnotations),
            ("sampling", project.Sampling, wanted.Sampling),
            ("skip_queue", project.SkipQueue, wanted.SkipQueue),
            ("show_collab_predictions", project.ShowCollabPredictions, wanted.ShowCollabPredictions),
            ("show_skip_button", project.ShowSkipButton, wanted.ShowSkipButton),
            ("enable_empty_annotation", project.EnableEmptyAnnotation, wanted.EnableEmptyAnnotation),
        ];
        return [.. settings.Where(setting => !Equals(setting.Is, setting.Should)).Select(setting => setting.Name)];
    }

    /// <summary>Which of a storage's settings are not as planned; its keys are never told.</summary>
    public static IReadOnlyList<string> DifferencesOf(StorageCalls.Storage storage, StorageCalls.Wanted wanted)
    {
        (string Name, object? Is, object? Should)[] settings =
        [
            ("bucket", storage.Bucket, wanted.Bucket),
            ("prefix", storage.Prefix ?? "", wanted.Prefix),
            ("region_name", storage.RegionName, wanted.Region),
            ("s3_endpoint", storage.Endpoint ?? "", wanted.Endpoint ?? ""),
            ("regex_filter", storage.RegexFilter, wanted.RegexFilter),
            ("use_blob_urls", storage.UseBlobUrls, wanted.UseBlobUrls),
            ("presign", storage.Presign, wanted.Presign),
            ("recursive_scan", storage.RecursiveScan, wanted.RecursiveScan),
            ("synchronizable", storage.Synchronizable, wanted.Synchronizable),
            ("can_delete_objects", storage.CanDeleteObjects ?? false, wanted.CanDeleteObjects),
        ];
        return
        [
            .. settings.Where(setting => setting.Should is not null && !Equals(setting.Is, setting.Should)).Select(setting => setting.Name),
        ];
    }

    /// <summary>What a webhook should be; null when there can be none.</summary>
    public WebhookCalls.Wanted? WebhookOf(long project, ProjectPlan plan)
    {
        var address = options.CurrentValue.CallbackUrl is { Length: > 0 } callback
            ? $"{callback.TrimEnd('/')}/{ProjectPlan.WebhookPath}"
            : plan.WebhookAddress;
        return address is null
            ? null
            : new WebhookCalls.Wanted(
                address,
                project,
                SendPayload: false,
                SendForAllActions: false,
                Actions,
                new Dictionary<string, string>(StringComparer.Ordinal) { [ProjectPlan.WebhookHeader] = plan.WebhookSecret },
                IsActive: true
            );
    }

    /// <summary>Which of a webhook's settings are not as planned.</summary>
    public static bool IsAsPlanned(WebhookCalls.Webhook webhook, WebhookCalls.Wanted wanted) =>
        webhook is { IsActive: true, SendForAllActions: false, SendPayload: false }
        && webhook.Headers?.GetValueOrDefault(ProjectPlan.WebhookHeader) == wanted.Headers[ProjectPlan.WebhookHeader]
        && (webhook.Actions ?? [])
            .Order(StringComparer.Ordinal)
            .SequenceEqual(wanted.Actions.Order(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>From where Label Studio should read tasks.</summary>
    public StorageCalls.Wanted SourceOf(long project, string loop) =>
        Storage(project, $"Source Storage - {loop}", Buckets.Labels, ExchangePlaces.TasksOf(loop)) with
        {
            RegexFilter = ExchangePlaces.TaskPattern,
            UseBlobUrls = false,
            Presign = false,
            RecursiveScan = false,
            Synchronizable = true,
        };

    /// <summary>To where it should write labels. A prefix with a slash at its end would make keys with two of them.</summary>
    public StorageCalls.Wanted TargetOf(long project, string loop) =>
        Storage(project, $"Target Storage - {loop}", Buckets.Labels, ExchangePlaces.OutputsOf(loop).TrimEnd('/')) with
        {
            CanDeleteObjects = false,
        };

    private StorageCalls.Wanted PicturesOf(long project) =>
        Storage(project, "Photos", Classify.Bucket, "") with
        {
            UseBlobUrls = false,
            Presign = false,
            RecursiveScan = false,
            Synchronizable = false,
        };

    private StorageCalls.Wanted Storage(long project, string title, string bucket, string prefix)
    {
        var (ours, theirs) = (store.CurrentValue, options.CurrentValue);
        var isOwn = theirs.StoreEndpoint == LabelStudioOptions.Own;
        return new StorageCalls.Wanted
        {
            Project = project,
            Title = title,
            Bucket = ours.BucketPrefix + bucket,
            Prefix = prefix,
            Region = ours.Region,
            Endpoint =
                isOwn ? null
                : string.IsNullOrEmpty(theirs.StoreEndpoint) ? ours.Endpoint
                : theirs.StoreEndpoint,
            AccessKey = string.IsNullOrEmpty(theirs.StoreAccessKey) ? ours.AccessKey ?? "" : theirs.StoreAccessKey,
            SecretKey = string.IsNullOrEmpty(theirs.StoreSecretKey) ? ours.SecretKey ?? "" : theirs.StoreSecretKey,
        };
    }

    private async Task<(ProjectCalls.Project Project, bool IsAdopted)> FindOrMakeAsync(
        ProjectPlan plan,
        AnnotationProject? known,
        List<string> repairs,
        CancellationToken cancellationToken
    )
    {
        // A platform that lost its database gives the same numbers to other projects.
        if (
            known is not null
            && await client.FindProjectAsync(known.Parts.ProjectId, cancellationToken) is { } same
            && MomentOf(same.CreatedAt) == known.Parts.ProjectMadeAt
        )
            return (same, known.IsAdopted);
        foreach (var listed in await client.ProjectsTitledAsync(plan.Title, cancellationToken))
        {
            if (await client.FindProjectAsync(listed.Id, cancellationToken) is not { } found)
                continue;
            var isOurs = found.Description?.Contains(Mark, StringComparison.Ordinal) == true;
            repairs.Add($"Project {found.Id} '{plan.Title}' was {(isOurs ? "found again" : "taken over")}.");
            return (found, !isOurs);
        }

        var made = await client.MakeProjectAsync(
            ProjectOf(plan) with
            {
                Description = $"{plan.Description} {Mark}, loop {plan.Loop}.",
                ExpertInstruction = Instruction,
                ShowInstruction = true,
            },
            cancellationToken
        );
        repairs.Add($"Project {made.Id} '{plan.Title}' was made.");
        return (made, false);
    }

    /// <summary>Our database keeps milliseconds.</summary>
    private static DateTimeOffset MomentOf(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private async Task<ProjectCalls.Project> PutRightAsync(
        ProjectCalls.Project project,
        ProjectPlan plan,
        List<string> repairs,
        List<string> complaints,
        CancellationToken cancellationToken
    )
    {
        var wanted = ProjectOf(plan);
        if (DifferencesOf(project, wanted) is { Count: > 0 } differences)
        {
            project = await client.ChangeProjectAsync(project.Id, wanted with { LabelConfig = null }, cancellationToken);
            repairs.Add($"Project {project.Id}: {string.Join(", ", differences)} put right.");
        }

        if (LabelConfig.IsSame(project.LabelConfig, wanted.LabelConfig!))
            return project;
        try
        {
            // A change alone would leave annotations behind that no screen shows any more.
            await client.ValidateConfigAsync(project.Id, wanted.LabelConfig!, cancellationToken);
        }
        catch (PlatformUnavailableException e) when (e.InnerException is LabelStudioFault { Status: HttpStatusCode.BadRequest } refused)
        {
            var consequence = LabelConfig.FindFault(project.LabelConfig, plan.Classes) is { } fault
                ? $"As it is, {fault}: such labels go to quarantine."
                : "Labels from it can be read as it is.";
            complaints.Add(
                $"The label config of project {project.Id} is not ours, and cannot be changed without losing annotations ({refused.Detail.ReplaceLineEndings(" ")}). {consequence}"
            );
            return project;
        }

        repairs.Add($"Project {project.Id}: label config put right.");
        return await client.ChangeProjectAsync(project.Id, new ProjectCalls.Wanted { LabelConfig = wanted.LabelConfig }, cancellationToken);
    }

    private async Task<StorageCalls.Storage> EnsureStorageAsync(
        string kind,
        long? known,
        StorageCalls.Wanted wanted,
        List<string> repairs,
        CancellationToken cancellationToken
    )
    {
        var all = await client.StoragesAsync(kind, wanted.Project, cancellationToken);
        var found = all.FirstOrDefault(storage => storage.Id == known)
            ?? all.Where(storage => storage.IsAt(wanted.Bucket, wanted.Prefix)).MinBy(storage => storage.Id);
        if (found is null)
        {
            var made = await client.MakeStorageAsync(kind, wanted, cancellationToken);
            repairs.Add($"{wanted.Title} was made ({wanted.Bucket}/{wanted.Prefix}).");
            return made;
        }

        if (DifferencesOf(found, wanted) is not { Count: > 0 } differences)
            return found;
        var changed = await client.ChangeStorageAsync(
            kind,
            found.Id,
            wanted with
            {
                Endpoint = wanted.Endpoint ?? (string.IsNullOrEmpty(found.Endpoint) ? null : ""),
            },
            cancellationToken
        );
        repairs.Add($"{wanted.Title}: {string.Join(", ", differences)} put right.");
        return changed;
    }

    private async Task<long?> EnsureWebhookAsync(
        long project,
        ProjectPlan plan,
        long? known,
        List<string> repairs,
        List<string> complaints,
        CancellationToken cancellationToken
    )
    {
        if (WebhookOf(project, plan) is not { } wanted)
            return null;
        var all = await client.WebhooksAsync(project, cancellationToken);
        var found = all.FirstOrDefault(webhook => webhook.Url == wanted.Url) ?? all.FirstOrDefault(webhook => webhook.Id == known);
        if (found is not null && found.Url == wanted.Url && IsAsPlanned(found, wanted))
            return found.Id;
        try
        {
            if (found is null)
            {
                var made = await client.MakeWebhookAsync(wanted, cancellationToken);
                repairs.Add("The webhook was made.");
                return made.Id;
            }

            await client.ChangeWebhookAsync(found.Id, wanted, cancellationToken);
            repairs.Add("The webhook was put right.");
            return found.Id;
        }
        catch (PlatformUnavailableException e)
            when (e.InnerException
                    is LabelStudioFault { IsOwnNetwork: true }
                        or LabelStudioFault { Status: HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError }
            )
        {
            // Nothing depends on it: labels are seen by the next sync.
            complaints.Add(
                $"Label Studio takes no webhook to {wanted.Url}: {e.Message} Its host needs a name with a dot (a network alias, say). Without it labels are seen by the scheduled sync."
            );
            return null;
        }
    }
}
