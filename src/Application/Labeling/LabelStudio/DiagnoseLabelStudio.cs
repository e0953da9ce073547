using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Labeling;

/// <summary>Checks everything between Label Studio and this server. For each fault, says how it was found and how to fix it.</summary>
public static class DiagnoseLabelStudio
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Findings">The findings, in the order of the checks.</param>
    public sealed record Response(IReadOnlyList<Finding> Findings)
    {
        /// <summary>Whether any finding is an error.</summary>
        public bool HasErrors => Findings.Any(finding => finding.Kind == FindingKind.Error);
    }

    internal sealed class Handler(
        IAnnotationPlatform platform,
        ProjectProvisioner provisioner,
        LoopCatalogue loops,
        IRepository<AnnotationProject> projects,
        OutputReader outputs,
        ILabelStudioWatch watch,
        Quarantine quarantine,
        IObjectStore store,
        IRepository<CollectedImage> collected,
        IOptions<LabelingOptions> options,
        ILinks links,
        TimeProvider time
    ) : IRequestHandler<Query, Response>
    {
        private const string Settings = "Settings";
        private const string Store = "Object store";
        private const int Named = 5;
        private const int Batch = 500;

        private static readonly TimeSpan Late = TimeSpan.FromHours(2);

        /// <summary>How long a photo that another program put into a dataset shows that the program is in use.</summary>
        private static readonly TimeSpan Recent = TimeSpan.FromDays(7);

        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var due = await loops.OnAsync(Surface.LabelStudio, cancellationToken);
            if (platform.FindHindrance() is { } hindrance)
            {
                var isMeant = due.Count > 0 || platform.Address is not null;
                return new Response([
                    new Finding(
                        isMeant ? FindingKind.Error : FindingKind.Good,
                        Settings,
                        isMeant ? hindrance : $"No loop uses Label Studio. {hindrance}",
                        "this server's settings"
                    ),
                ]);
            }

            var findings = new List<Finding>();
            findings.AddRange(SettingsFindings(due));
            var known = (await projects.ListAsync(new AllProjects(), cancellationToken)).ToDictionary(
                project => project.Loop,
                StringComparer.Ordinal
            );
            findings.AddRange(
                await platform.DiagnoseAsync(
                    [
                        .. due.Select(loop =>
                            (
                                provisioner.PlanOf(loop, known.GetValueOrDefault(loop.Name)?.WebhookSecret ?? ""),
                                known.GetValueOrDefault(loop.Name)
                            )
                        ),
                    ],
                    cancellationToken
                )
            );
            var counts = await watch.CountAsync(cancellationToken);
            findings.AddRange(
                due.SelectMany(loop => LoopFindings(loop, known.GetValueOrDefault(loop.Name), counts.GetValueOrDefault(loop.Name)))
            );
            findings.AddRange(await StoreFindingsAsync(due, cancellationToken));
            return new Response(findings);
        }

        private IEnumerable<Finding> SettingsFindings(IReadOnlyList<Loop> due)
        {
            if (due.Count == 0)
                yield return new Finding(
                    FindingKind.Warning,
                    Settings,
                    "Label Studio is connected, but no loop uses it as its labelling tool.",
                    "the settings of the loops",
                    "On the page Loops, set a loop's 'Labelling tool' to Label Studio."
                );
            if (!links.Absolute("").StartsWith("http", StringComparison.Ordinal))
                yield return new Finding(
                    FindingKind.Error,
                    Settings,
                    "GourmetGram:PublicUrl is not set, so tasks cannot link to photos and webhooks cannot reach this server.",
                    "this server's settings",
                    "Set GourmetGram:PublicUrl to the address at which annotators' browsers and Label Studio reach this server."
                );
        }

        private IEnumerable<Finding> LoopFindings(Loop loop, AnnotationProject? project, PublicationCounts? counts)
        {
            var subject = loop.Strategy.Title;
            if (project is { ShowsAnswer: true } && loop.Row.IsBlind)
            {
                yield return new Finding(
                    FindingKind.Error,
                    subject,
                    "The loop is blind, but its project shows the model's answer. Its labels are stored as not blind and decide no "
                        + "task.",
                    "the project's label config",
                    "Remove $ml_prediction and $confidence from the project's label config. Or run gourmetgram doctor label-studio "
                        + "--fix: it creates a new project and renames the old one, which keeps its annotations."
                );
            }

            if (project?.SyncFault is { } fault)
                yield return new Finding(
                    FindingKind.Error,
                    subject,
                    $"The last sync failed: {fault}",
                    "the last run of job sync-label-studio",
                    "Fix the cause, then run the job sync-label-studio."
                );
            else if (project?.SyncedAt is { } at && time.GetUtcNow() - at > Late)
                yield return new Finding(
                    FindingKind.Warning,
                    subject,
                    $"Tasks were last imported at {at.ToUtcText()}.",
                    "the last run of job sync-label-studio",
                    "Check on the page Jobs whether the job is paused."
                );
            if (counts is null)
                yield break;
            if (counts.Tied > 0)
            {
                yield return new Finding(
                    FindingKind.Warning,
                    subject,
                    $"{counts.Tied} photos have tied votes, and Label Studio does not ask another person automatically.",
                    "the labels in our database",
                    "Decide on the page Second opinions, or have another person label each photo in the project's list of tasks."
                );
            }

            yield return new Finding(
                counts.ToPublish + counts.ToRecall > 0 ? FindingKind.Warning : FindingKind.Good,
                subject,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{counts.Open} tasks are in Label Studio, {counts.ToPublish} wait to be published, {counts.ToRecall} wait to be "
                        + $"removed."
                ),
                "the tasks in our database",
                counts.ToPublish + counts.ToRecall > 0 ? "Run the job publish-tasks. If it fails, the page Jobs shows the reason." : null
            );
        }

        private async Task<Finding> OutputFindingAsync(Loop loop, CancellationToken cancellationToken)
        {
            var (all, unread) = await outputs.CountAsync(loop.Name, cancellationToken);
            return new Finding(
                unread > 0 ? FindingKind.Warning : FindingKind.Good,
                loop.Strategy.Title,
                $"{all} labels are in the object store. {unread} of them have not been imported yet.",
                $"a listing of {Buckets.Labels}/{ExchangePlaces.OutputsOf(loop.Name)}",
                unread > 0 ? "Run the job process-annotations." : null
            );
        }

        /// <summary>
        /// Finds photos that the lab's script put into a loop's dataset. The script collects photos by their object store address, which
        /// tasks with links to this server do not contain: for those tasks it silently does nothing.
        /// </summary>
        private async Task<Finding?> FindOtherProgramAsync(Loop loop, CancellationToken cancellationToken)
        {
            if (options.Value.ImageLinks == ImageLinks.Object && !loop.Row.IsBlind)
                return null;
            var (bucket, since) = (loop.Row.Bucket, time.GetUtcNow() - Recent);
            var (count, example) = (0, "");
            var recent = store.ListAsync(bucket, "", cancellationToken).Where(found => found.WrittenAt > since && !found.Key.EndsWith('/'));
            await foreach (var some in recent.Select(found => found.Key).Chunk(Batch).WithCancellation(cancellationToken))
            {
                // This server names files after their predictions.
                var named = some.Select(key => Guid.TryParse(key.Split('/')[^1].Split('.')[0], out var id) ? id : (Guid?)null)
                    .OfType<Guid>();
                var ours = (await collected.ListAsync(new CollectedOf([.. named]), cancellationToken))
                    .Where(image => image.Bucket == bucket)
                    .Select(image => image.ObjectKey);
                var foreign = some.Except(ours, StringComparer.Ordinal).ToList();
                (count, example) = (count + foreign.Count, foreign.LastOrDefault() ?? example);
            }

            return count == 0
                ? null
                : new Finding(
                    FindingKind.Warning,
                    loop.Strategy.Title,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Another program put {count} photos into {bucket} within 7 days ({example}). "
                    ) + "The lab's process_outputs.py does not work for this loop, because its tasks link to photos on this server.",
                    $"a listing of {bucket}",
                    loop.Row.IsBlind
                        ? "Stop the script. This server collects the loop's photos automatically."
                        : "Stop the script, because this server collects the photos automatically. Or set Labeling:ImageLinks to Object."
                );
        }

        private async Task<IReadOnlyList<Finding>> StoreFindingsAsync(IReadOnlyList<Loop> due, CancellationToken cancellationToken)
        {
            var findings = new List<Finding>();
            try
            {
                foreach (var loop in due)
                {
                    if (await store.FindAsync(TaskFile.PlaceholderOf(loop.Name), cancellationToken) is null)
                        findings.Add(
                            new Finding(
                                FindingKind.Warning,
                                loop.Strategy.Title,
                                $"The placeholder {TaskFile.PlaceholderOf(loop.Name)} is missing. Without it, Label Studio cannot sync "
                                    + "when there are no tasks.",
                                "the bucket contents",
                                "Run the doctor with --fix."
                            )
                        );
                    findings.Add(await OutputFindingAsync(loop, cancellationToken));
                    if (await FindOtherProgramAsync(loop, cancellationToken) is { } program)
                        findings.Add(program);
                }

                var held = await quarantine.ListAsync(cancellationToken);
                findings.Add(
                    held.Count == 0
                        ? new Finding(FindingKind.Good, Store, "Quarantine is empty.", $"a listing of {Buckets.Labels}/{Quarantine.Prefix}")
                        : new Finding(
                            FindingKind.Warning,
                            Store,
                            $"{held.Count} objects are in quarantine: "
                                + $"{string.Join(", ", held.Take(Named))}{(held.Count > Named ? ", …" : "")}.",
                            $"a listing of {Buckets.Labels}/{Quarantine.Prefix}",
                            "Read the .reason.txt beside each. Fix the object and move it back, or delete it."
                        )
                );
            }
            catch (StoreUnavailableException e)
            {
                findings.Add(new Finding(FindingKind.Error, Store, e.Message, "the bucket contents", "Run gourmetgram doctor storage."));
            }

            return findings;
        }
    }
}
