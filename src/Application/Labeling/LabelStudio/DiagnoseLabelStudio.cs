using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using MediatR;

namespace GourmetGram.Application.Labeling;

/// <summary>Looks at everything between Label Studio and us, and says of each fault how we know and what cures it.</summary>
public static class DiagnoseLabelStudio
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Findings">What was looked at, in order.</param>
    public sealed record Response(IReadOnlyList<Finding> Findings)
    {
        /// <summary>Whether anything does not work.</summary>
        public bool HasErrors => Findings.Any(finding => finding.Kind == FindingKind.Error);
    }

    internal sealed class Handler(
        IAnnotationPlatform platform,
        ProjectKeeper keeper,
        LoopBook loops,
        IRepository<AnnotationProject> projects,
        OutputDesk outputs,
        ILabelStudioWatch watch,
        Quarantine quarantine,
        IObjectStore store,
        ILinks links,
        TimeProvider time
    ) : IRequestHandler<Query, Response>
    {
        private const string Settings = "Settings";
        private const string Store = "Object store";
        private const int Named = 5;

        private static readonly TimeSpan Late = TimeSpan.FromHours(2);

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
                        "settings of this server"
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
                                keeper.PlanOf(loop, known.GetValueOrDefault(loop.Name)?.WebhookSecret ?? ""),
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
                    "Label Studio is connected, but no loop is handed out by it.",
                    "the loops' settings",
                    "On the page Loops, set a loop's 'Handed out by' to Label Studio."
                );
            if (!links.Absolute("").StartsWith("http", StringComparison.Ordinal))
                yield return new Finding(
                    FindingKind.Error,
                    Settings,
                    "GourmetGram:PublicUrl is not set: tasks cannot name photos, and webhooks cannot reach this server.",
                    "settings of this server",
                    "Set GourmetGram:PublicUrl to the address under which annotators' browsers and Label Studio reach this server."
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
                    "The loop is blind, but its project shows what the model had said: labels from it are kept as not blind and close no task.",
                    "the project's label config",
                    "Take $ml_prediction and $confidence out of the project's label config, or rename the project, so that a new one is made."
                );
            }

            if (project?.SyncFault is { } fault)
                yield return new Finding(
                    FindingKind.Error,
                    subject,
                    $"The last sync failed: {fault}",
                    "the last run of job sync-label-studio",
                    "Cure what it names, then run the job sync-label-studio."
                );
            else if (project?.SyncedAt is { } at && time.GetUtcNow() - at > Late)
                yield return new Finding(
                    FindingKind.Warning,
                    subject,
                    $"Tasks were last brought in at {at.ToUtcText()}.",
                    "the last run of job sync-label-studio",
                    "Look at the page Jobs: the job may be paused."
                );
            if (counts is null)
                yield break;
            if (counts.Tied > 0)
            {
                yield return new Finding(
                    FindingKind.Warning,
                    subject,
                    $"On {counts.Tied} photos people are divided, and Label Studio asks nobody else by itself.",
                    "the labels in our database",
                    "Open them in the project's list of tasks, and let one more person label each."
                );
            }

            yield return new Finding(
                counts.ToPublish + counts.ToRecall > 0 ? FindingKind.Warning : FindingKind.Good,
                subject,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{counts.Open} tasks are with Label Studio, {counts.ToPublish} wait to be given to it, {counts.ToRecall} to be taken out."
                ),
                "the tasks in our database",
                counts.ToPublish + counts.ToRecall > 0 ? "Run the job publish-tasks; its last run says what keeps them." : null
            );
        }

        private async Task<Finding> OutputFindingAsync(Loop loop, CancellationToken cancellationToken)
        {
            var (all, unread) = await outputs.CountAsync(loop.Name, cancellationToken);
            return new Finding(
                unread > 0 ? FindingKind.Warning : FindingKind.Good,
                loop.Strategy.Title,
                $"{all} labels are in the object store, {unread} of them not read yet.",
                $"a listing of {Buckets.Labels}/{ExchangePlaces.OutputsOf(loop.Name)}",
                unread > 0 ? "Run the job process-annotations." : null
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
                                $"The placeholder {TaskFile.PlaceholderOf(loop.Name)} is missing: without any task Label Studio could not sync.",
                                "a look into the bucket",
                                "Run the doctor with --fix."
                            )
                        );
                    findings.Add(await OutputFindingAsync(loop, cancellationToken));
                }

                var held = await quarantine.ListAsync(cancellationToken);
                findings.Add(
                    held.Count == 0
                        ? new Finding(FindingKind.Good, Store, "Quarantine is empty.", $"a listing of {Buckets.Labels}/{Quarantine.Prefix}")
                        : new Finding(
                            FindingKind.Warning,
                            Store,
                            $"{held.Count} objects are in quarantine: {string.Join(", ", held.Take(Named))}{(held.Count > Named ? ", …" : "")}.",
                            $"a listing of {Buckets.Labels}/{Quarantine.Prefix}",
                            "Read the .reason.txt beside each; put it right and back to where it was, or remove it."
                        )
                );
            }
            catch (StoreUnavailableException e)
            {
                findings.Add(new Finding(FindingKind.Error, Store, e.Message, "a look into the bucket", "Run gourmetgram doctor storage."));
            }

            return findings;
        }
    }
}
