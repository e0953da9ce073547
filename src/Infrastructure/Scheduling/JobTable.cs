using GourmetGram.Application.Access;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>The jobs of the product, one entry each.</summary>
internal static class JobTable
{
    public static IReadOnlyList<JobDescriptor> All { get; } =
    [
        new(
            "answer-photos",
            "Answer photos",
            "Lets models with different networks answer stored photos, so that they can be compared",
            "0/10 * * * * ?",
            async (mediator, progress, token) =>
            {
                var done = await mediator.Send(new AnswerPhotos.Command(progress), token);
                return Counts(("answered", done.Answered), ("begun", done.Begun), ("refused", done.Refused));
            }
        )
        {
            HasWorkAsync = async (mediator, token) => (await mediator.Send(new HasPhotosToAnswer.Query(), token)).Any,
        },
        new(
            "build-dataset",
            "Build dataset",
            "Builds requested dataset versions and writes their manifests",
            "0/10 * * * * ?",
            async (mediator, progress, token) =>
            {
                var done = await mediator.Send(new BuildDataset.Command(Progress: progress), token);
                return Counts(("built", done.Built), ("photos", done.Photos), ("failed", done.Failed), ("manifests", done.Manifests));
            }
        )
        {
            HasWorkAsync = async (mediator, token) => (await mediator.Send(new HasDatasetsToBuild.Query(), token)).Any,
        },
        new(
            "check-operation",
            "Check operation",
            "Raises alerts about jobs, services, disk space and messages",
            "0 * * * * ?",
            async (mediator, _, token) =>
            {
                var done = await mediator.Send(new CheckOperation.Command(), token);
                return Counts(("changes", done.Changes));
            }
        )
        {
            HasWorkAsync = async (mediator, token) => (await mediator.Send(new HasOperationChanges.Query(), token)).Any,
        },
        new(
            "decide-trials",
            "Decide trials",
            "Lets the gate look at the labels of models that are compared",
            "0 * * * * ?",
            async (mediator, _, token) =>
            {
                var done = await mediator.Send(new DecideTrials.Command(), token);
                return Counts(("looked", done.Looked), ("ended", done.Ended));
            }
        )
        {
            HasWorkAsync = async (mediator, token) => (await mediator.Send(new HasOpenTrials.Query(), token)).Any,
        },
        new(
            "delete-old-photos",
            "Delete old photos",
            "Deletes photos that are older than the settings of Retention allow",
            "0 10 1 * * ?",
            async (mediator, progress, token) =>
                Counts(("deleted", (await mediator.Send(new DeleteOldPhotos.Command(progress), token)).Deleted))
        )
        {
            HasWorkAsync = async (mediator, token) => (await mediator.Send(new HasOldPhotos.Query(), token)).Any,
        },
        new(
            "deliver-messages",
            "Deliver messages",
            "Sends messages about alerts by webhook and e-mail",
            "0/10 * * * * ?",
            async (mediator, _, token) =>
            {
                var done = await mediator.Send(new DeliverMessages.Command(), token);
                return Counts(("delivered", done.Delivered), ("failed", done.Failed), ("abandoned", done.Abandoned));
            }
        )
        {
            HasWorkAsync = async (mediator, token) => (await mediator.Send(new HasMessagesToDeliver.Query(), token)).Any,
        },
        new(
            "detect-drift",
            "Detect drift",
            "Compares the photos of the last week with those of the weeks before",
            "0 30 0 * * ?",
            async (mediator, _, token) =>
            {
                var done = await mediator.Send(new DetectDrift.Command(), token);
                return Counts(("versions", done.Versions), ("marked", done.Marked));
            }
        ),
        new(
            "evaluate-production",
            "Evaluate production",
            "Records the day's accuracy and looks at the alert rules",
            "0 20 0 * * ?",
            async (mediator, _, token) =>
            {
                var done = await mediator.Send(new EvaluateProduction.Command(), token);
                return Counts(("snapshots", done.Snapshots), ("looks", done.Looks), ("changes", done.Changes));
            }
        ),
        new(
            "export-tracking",
            "Export tracking",
            "Writes all predictions to tracking/production.json",
            "0 0 * * * ?",
            async (mediator, progress, token) =>
            {
                var done = await mediator.Send(new ExportTracking.Command(progress), token);
                return Counts(("predictions", done.Predictions));
            }
        ),
        new(
            "forget-embeddings",
            "Forget embeddings",
            "Deletes embeddings of photos that training and comparing models no longer need",
            "0 40 0 * * ?",
            async (mediator, _, token) => Counts(("forgotten", (await mediator.Send(new ForgetEmbeddings.Command(), token)).Forgotten))
        ),
        new(
            "find-label-errors",
            "Find label errors",
            "Compares labels with the model and annotators with each other",
            "0 40 0 * * ?",
            async (mediator, _, token) =>
            {
                var done = await mediator.Send(new FindLabelErrors.Command(), token);
                return Counts(("labels", done.Labels), ("suspects", done.Suspects));
            }
        ),
        new(
            "housekeeping",
            "Housekeeping",
            "Deletes expired data and completes interrupted deletions",
            "0 0/5 * * * ?",
            async (mediator, _, token) =>
            {
                var alerts = await mediator.Send(new ForgetOldAlerts.Command(), token);
                var audit = await mediator.Send(new ForgetOldAuditEntries.Command(), token);
                var counts = await mediator.Send(new ForgetOldCounts.Command(), token);
                var access = await mediator.Send(new ForgetOldAccess.Command(), token);
                var done = await mediator.Send(new RunHousekeeping.Command(), token);
                return Counts(
                    ("erasures", done.Erasures),
                    ("orphans", done.Orphans),
                    ("keys", done.Keys),
                    ("runs", done.Runs),
                    ("messages", alerts.Messages),
                    ("alertChanges", alerts.Changes),
                    ("auditEntries", audit.Forgotten),
                    ("sessions", access.Sessions),
                    ("uploadCounts", counts.Forgotten),
                    ("signInAttempts", access.Attempts)
                );
            }
        ),
        new(
            "process-annotations",
            "Process annotations",
            "Imports new labels and copies labelled photos to the datasets",
            "0 15 * * * ?",
            async (mediator, progress, token) =>
            {
                var done = await mediator.Send(new ProcessAnnotations.Command(progress), token);
                return Counts(
                    ("copied", done.Copied),
                    ("removed", done.Removed),
                    ("missing", done.Missing),
                    ("corrections", done.Corrections),
                    ("labelled", done.Outputs[OutputOutcome.Labelled]),
                    ("skipped", done.Outputs[OutputOutcome.Skipped]),
                    ("invalid", done.Outputs[OutputOutcome.Invalid]),
                    ("superseded", done.Outputs[OutputOutcome.Superseded]),
                    ("alreadyProcessed", done.Outputs[OutputOutcome.AlreadyProcessed])
                );
            }
        ),
        new(
            "publish-tasks",
            "Publish tasks",
            "Publishes tasks to Label Studio and withdraws them",
            "0 * * * * ?",
            async (mediator, progress, token) =>
            {
                var done = await mediator.Send(new PublishTasks.Command(progress), token);
                return Counts(("published", done.Published), ("retired", done.Retired), ("recalled", done.Recalled));
            }
        )
        {
            HasWorkAsync = async (mediator, token) => (await mediator.Send(new HasTasksToPublish.Query(), token)).Any,
            // Annotators should not have to wait for the hourly run.
            Next = counts => counts["published"] > 0 ? "sync-label-studio" : null,
        },
        new(
            "random-sampling",
            "Random sampling",
            "Closes the current sampling window and draws random photos from it",
            "0 0 0 * * ?",
            async (mediator, _, token) =>
            {
                var done = await mediator.Send(new SampleRandom.Command(), token);
                var made = await mediator.Send(new MakeTasks.Command(), token);
                return Counts(("population", done.Population), ("selected", done.Selected), ("tasks", made.Tasks));
            }
        ),
        new(
            "run-pipeline",
            "Run pipeline",
            "Builds a dataset version, trains a model, compares it and lets it serve",
            "0/10 * * * * ?",
            async (mediator, _, token) =>
            {
                var done = await mediator.Send(new AdvancePipeline.Command(), token);
                return Counts(("started", done.Started), ("ended", done.Ended));
            }
        )
        {
            HasWorkAsync = async (mediator, token) => (await mediator.Send(new HasPipelineWork.Query(), token)).Any,
        },
        new(
            "select-candidates",
            "Select candidates",
            "Applies the loops to new photos, flags and corrections",
            "0/10 * * * * ?",
            async (mediator, progress, token) =>
            {
                await mediator.Send(new ApplyLoopChanges.Command(), token);
                var done = await mediator.Send(new SelectCandidates.Command(progress), token);
                var made = await mediator.Send(new MakeTasks.Command(), token);
                return Counts(
                    ("considered", done.Considered),
                    ("selected", done.Selected),
                    ("heldBack", done.HeldBack),
                    ("tasks", made.Tasks)
                );
            }
        )
        {
            HasWorkAsync = async (mediator, token) => (await mediator.Send(new HasCandidates.Query(), token)).Any,
        },
        new(
            "store-images",
            "Store images",
            "Moves photos from the spool to the object store and writes tags",
            "0/30 * * * * ?",
            async (mediator, progress, token) =>
            {
                var done = await mediator.Send(new StoreImages.Command(progress), token);
                return Counts(
                    ("stored", done.Stored),
                    ("tagged", done.Tagged),
                    ("refused", done.Refused),
                    ("missing", done.Missing),
                    ("setAside", done.SetAside)
                );
            }
        )
        {
            HasWorkAsync = async (mediator, token) => (await mediator.Send(new HasImagesToStore.Query(), token)).Any,
        },
        new(
            "sync-label-studio",
            "Sync Label Studio",
            "Repairs projects in Label Studio, imports tasks and collects labels",
            "0 0 * * * ?",
            async (mediator, progress, token) =>
            {
                var done = await mediator.Send(new SyncStorages.Command(progress), token);
                return Counts(
                    ("repaired", done.Repaired),
                    ("published", done.Published),
                    ("made", done.Made),
                    ("quarantined", done.Quarantined),
                    ("lookedAt", done.Looked),
                    ("labelled", done.Outcomes[OutputOutcome.Labelled]),
                    ("skipped", done.Outcomes[OutputOutcome.Skipped]),
                    ("invalid", done.Outcomes[OutputOutcome.Invalid]),
                    ("takenBack", done.TakenBack),
                    ("unwritten", done.Unwritten)
                );
            }
        ),
        new("train-model", "Train model", "Trains models on dataset versions", "0/10 * * * * ?", async (mediator, progress, token) =>
        {
            var done = await mediator.Send(new TrainModel.Command(Progress: progress), token);
            return Counts(("trained", done.Trained), ("failed", done.Failed), ("cancelled", done.Cancelled));
        }) { HasWorkAsync = async (mediator, token) => (await mediator.Send(new HasTrainings.Query(), token)).Any },
    ];

    private static Dictionary<string, long> Counts(params ReadOnlySpan<(string Name, long Count)> counts)
    {
        var named = new Dictionary<string, long>(counts.Length, StringComparer.Ordinal);
        foreach (var (name, count) in counts)
            named.Add(name, count);
        return named;
    }
}
