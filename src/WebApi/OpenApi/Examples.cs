using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace GourmetGram.WebApi.OpenApi;

/// <summary>Adds an example for every JSON body, by the operation's name and status.</summary>
internal sealed class Examples : IOpenApiOperationTransformer
{
    private const string Prediction = """
        {
          "id": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "class": "Pear", "probability": 0.9312345,
          "probabilities": [{ "class": "Apple", "probability": 0.0687655 }, { "class": "Pear", "probability": 0.9312345 }],
          "model": { "name": "fruit", "version": "1", "variant": "float" },
          "image": "https://food.example.org/api/v1/predictions/019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55/image",
          "fileName": "basket.jpg", "mediaType": "image/jpeg", "width": 4032, "height": 3024,
          "createdAt": "2026-11-23T12:04:00.123Z", "flagged": false, "correction": null, "tags": { "kiosk": "3" }
        }
        """;

    private const string Deletion = """
        {
          "photos": 1, "files": { "stored": 1, "spooled": 0, "thumbnails": 2, "datasetCopies": 1 }, "feedback": 1, "tasks": 1, "labels": 2,
          "labelStudioTasks": 0, "datasetVersions": [1, 2], "models": ["2"]
        }
        """;

    private const string Figures = """
        {
          "labelsToday": 12, "labelsInWeek": 61, "labels": 232, "none": 4, "unusable": 2, "skipped": 6, "skippedShare": 0.0252, "undone": 6,
          "notes": 5, "medianSeconds": 3.1,
          "withKnownAnswers": { "same": 47, "photos": 50, "share": 0.94, "low": 0.838, "high": 0.979 },
          "withOthers": { "same": 89, "photos": 96, "share": 0.927, "low": 0.857, "high": 0.964 },
          "differences": [{ "own": "Apple", "others": "Pear", "photos": 4 }]
        }
        """;

    private const string Display = """{ "name": "Grace Hopper", "timeZone": "America/New_York", "theme": "Dark" }""";

    private const string KnownAnswer = """
        {
          "predictionId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "loop": "lowconfidence", "answer": "Class", "class": "Apple",
          "by": "Grace", "createdAt": "2026-11-23T12:04:00.123Z"
        }
        """;

    private const string Shadow = """
        {
          "id": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "challenger": "2.1", "champion": "2", "startedAt": "2026-11-23T12:04:00.123Z",
          "by": "ada", "endedAt": null, "end": null, "endedBy": null, "fault": null, "photos": 1203, "agreement": 0.9351, "agreementLow": 0.9198,
          "agreementHigh": 0.9477, "changes": [{ "from": "Pear", "to": "Apple", "photos": 78 }], "dropped": 0, "failed": 0,
          "meanMilliseconds": 0.02, "p95Milliseconds": 0.05
        }
        """;

    private const string Run = """
        {
          "id": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "job": "store-images", "state": "Completed", "dueAt": "2026-11-23T12:00:30.000Z", "requestedBy": null, "attempt": 1,
          "queuedAt": "2026-11-23T12:00:30.002Z", "startedAt": "2026-11-23T12:00:30.010Z", "endedAt": "2026-11-23T12:00:30.211Z", "done": 4, "total": 4,
          "counts": { "stored": 4, "tagged": 4, "refused": 0, "missing": 0, "setAside": 0 }, "error": null
        }
        """;

    private const string Job = $$"""
        {
          "name": "store-images", "title": "Store images", "description": "Moves photos from the spool to the object store and writes tags", "cron": "0/30 * * * * ?", "paused": false,
          "nextFirings": ["2026-11-23T12:01:00.000Z"], "current": null, "last": {{Run}}
        }
        """;

