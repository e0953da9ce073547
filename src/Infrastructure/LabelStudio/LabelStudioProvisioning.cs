using System.Net;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.ObjectStorage;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>
/// Finds or creates the Label Studio project of a loop with all its parts, and repairs settings that differ from the plan. Nothing is
/// unique in Label Studio, so an existing project or part is looked up first: by its known number, then by its title, location or address.
/// </summary>
internal sealed class LabelStudioProvisioning(
    LabelStudioClient client,
    LabelStudioTokens tokens,
    IOptionsMonitor<LabelStudioOptions> options,
    IOptionsMonitor<ObjectStoreOptions> store
)
{
    /// <summary>Marks a project as ours in its description.</summary>
    private const string Mark = "Made by GourmetGram";

    /// <summary>Tells what to do about a project that cannot be repaired.</summary>
    public const string Replace =
        "gourmetgram doctor label-studio --fix creates a new project and renames the old one, which keeps its annotations.";

    /// <summary>Random order, so that the photos labelled first are themselves a random sample.</summary>
    private const string Sampling = "Uniform sampling";

    private const int LongestTitle = 50;

    private static readonly string[] Actions = ["ANNOTATION_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED", "TASKS_DELETED"];

    /// <summary>Finds or creates one project and repairs it.</summary>
    /// <param name="plan">How the project should be.</param>
    /// <param name="known">The project as last seen; null when it never was.</param>
    /// <param name="isAsked">Whether a person asked for the repair. Then a project that cannot be repaired is replaced by a new
    /// one.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task<ProjectState> RunAsync(ProjectPlan plan, AnnotationProject? known, bool isAsked, CancellationToken cancellationToken)
    {
        var (repairs, complaints) = (new List<string>(), new List<string>());
        var (project, isAdopted) = await FindOrMakeAsync(plan, known, repairs, cancellationToken);
        if (isAsked && await IsLostAsync(project, plan, cancellationToken))
        {
            await LetGoAsync(project, plan, repairs, cancellationToken);
            (project, isAdopted, known) = (await MakeAsync(plan, repairs, cancellationToken), false, null);
        }

        project = await PutRightAsync(project, plan, isAdopted, repairs, complaints, cancellationToken);
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

    /// <summary>
    /// Sends the keys to the source and target storages of a project again. Label Studio never returns keys, so outdated keys cannot be
    /// detected. Label Studio checks the bucket with the new keys.
    /// </summary>
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

    /// <summary>Returns how the project itself should be.</summary>
    /// <param name="plan">The plan of the loop.</param>
    /// <param name="isAdopted">Whether a person or another program created the project. Then its description stays as it is.</param>
    public static ProjectCalls.Wanted ProjectOf(ProjectPlan plan, bool isAdopted = false) =>
        new()
        {
            Title = plan.Title,
            Description = isAdopted ? null : $"{plan.Description} {Mark}, loop {plan.Loop}.",
            LabelConfig = LabelConfig.Write(plan),
            MaximumAnnotations = plan.Votes,
            Sampling = Sampling,
            // A skip is not an answer, so other people are still asked.
            SkipQueue = "REQUEUE_FOR_OTHERS",
            ShowCollabPredictions = false,
            ExpertInstruction = InstructionOf(plan),
            ShowInstruction = true,
            ShowSkipButton = true,
            EnableEmptyAnnotation = false,
            // Below 100, some tasks would be given to one person only.
            OverlapCohortPercentage = 100,
            ShowOverlapFirst = false,
        };

    /// <summary>Returns the instructions that annotators read before they start.</summary>
    private static string InstructionOf(ProjectPlan plan) =>
        $"Choose the class that the photo shows. If it shows something else, choose {AnswerChoices.NoneBeside(plan.Classes)}. "
        + $"If the photo cannot be judged, choose {AnswerChoices.UnusableBeside(plan.Classes)}. Skip a photo to leave it to other people.";

    /// <summary>Returns which of a project's settings differ from the plan, except its label config.</summary>
    public static IReadOnlyList<string> DifferencesOf(ProjectCalls.Project project, ProjectCalls.Wanted wanted)
    {
        (string Name, object? Is, object? Should)[] settings =
        [
            ("title", project.Title, wanted.Title),
            ("maximum_annotations", project.MaximumAnnotations, wanted.MaximumAnnotations),
            ("sampling", project.Sampling, wanted.Sampling),
            ("skip_queue", project.SkipQueue, wanted.SkipQueue),
            ("show_collab_predictions", project.ShowCollabPredictions, wanted.ShowCollabPredictions),
            ("expert_instruction", project.ExpertInstruction, wanted.ExpertInstruction),
            ("show_instruction", project.ShowInstruction, wanted.ShowInstruction),
            ("show_skip_button", project.ShowSkipButton, wanted.ShowSkipButton),
            ("enable_empty_annotation", project.EnableEmptyAnnotation, wanted.EnableEmptyAnnotation),
            ("overlap_cohort_percentage", project.OverlapCohortPercentage, wanted.OverlapCohortPercentage),
            ("show_overlap_first", project.ShowOverlapFirst, wanted.ShowOverlapFirst),
            ("description", project.Description, wanted.Description),
        ];
        return
        [
            .. settings.Where(setting => setting.Should is not null && !Equals(setting.Is, setting.Should)).Select(setting => setting.Name),
        ];
    }

    /// <summary>
    /// Returns which of a storage's settings differ from the plan. Keys cannot be compared, because Label Studio never returns them.
    /// </summary>
    public static IReadOnlyList<string> DifferencesOf(StorageCalls.Storage storage, StorageCalls.Wanted wanted)
    {
        (string Name, object? Is, object? Should)[] settings =
        [
            ("title", storage.Title, wanted.Title),
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

    /// <summary>Returns how a webhook should be; null when there can be none.</summary>
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

    /// <summary>Whether a webhook's settings match the plan.</summary>
    public static bool IsAsPlanned(WebhookCalls.Webhook webhook, WebhookCalls.Wanted wanted) =>
        webhook is { IsActive: true, SendForAllActions: false, SendPayload: false }
        && webhook.Headers?.GetValueOrDefault(ProjectPlan.WebhookHeader) == wanted.Headers[ProjectPlan.WebhookHeader]
        && (webhook.Actions ?? [])
            .Order(StringComparer.Ordinal)
            .SequenceEqual(wanted.Actions.Order(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Returns the storage from which Label Studio should read tasks.</summary>
    public StorageCalls.Wanted SourceOf(long project, string loop) =>
        Storage(project, $"Source Storage - {loop}", Buckets.Labels, ExchangePlaces.TasksOf(loop)) with
        {
            RegexFilter = ExchangePlaces.TaskPattern,
            UseBlobUrls = false,
            Presign = false,
            RecursiveScan = false,
            Synchronizable = true,
        };

    /// <summary>
    /// Returns the storage to which Label Studio should write labels. A slash at the end of the prefix would produce keys with two slashes.
    /// </summary>
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
        if (await FindKnownAsync(known, cancellationToken) is { } same)
            return (same, known!.IsAdopted);
        await RequireOrganizationAsync(cancellationToken);
        // Checking the organization may have reloaded the token, so look again.
        if (await FindKnownAsync(known, cancellationToken) is { } found)
            return (found, known!.IsAdopted);
        foreach (var listed in await client.ProjectsTitledAsync(plan.Title, cancellationToken))
        {
            if (await client.FindProjectAsync(listed.Id, cancellationToken) is not { } titled)
                continue;
            var isOurs = titled.Description?.Contains(Mark, StringComparison.Ordinal) == true;
            repairs.Add($"{(isOurs ? "Found" : "Adopted")} project {titled.Id} '{plan.Title}'.");
            return (titled, !isOurs);
        }

        return (await MakeAsync(plan, repairs, cancellationToken), false);
    }

    /// <summary>Creates the project of a loop, and checks that Label Studio received what was sent.</summary>
    private async Task<ProjectCalls.Project> MakeAsync(ProjectPlan plan, List<string> repairs, CancellationToken cancellationToken)
    {
        var made = await client.MakeProjectAsync(ProjectOf(plan), cancellationToken);
        if (made.Title != plan.Title)
        {
            await client.DeleteProjectAsync(made.Id, cancellationToken);
            throw new PlatformUnavailableException(
                $"Label Studio did not receive the request body: it created a project called '{made.Title}' instead of '{plan.Title}'. "
                    + "The project was removed. Check whether a proxy between this server and Label Studio drops request bodies."
            );
        }

        repairs.Add($"Created project {made.Id} '{plan.Title}'.");
        return made;
    }

    /// <summary>Finds the known project, if it is still the same one.</summary>
    private async Task<ProjectCalls.Project?> FindKnownAsync(AnnotationProject? known, CancellationToken cancellationToken) =>
        // A Label Studio that lost its database gives the same numbers to other projects.
        known is not null
        && await client.FindProjectAsync(known.Parts.ProjectId, cancellationToken) is { } same
        && MomentOf(same.CreatedAt) == known.Parts.ProjectMadeAt
            ? same
            : null;

    /// <summary>Stops before projects are created that people cannot see.</summary>
    /// <exception cref="PlatformUnavailableException">The user belongs to no organization.</exception>
    private async Task RequireOrganizationAsync(CancellationToken cancellationToken)
    {
        if ((await client.WhoAmIAsync(cancellationToken)).ActiveOrganization is not null)
            return;
        if (!tokens.TryReload() || (await client.WhoAmIAsync(cancellationToken)).ActiveOrganization is null)
            throw new PlatformUnavailableException(LabelStudioFault.NoOrganization);
    }

    /// <summary>
    /// Whether labels from a project cannot be used as they are, and Label Studio refuses the config that would fix this because of
    /// existing annotations.
    /// </summary>
    private async Task<bool> IsLostAsync(ProjectCalls.Project project, ProjectPlan plan, CancellationToken cancellationToken)
    {
        if (
            LabelConfig.FindFault(project.LabelConfig, plan.Classes) is null
            && !(plan.IsBlind && LabelConfig.ShowsAnswer(project.LabelConfig))
        )
            return false;
        try
        {
            await client.ValidateConfigAsync(project.Id, LabelConfig.Write(plan), cancellationToken);
            return false;
        }
        catch (PlatformUnavailableException e) when (e.InnerException is LabelStudioFault { Status: HttpStatusCode.BadRequest })
        {
            return true;
        }
    }

    /// <summary>
    /// Abandons a project that cannot be repaired. The project keeps its annotations under another name, but loses its storages, webhooks
    /// and untouched tasks.
    /// </summary>
    private async Task LetGoAsync(ProjectCalls.Project project, ProjectPlan plan, List<string> repairs, CancellationToken cancellationToken)
    {
        foreach (var kind in new[] { StorageCalls.Sources, StorageCalls.Targets })
        {
            foreach (var storage in await client.StoragesAsync(kind, project.Id, cancellationToken))
                await client.DeleteStorageAsync(kind, storage.Id, cancellationToken);
        }

        foreach (var webhook in await client.WebhooksAsync(project.Id, cancellationToken))
            await client.DeleteWebhookAsync(webhook.Id, cancellationToken);
        var open = new List<long>();
        await foreach (var page in client.TasksAsync(project.Id, changedSince: null, cancellationToken))
            open.AddRange(page.Tasks.Where(TaskCalls.IsUntouched).Select(task => task.GetProperty("id").GetInt64()));
        await client.RemoveTasksAsync(project.Id, open, cancellationToken);
        // Rename last, so that an interrupted run finds the project by its title again.
        var title = $"{plan.Title} (until {project.Id})";
        await client.ChangeProjectAsync(
            project.Id,
            new ProjectCalls.Wanted { Title = title[^Math.Min(title.Length, LongestTitle)..] },
            cancellationToken
        );
        repairs.Add($"Retired project {project.Id}: it is now called '{title}' and keeps its annotations.");
    }

    /// <summary>
    /// Deletes projects without a title and without tasks that our user created. Requests whose body was lost created them.
    /// </summary>
    /// <returns>The number of deleted projects.</returns>
    public async Task<int> RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        var leftovers = await LeftoversAsync(cancellationToken);
        foreach (var project in leftovers)
            await client.DeleteProjectAsync(project.Id, cancellationToken);
        return leftovers.Count;
    }

    /// <summary>Returns the projects without a title and without tasks that our user created.</summary>
    public async Task<IReadOnlyList<ProjectCalls.Listed>> LeftoversAsync(CancellationToken cancellationToken)
    {
        var untitled = (await client.ProjectsAsync(cancellationToken))
            .Where(project => string.IsNullOrEmpty(project.Title) && project.TaskNumber is null or 0)
            .ToList();
        if (untitled.Count == 0)
            return untitled;
        var user = await client.WhoAmIAsync(cancellationToken);
        return [.. untitled.Where(project => project.CreatedBy?.Id == user.Id)];
    }

    /// <summary>Truncates a time to milliseconds, the precision of our database.</summary>
    private static DateTimeOffset MomentOf(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private async Task<ProjectCalls.Project> PutRightAsync(
        ProjectCalls.Project project,
        ProjectPlan plan,
        bool isAdopted,
        List<string> repairs,
        List<string> complaints,
        CancellationToken cancellationToken
    )
    {
        var wanted = ProjectOf(plan, isAdopted);
        if (DifferencesOf(project, wanted) is { Count: > 0 } differences)
        {
            project = await client.ChangeProjectAsync(project.Id, wanted with { LabelConfig = null }, cancellationToken);
            repairs.Add($"Project {project.Id}: fixed {string.Join(", ", differences)}.");
        }

        if (LabelConfig.IsSame(project.LabelConfig, wanted.LabelConfig!))
            return project;
        try
        {
            // Changing the config without validation would leave annotations behind that no screen shows any more.
            await client.ValidateConfigAsync(project.Id, wanted.LabelConfig!, cancellationToken);
        }
        catch (PlatformUnavailableException e) when (e.InnerException is LabelStudioFault { Status: HttpStatusCode.BadRequest } refused)
        {
            var consequence = LabelConfig.FindFault(project.LabelConfig, plan.Classes) is { } fault
                ? $"Currently, {fault}. Such labels go to quarantine. {Replace}"
                : "Its labels can still be read.";
            complaints.Add(
                $"The label config of project {project.Id} was changed and cannot be fixed without "
                    + $"losing annotations ({refused.Detail.ReplaceLineEndings(" ")}). {consequence}"
            );
            return project;
        }

        repairs.Add($"Project {project.Id}: fixed the label config.");
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
            repairs.Add($"Created {wanted.Title} ({wanted.Bucket}/{wanted.Prefix}).");
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
        repairs.Add($"{wanted.Title}: fixed {string.Join(", ", differences)}.");
        return changed;
    }

    private static string Refusal(LabelStudioFault fault) =>
        fault.IsOwnNetwork
            ? "it does not call addresses of its own network. Start it with SSRF_PROTECTION_ENABLED=false."
            : $"{fault.Explain()} The host name must contain a dot (e.g. a network alias).";

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
                repairs.Add("Created the webhook.");
                return made.Id;
            }

            await client.ChangeWebhookAsync(found.Id, wanted, cancellationToken);
            repairs.Add("Fixed the webhook.");
            return found.Id;
        }
        catch (PlatformUnavailableException e)
            when (e.InnerException
                    is LabelStudioFault { IsOwnNetwork: true }
                        or LabelStudioFault { Status: HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError }
            )
        {
            // The webhook is optional: without it, the next sync reads the labels.
            complaints.Add(
                $"Label Studio rejects a webhook to {wanted.Url}: {Refusal((LabelStudioFault)e.InnerException)} Without it, labels "
                    + "arrive with the next scheduled sync."
            );
            return null;
        }
    }
}
