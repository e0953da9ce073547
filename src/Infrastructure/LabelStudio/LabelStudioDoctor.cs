using System.Globalization;
using System.Net;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using static GourmetGram.Infrastructure.LabelStudio.StorageCalls;

namespace GourmetGram.Infrastructure.LabelStudio;

/// <summary>
/// Checks Label Studio from outside: whether it is reachable, accepts our token, and holds what it should. Changes nothing.
/// </summary>
internal sealed class LabelStudioDoctor(
    LabelStudioClient client,
    LabelStudioTokens tokens,
    LabelStudioProvisioning provisioning,
    TimeProvider time
)
{
    private const string Server = "Label Studio";
    private const string Token = "Token";
    private const string Fix = "Run the doctor with --fix, or the job sync-label-studio.";

    private static readonly TimeSpan MuchSkew = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SoonOver = TimeSpan.FromDays(14);

    public async Task<IReadOnlyList<Finding>> RunAsync(
        IReadOnlyList<(ProjectPlan Plan, AnnotationProject? Known)> projects,
        CancellationToken cancellationToken
    )
    {
        var findings = new List<Finding>();
        if (
            !await TryAsync(findings, Server, "GET /api/version", () => LookAtServerAsync(findings, cancellationToken))
            || !await TryAsync(findings, Token, "GET /api/projects", () => LookAtTokenAsync(findings, cancellationToken))
        )
            return findings;
        await TryAsync(findings, Server, "GET /api/projects", () => LookAtLeftoversAsync(findings, cancellationToken));
        foreach (var (plan, known) in projects)
            await TryAsync(findings, plan.Title, "Label Studio's responses about the project", () =>
                LookAtProjectAsync(plan, known, findings, cancellationToken)
            );
        return findings;
    }

    /// <returns>False when the check could not run, which is added as a finding too.</returns>
    private static async Task<bool> TryAsync(List<Finding> findings, string subject, string how, Func<Task> look)
    {
        try
        {
            await look();
            return true;
        }
        catch (PlatformUnavailableException e)
        {
            findings.Add(new Finding(FindingKind.Error, subject, e.Message, how));
            return false;
        }
    }

    private async Task LookAtServerAsync(List<Finding> findings, CancellationToken cancellationToken)
    {
        var (version, skew) = await client.GetVersionAsync(cancellationToken);
        var release =
            version.ValueKind == JsonValueKind.Object && version.TryGetProperty("release", out var text) ? text.ToString() : "unknown";
        findings.Add(new Finding(FindingKind.Good, Server, $"Version {release} answers at {client.Address}.", "GET /api/version"));
        if (skew?.Duration() > MuchSkew)
        {
            findings.Add(
                new Finding(
                    FindingKind.Warning,
                    Server,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Its clock differs from ours by {skew.Value.TotalSeconds:+0;-0} s, so the older of two labels may count as the "
                            + $"newer."
                    ),
                    "the Date header of its response",
                    "Synchronise both clocks with a time server."
                )
            );
        }
    }

    private async Task LookAtTokenAsync(List<Finding> findings, CancellationToken cancellationToken)
    {
        await client.GetAsync<JsonElement>("api/projects?page_size=1", cancellationToken);
        if ((await client.WhoAmIAsync(cancellationToken)).ActiveOrganization is null)
            throw new PlatformUnavailableException(LabelStudioFault.NoOrganization);
        var kind = tokens.IsPersonal ? "personal access token" : "legacy token";
        if (tokens.KeyEndsAt is { } end && end - time.GetUtcNow() < SoonOver)
            findings.Add(
                new Finding(
                    FindingKind.Warning,
                    Token,
                    $"The {kind} is accepted, but expires at {end.ToUtcText()}.",
                    "the token itself",
                    "Create a new one under Account & Settings, and set LabelStudio:ApiKey."
                )
            );
        else
            findings.Add(
                new Finding(
                    FindingKind.Good,
                    Token,
                    $"The {kind} is accepted{(tokens.KeyEndsAt is { } later ? $", until {later.ToUtcText()}" : "")}.",
                    "GET /api/projects"
                )
            );

        // Versions without this address have legacy tokens only.
        if (await client.FindAsync<Kinds>("api/jwt/settings", cancellationToken) is { } kinds)
        {
            findings.Add(
                new Finding(
                    FindingKind.Good,
                    Token,
                    $"The organization has personal access tokens {OnOff(kinds.ApiTokensEnabled)}, legacy tokens "
                        + $"{OnOff(kinds.LegacyApiTokensEnabled)}.",
                    "GET /api/jwt/settings"
                )
            );
        }
    }

    private async Task LookAtLeftoversAsync(List<Finding> findings, CancellationToken cancellationToken)
    {
        if (await provisioning.LeftoversAsync(cancellationToken) is not { Count: > 0 } leftovers)
            return;
        findings.Add(
            new Finding(
                FindingKind.Warning,
                Server,
                $"{leftovers.Count} empty projects without a title are left over from requests that lost their body: "
                    + $"{string.Join(", ", leftovers.Select(project => project.Id))}.",
                "GET /api/projects",
                "Run gourmetgram doctor label-studio --fix to remove them."
            )
        );
    }

    /// <summary><c>GET /api/jwt/settings</c></summary>
    private sealed record Kinds(bool ApiTokensEnabled, bool LegacyApiTokensEnabled);

    private async Task LookAtProjectAsync(
        ProjectPlan plan,
        AnnotationProject? known,
        List<Finding> findings,
        CancellationToken cancellationToken
    )
    {
        var subject = plan.Title;
        var titled = await client.ProjectsTitledAsync(plan.Title, cancellationToken);
        if (titled.Count > 1)
        {
            findings.Add(
                new Finding(
                    FindingKind.Warning,
                    subject,
                    $"{titled.Count} projects have this title; "
                        + $"ours is {known?.Parts.ProjectId.ToString(CultureInfo.InvariantCulture) ?? "none yet"}. "
                        + "People may label in the wrong one.",
                    "GET /api/projects",
                    "Rename or delete the unused ones."
                )
            );
        }

        if (known is null && titled.Count > 0)
        {
            // The project was created, but its storages could not be. Validating them tells why.
            await client.ValidateStorageAsync(Sources, provisioning.SourceOf(titled[0].Id, plan.Loop), cancellationToken);
            await client.ValidateStorageAsync(Targets, provisioning.TargetOf(titled[0].Id, plan.Loop), cancellationToken);
        }

        if (known is null || await client.FindProjectAsync(known.Parts.ProjectId, cancellationToken) is not { } project)
        {
            findings.Add(
                new Finding(
                    FindingKind.Error,
                    subject,
                    known is null
                        ? "The loop has no project in Label Studio yet."
                        : $"Project {known.Parts.ProjectId} was deleted in Label Studio.",
                    "GET /api/projects/{id}",
                    Fix
                )
            );
            return;
        }

        LookAtConfig(plan, known, project, findings);
        await LookAtStorageAsync(
            Sources,
            "Source storage",
            known.Parts.SourceId,
            provisioning.SourceOf(project.Id, plan.Loop),
            findings,
            subject,
            cancellationToken
        );
        await LookAtStorageAsync(
            Targets,
            "Target storage",
            known.Parts.TargetId,
            provisioning.TargetOf(project.Id, plan.Loop),
            findings,
            subject,
            cancellationToken
        );
        await LookAtWebhookAsync(plan, known, findings, cancellationToken);
        await LookAtPhotosAsync(plan, known, findings, cancellationToken);
    }

    private static void LookAtConfig(ProjectPlan plan, AnnotationProject known, ProjectCalls.Project project, List<Finding> findings)
    {
        const string How = "GET /api/projects/{id}";
        var wanted = LabelStudioProvisioning.ProjectOf(plan, known.IsAdopted);
        if (LabelStudioProvisioning.DifferencesOf(project, wanted) is { Count: > 0 } differences)
            findings.Add(
                new Finding(
                    FindingKind.Warning,
                    plan.Title,
                    $"Settings of project {project.Id} were changed: {string.Join(", ", differences)}.",
                    How,
                    Fix
                )
            );
        if (LabelConfig.FindFault(project.LabelConfig, plan.Classes) is { } fault)
            findings.Add(
                new Finding(
                    FindingKind.Error,
                    plan.Title,
                    $"Some labels of project {project.Id} cannot be read: {fault}.",
                    How,
                    $"{Fix} If existing annotations prevent this, {LabelStudioProvisioning.Replace}"
                )
            );
        else if (!LabelConfig.IsSame(project.LabelConfig, wanted.LabelConfig!))
            findings.Add(
                new Finding(
                    FindingKind.Warning,
                    plan.Title,
                    $"The label config of project {project.Id} was changed; its labels can still be read.",
                    How,
                    Fix
                )
            );
        else
            findings.Add(
                new Finding(
                    FindingKind.Good,
                    plan.Title,
                    $"Project {project.Id}{(known.IsAdopted ? " (adopted)" : "")} offers "
                        + $"the {plan.Classes.Count} classes of the model.",
                    How
                )
            );
        if (known.IsAdopted && LabelConfig.ShowsAnswer(project.LabelConfig) && !plan.IsBlind)
            findings.Add(
                new Finding(
                    FindingKind.Good,
                    plan.Title,
                    "The project shows the model's answer, so its labels are stored as not blind.",
                    How
                )
            );
    }

    private async Task LookAtStorageAsync(
        string kind,
        string name,
        long id,
        Wanted wanted,
        List<Finding> findings,
        string subject,
        CancellationToken cancellationToken
    )
    {
        var how = $"GET /{kind}?project={wanted.Project}";
        var all = await client.StoragesAsync(kind, wanted.Project, cancellationToken);
        if (all.FirstOrDefault(found => found.Id == id) is not { } storage)
        {
            findings.Add(new Finding(FindingKind.Error, subject, $"{name} {id} does not exist.", how, Fix));
            return;
        }

        if (all.Count(found => found.IsAt(storage.Bucket, storage.Prefix)) is > 1 and var same)
            findings.Add(
                new Finding(
                    FindingKind.Warning,
                    subject,
                    $"{same} storages use {storage.Bucket}/{storage.Prefix}, so everything is imported or written repeatedly.",
                    how,
                    $"Delete all except {id} in the project's settings, under Cloud Storage."
                )
            );
        if (LabelStudioProvisioning.DifferencesOf(storage, wanted) is { Count: > 0 } differences)
            findings.Add(new Finding(FindingKind.Error, subject, $"{name} {id} was changed: {string.Join(", ", differences)}.", how, Fix));
        findings.Add(
            storage.Status switch
            {
                "failed" => new Finding(
                    FindingKind.Error,
                    subject,
                    $"{name} {id}: the last sync failed.",
                    how,
                    "Run the job sync-label-studio. It finds the object that cannot be read."
                ),
                "queued" or "in_progress" => new Finding(
                    FindingKind.Warning,
                    subject,
                    $"{name} {id} is syncing, or its sync has crashed.",
                    how,
                    "If this does not change, run the job sync-label-studio."
                ),
                _ => new Finding(
                    FindingKind.Good,
                    subject,
                    $"{name} {id}: {storage.Status}{(storage.LastSync is { } at ? $", last at {at.ToUtcText()}" : "")}.",
                    how
                ),
            }
        );
    }

    private async Task LookAtWebhookAsync(
        ProjectPlan plan,
        AnnotationProject known,
        List<Finding> findings,
        CancellationToken cancellationToken
    )
    {
        const string How = "GET /api/webhooks?project={id}";
        const string Rest = "Without it, labels arrive with the next scheduled sync.";
        if (provisioning.WebhookOf(known.Parts.ProjectId, plan) is not { } wanted)
            return;
        var webhook = (await client.WebhooksAsync(known.Parts.ProjectId, cancellationToken)).FirstOrDefault(found =>
            found.Url == wanted.Url
        );
        findings.Add(
            webhook switch
            {
                null => new Finding(
                    FindingKind.Warning,
                    plan.Title,
                    $"There is no webhook to {wanted.Url}. {Rest}",
                    How,
                    $"{Fix} Label Studio needs a host name with a dot. Hosts in its own network also need "
                        + "SSRF_PROTECTION_ENABLED=false in Label Studio."
                ),
                _ when !LabelStudioProvisioning.IsAsPlanned(webhook, wanted) => new Finding(
                    FindingKind.Warning,
                    plan.Title,
                    $"Webhook {webhook.Id} was changed or disabled. {Rest}",
                    How,
                    Fix
                ),
                _ when known.HeardAt is { } at => new Finding(
                    FindingKind.Good,
                    plan.Title,
                    $"The webhook last arrived at {at.ToUtcText()}.",
                    "requests to this server"
                ),
                _ => new Finding(FindingKind.Good, plan.Title, "The webhook is active and has not been called yet.", How),
            }
        );
    }

    /// <summary>Fetches the photos of the oldest and the newest task, because settings may have changed in between.</summary>
    private async Task LookAtPhotosAsync(
        ProjectPlan plan,
        AnnotationProject known,
        List<Finding> findings,
        CancellationToken cancellationToken
    )
    {
        var (total, oldest) = await TaskAtAsync(known, 1, cancellationToken);
        findings.Add(
            new Finding(FindingKind.Good, plan.Title, $"Project {known.Parts.ProjectId} has {total} tasks.", "GET /api/tasks?project={id}")
        );
        if (oldest is not { } first)
            return;
        var found = await LookAtPhotoAsync(plan, first, cancellationToken);
        if (found is not { Kind: FindingKind.Error } && total > 1 && (await TaskAtAsync(known, total, cancellationToken)).Id is { } last)
            found = await LookAtPhotoAsync(plan, last, cancellationToken) ?? found;
        if (found is not null)
            findings.Add(found);
    }

    /// <summary>Fetches the photo of one task as an annotator's browser would.</summary>
    /// <returns>Null when the task no longer exists.</returns>
    private async Task<Finding?> LookAtPhotoAsync(ProjectPlan plan, long id, CancellationToken cancellationToken)
    {
        if (await client.FindTaskAsync(id, cancellationToken) is not { } task)
            return null;
        var text =
            task.TryGetProperty("data", out var data)
            && data.ValueKind == JsonValueKind.Object
            && data.TryGetProperty("image", out var image)
                ? image.ToString()
                : "";
        // Label Studio 1.16 embeds a picture that it fetched itself in its response.
        if (text.StartsWith("data:", StringComparison.Ordinal))
            return new Finding(FindingKind.Good, plan.Title, "Photos are embedded in Label Studio's responses.", $"GET /api/tasks/{id}");

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return new Finding(
                FindingKind.Error,
                plan.Title,
                $"Photos cannot be shown: Label Studio passes on the address "
                    + $"'{(text.StartsWith("s3:", StringComparison.Ordinal) ? "s3://…" : "")}' from the task unchanged.",
                $"GET /api/tasks/{id}",
                "This Label Studio does not fetch photos from the object store. Set Labeling:ImageLinks to Media. Then publish the tasks "
                    + "again: set the loop's labelling tool to Review and back."
            );
        }

        var how = $"a request for the photo of task {id}, like a browser's";
        try
        {
            // Label Studio builds its own address from LABEL_STUDIO_HOST, which browsers can reach but this server perhaps cannot.
            var isTheirs =
                address.AbsolutePath.StartsWith("/tasks/", StringComparison.Ordinal)
                && address.Query.StartsWith("?fileuri=", StringComparison.Ordinal);
            using var response = await client.FetchAsync(
                isTheirs ? new Uri(client.Address, address.PathAndQuery.TrimStart('/')) : address,
                cancellationToken
            );
            var type = response.Content.Headers.ContentType?.MediaType ?? "nothing";
            var isPhoto = response.IsSuccessStatusCode && type.StartsWith("image/", StringComparison.Ordinal);
            return isPhoto
                ? new Finding(FindingKind.Good, plan.Title, $"Photos load ({address.Host}, {type}).", how)
                : new Finding(
                    FindingKind.Error,
                    plan.Title,
                    $"Photos do not load: {address.GetLeftPart(UriPartial.Path)} answers {(int)response.StatusCode} with {type}.",
                    how,
                    response.StatusCode >= HttpStatusCode.InternalServerError
                            ? "The address is correct, but the photo cannot be read. Run gourmetgram doctor storage."
                        : response.StatusCode == HttpStatusCode.FailedDependency
                            ? "Label Studio cannot read the photo. Check the bucket and keys of its photo storage. To reset them, run "
                                + "gourmetgram doctor label-studio --fix."
                        : "Check that annotators' browsers reach this server at GourmetGram:PublicUrl, and that the media key of the tasks "
                            + "was not revoked."
                );
        }
        catch (PlatformUnavailableException e)
        {
            return new Finding(
                FindingKind.Error,
                plan.Title,
                $"Photos do not load: {address.GetLeftPart(UriPartial.Authority)} cannot be reached "
                    + $"({(e.InnerException ?? e).Message.TrimEnd('.')}).",
                how,
                "Check that annotators' browsers reach this server at GourmetGram:PublicUrl."
            );
        }
    }

    private async Task<(int Total, long? Id)> TaskAtAsync(AnnotationProject known, int place, CancellationToken cancellationToken)
    {
        var page = await client.FindAsync<TaskCalls.Page>(
            string.Create(
                CultureInfo.InvariantCulture,
                $"api/tasks?project={known.Parts.ProjectId}&page={place}&page_size=1&resolve_uri=false"
            ),
            cancellationToken
        );
        return (
            page?.Total ?? 0,
            page is { Tasks: [var first, ..] } && first.TryGetProperty("id", out var id) && id.TryGetInt64(out var number) ? number : null
        );
    }

    private static string OnOff(bool isOn) => isOn ? "on" : "off";
}