    private const string Loop = """
        {
          "name": "lowconfidence", "title": "Low Confidence Review", "description": "Photos the model is not sure of. Useful for training, but not for measuring accuracy.", "enabled": true,
          "bucket": "lowconfidence", "surface": "Review", "blind": false, "votes": 1, "dailyLimit": 0, "random": false, "job": "select-candidates",
          "settings": { "threshold": 0.7 }, "summary": "below 70%",
          "fields": [{ "name": "threshold", "label": "Select below", "help": "0.7 selects photos that the model is less than 70% sure of.", "type": "number", "minimum": 0, "maximum": 1 }],
          "counts": {
            "selected": 293, "pending": 0, "waiting": 95, "labelled": 187, "none": 4, "unusable": 3, "skipped": 8, "agreed": 109,
            "oldestWaiting": "2026-11-17T08:12:44.501Z", "selectedInWeek": 31, "heldBack": 0
          }
        }
        """;

    private const string Changes = """
        [{ "loop": "lowconfidence", "at": "2026-11-20T09:14:02.117Z", "by": "ApiKey:bootstrap", "setting": "dailyLimit", "from": "20", "to": "40" }]
        """;

    private const string Label = """
        {
          "id": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d56", "taskId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d57", "predictionId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55",
          "answer": "Class", "class": "Apple", "blind": true, "createdAt": "2026-11-23T12:04:00.123Z", "model": "Pear", "agreed": false
        }
        """;

    private const string Window = """
        {
          "id": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d58", "begunAt": "2026-11-23T00:00:00.004Z", "closedAt": "2026-11-23T00:00:00.231Z", "population": 412, "keyId": "9f3c51aa07de", "forMeasuring": true,
          "draws": [{ "loop": "randomsampled", "taken": 5, "probability": 0.012135922330097087, "strategyVersion": 1, "settings": { "perWindow": "5" } }]
        }
        """;

    private const string User = """{ "name": "Grace", "role": "Annotator", "state": "Invited" }""";

    private const string UserLink = $$"""
        {
          "account": {{User}}, "link": "https://food.example.org/set-password?token=Vm0wd2QyUXlVWGxXYTNCVVltdEtWVmx0", "expiresAt": "2026-11-30T12:04:00.123Z"
        }
        """;

    private const string DatasetVersion = """
        {
          "buildId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d60", "id": "d7c2e1a0b34f5968778695a4b3c2d1e0f00112233445566778899aabbccdd90a", "number": 2, "state": "Ready",
          "createdAt": "2026-11-16T10:02:00.123Z", "endedAt": "2026-11-16T10:02:01.456Z", "by": "Ada", "failure": null, "repeated": false, "photos": 236, "train": 189, "tune": 47, "test": 0,
          "groups": 201, "withoutEmbedding": 0, "classes": [{ "class": "Apple", "photos": 120 }, { "class": "Pear", "photos": 116 }], "sources": { "lowconfidence": 174, "userfeedback": 62 },
          "leftOut": { "MeasuringWindow": 3, "Suspect": 4 },
          "recipe": { "loops": ["lowconfidence", "userfeedback"], "includeSuspects": false, "modelLabels": null, "trainShare": 0.8, "tuneShare": 0.2, "seed": "gourmetgram", "closesWindow": true }
        }
        """;

    private const string Exclusion = """
        { "predictionId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "by": "Ada", "at": "2026-11-10T08:00:00.000Z", "note": "A person is recognisable" }
        """;

    private static readonly Dictionary<(string? Operation, string Status), string> Answers = new()
    {
        [("ListUsers", "200")] = $$"""{ "items": [{{User}}] }""",
        [("AddUser", "201")] = UserLink,
        [("ResetUserPassword", "200")] = UserLink,
        [("DisableUser", "200")] = """{ "name": "Grace", "role": "Annotator", "state": "Disabled" }""",
        [("EnableUser", "200")] = """{ "name": "Grace", "role": "Annotator", "state": "Active" }""",
        [("ListLoops", "200")] = $$"""{ "loops": [{{Loop}}], "history": {{Changes}} }""",
        [("GetLoop", "200")] = $$"""{ "loop": {{Loop}}, "history": {{Changes}} }""",
        [("ConfigureLoop", "200")] = $$"""{ "loop": {{Loop}}, "history": {{Changes}} }""",
        [("ListSelections", "200")] = """
            {
              "items": [{
                "predictionId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "reason": "drawn by chance", "strategyVersion": 1, "settings": { "perWindow": "5" },
                "windowId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d58", "probability": 0.012135922330097087, "createdAt": "2026-11-23T00:00:00.230Z",
                "withdrawnAt": null
              }],
              "next": "019b0c6e5c9a7d3e8f213b1f0a9c4d55"
            }
            """,
        [("BackfillLoop", "200")] = """{ "examined": 4120, "found": 293, "dryRun": true }""",
        [("SkipPending", "200")] = """{ "skipped": 31 }""",
        [("ListWindows", "200")] = $$"""{ "items": [{{Window}}], "next": "019b0c6e5c9a7d3e8f213b1f0a9c4d55" }""",
        [("ReplayWindow", "200")] =
            """{ "draws": [{ "loop": "randomsampled", "population": 412, "recorded": 1, "drawn": ["019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55"] }] }""",
        [("ListHeldBack", "200")] = """
            {
              "items": [{
                "id": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d59", "predictionId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "kind": "Flag", "createdAt": "2026-11-23T12:04:00.123Z",
                "reason": "More than 30 flags from one visitor within an hour."
              }]
            }
            """,
        [("ReleaseHeldBack", "200")] = """{ "decided": 12 }""",
        [("DiscardHeldBack", "200")] = """{ "decided": 12 }""",
        [("NextTask", "200")] = """
            {
              "id": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d57", "loop": "lowconfidence", "predictionId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55",
              "image": "https://food.example.org/api/v1/tasks/019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d57/image", "classes": ["Apple", "Pear"], "blind": false,
              "leaseUntil": "2026-11-23T12:14:00.123Z", "model": { "class": "Pear", "probability": 0.541 }
            }
            """,
        [("GetShadow", "200")] = Shadow,
        [("GetShadowOfModel", "200")] = Shadow,
        [("StartShadow", "200")] = Shadow,
        [("StopShadow", "200")] = Shadow,
        [("GetTrialTasks", "200")] = """{ "loop": "randomsampled", "photos": 200, "left": 137 }""",
        [("LabelTask", "201")] = Label,
        [("SkipTask", "201")] = """
            {
              "id": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d56", "taskId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d57", "predictionId": null,
              "answer": null, "class": null, "blind": true, "createdAt": "2026-11-23T12:04:00.123Z", "model": null, "agreed": null
            }
            """,
        [("UndoLabel", "200")] = """{ "taskId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d57" }""",
        [("BuildDataset", "202")] = DatasetVersion,
        [("ListDatasetVersions", "200")] = $$"""{ "items": [{{DatasetVersion}}], "next": null }""",
        [("GetDatasetVersion", "200")] = $$"""{ "version": {{DatasetVersion}}, "deleted": 1, "previous": null }""",
        [("ListDatasetItems", "200")] = """
            {
              "items": [{
                "predictionId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "storedSha256": "40ec38591065519807ebb9715495cfc0c8cac1c0b9eae771692d90fbdb468eaf",
                "uploadSha256": "d7c2e1a0b34f5968778695a4b3c2d1e0f00112233445566778899aabbccdd90a", "class": "Pear", "votes": { "Pear": 2, "Apple": 1 },
                "labelIds": ["019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d56"], "group": "40ec38591065519807ebb9715495cfc0c8cac1c0b9eae771692d90fbdb468eaf", "split": "Train",
                "source": "lowconfidence", "weight": 1
              }],
              "next": "00000000000000000000000000000032"
            }
            """,
        [("DiffDatasetVersions", "200")] = """
            {
              "id": "d7c2e1a0b34f5968778695a4b3c2d1e0f00112233445566778899aabbccdd90a", "other": "88f01aa0b34f5968778695a4b3c2d1e0f00112233445566778899aabbccdd90a",
              "added": 1, "removed": 0, "deleted": 1, "relabelled": 0, "moved": 0, "unchanged": 170,
              "classes": [{ "class": "Apple", "before": 88, "added": 0, "removed": 0, "after": 88 }, { "class": "Pear", "before": 82, "added": 1, "removed": 0, "after": 83 }],
              "changes": [{
                "change": "Added", "predictionId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "storedSha256": "40ec38591065519807ebb9715495cfc0c8cac1c0b9eae771692d90fbdb468eaf",
                "from": null, "to": "Pear", "fromSplit": null, "toSplit": "Train"
              }]
            }
            """,
        [("ListExclusions", "200")] = $$"""{ "items": [{{Exclusion}}] }""",
        [("ExcludePhoto", "200")] = Exclusion,
        [("ListDatasets", "200")] =
            """{ "items": [{ "bucket": "cleanproduction", "title": "Random Sampling Review", "loop": "randomsampled", "photos": 412 }] }""",
        [("GetDataset", "200")] = """
            {
              "bucket": "cleanproduction", "title": "Random Sampling Review", "loop": "randomsampled", "photos": 60, "bytes": 8423112, "wrong": 9, "latestAt": "2026-11-23T12:15:00.123Z",
              "none": 3, "unusable": 1,
              "classes": [{ "class": "Apple", "folder": "class_00", "photos": 31 }, { "class": "Pear", "folder": "class_01", "photos": 29 }], "confusion": [[27, 4], [5, 24]]
            }
            """,
        [("ListDatasetPhotos", "200")] = """
            {
              "items": [{
                "predictionId": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "answer": "Class", "class": "Apple", "predicted": "Pear",
                "probability": 0.541,
                "file": "class_00/019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55.jpg", "sha256": "40ec38591065519807ebb9715495cfc0c8cac1c0b9eae771692d90fbdb468eaf", "collectedAt": "2026-11-23T12:15:00.123Z"
              }],
              "next": "019b0c6e5c9a7d3e8f213b1f0a9c4d55"
            }
            """,
        [("GetLabelStudio", "200")] = """
            {
              "address": "http://label-studio.internal:8080/", "hindrance": null,
              "projects": [{
                "loop": "lowconfidence", "title": "Low Confidence Review", "handsOut": true, "id": 7, "url": "http://label-studio.internal:8080/projects/7/", "adopted": false, "showsAnswer": true,
                "syncedAt": "2026-11-23T12:00:01.480Z", "fault": null, "heardAt": "2026-11-23T12:14:44.012Z"
              }]
            }
            """,
        [("ProvisionLabelStudio", "200")] = """
            {
              "items": [{ "loop": "lowconfidence", "title": "Low Confidence Review", "project": 7, "repairs": ["Fixed the webhook."], "complaints": [] }]
            }
            """,
        [("DiagnoseLabelStudio", "200")] = """
            {
              "findings": [{
                "kind": "Warning", "subject": "Low Confidence Review", "what": "Webhook 3 was changed or disabled. Without it, labels arrive with the next scheduled sync.",
                "how": "GET /api/webhooks?project={id}", "cure": "Run the doctor with --fix, or the job sync-label-studio."
              }],
              "hasErrors": false
            }
            """,
        [("ListJobs", "200")] = $$"""{ "items": [{{Job}}] }""",
        [("ScheduleJob", "200")] = Job,
        [("RunJob", "202")] = Run,
        [("ListJobRuns", "200")] = $$"""{ "items": [{{Run}}], "next": "019b0c6e5c9a7d3e8f213b1f0a9c4d55" }""",
        [("GetJobRun", "200")] = Run,
        [("CancelJobRun", "200")] = Run,
        [("CreatePrediction", "201")] = Prediction,
        [("CreatePredictions", "200")] = $$"""
            {
              "items": [
                { "fileName": "basket.jpg", "status": 201, "prediction": {{Prediction}} },
                {
                  "fileName": "notes.txt", "status": 415,
                  "problem": {
                    "title": "Unsupported Media Type", "status": 415,
                    "detail": "This file is not a JPEG, PNG or WebP photo. Save it as JPEG, PNG or WebP and send it again."
                  }
                }
              ]
            }
            """,
        [("GetPrediction", "200")] = Prediction,
        [("ListPredictions", "200")] = $$"""{ "items": [{{Prediction}}], "next": "019b0c6e5c9a7d3e8f213b1f0a9c4d55" }""",
        [("ErasePrediction", "200")] = Deletion,
        [("EraseAllPredictions", "200")] = Deletion,
        [("GetDisplay", "200")] = Display,
        [("SaveDisplay", "200")] = Display,
        [("ListKnownAnswers", "200")] = $$"""{ "items": [{{KnownAnswer}}], "percent": 5 }""",
        [("MarkKnownAnswer", "200")] = $$"""{ "items": [{{KnownAnswer}}] }""",
        [("GetOwnFigures", "200")] = Figures,
        [("GetUserFigures", "200")] = Figures,
        [("ListClasses", "200")] = """["Apple", "Pear"]""",
        [("GetCurrentModel", "200")] = """
            {
              "name": "fruit", "version": "1", "variant": "float", "sha256": "40ec38591065519807ebb9715495cfc0c8cac1c0b9eae771692d90fbdb468eaf",
              "backbone": "40ec38591065519807ebb9715495cfc0c8cac1c0b9eae771692d90fbdb468eaf",
              "temperature": 1.145, "labels": ["Apple", "Pear"], "inputWidth": 224, "inputHeight": 224, "embeddingSize": 1280,
              "validation": { "photos": 200, "accuracy": 0.915, "ece": 0.021 }
            }
            """,
    };

    private static readonly Dictionary<string, string> Problems = new(StringComparer.Ordinal)
    {
        ["400"] = "'limit' must be a whole number from 1 to 100.",
        ["401"] = "Listing predictions requires an identity. Send an API key, or use the browser that uploaded the photos.",
        ["404"] = "Prediction 019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55 was not found.",
        ["409"] = "This Idempotency-Key was used for another photo. Send a new key with each photo.",
        ["413"] = "The photo is larger than 20 MiB. Save it smaller and send it again.",
        ["415"] = "This file is a HEIC photo, not a JPEG, PNG or WebP photo. Save it as JPEG, PNG or WebP and send it again.",
        ["422"] = "The photo is incomplete or damaged: its compressed pixels end too early. Send it again, or export it again.",
        ["502"] =
            "Label Studio at http://label-studio.internal:8080/ cannot be reached (Connection refused). Start it, or correct "
            + "LabelStudio:Url.",
        ["503"] = "The database does not respond. Nothing was stored. Try again later.",
    };

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var (status, response) in operation.Responses ?? [])
        {
            foreach (var content in (response.Content ?? new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)).Values)
            {
                if (Answers.TryGetValue((operation.OperationId, status), out var answer))
                    content.Example = JsonNode.Parse(answer);
                else if (Problems.TryGetValue(status, out var detail))
                    content.Example = new JsonObject { ["status"] = int.Parse(status), ["detail"] = detail };
            }
        }

        if (
            operation.OperationId == "CorrectLabel"
            && operation.RequestBody?.Content?.TryGetValue("application/json", out var body) == true
        )
            body.Example = new JsonObject { ["class"] = "Pear" };
        if (
            operation.OperationId == "ScheduleJob"
            && operation.RequestBody?.Content?.TryGetValue("application/json", out var schedule) == true
        )
            schedule.Example = new JsonObject { ["cron"] = "0 0/5 * * * ?" };
        return Task.CompletedTask;
    }
}
