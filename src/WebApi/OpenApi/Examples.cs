using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace GourmetGram.WebApi.OpenApi;

/// <summary>An example for every JSON body, by the operation's name and status.</summary>
internal sealed class Examples : IOpenApiOperationTransformer
{
    private const string Prediction = """
        {
          "id": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "class": "Pear", "probability": 0.9312345,
          "probabilities": [{ "class": "Apple", "probability": 0.0687655 }, { "class": "Pear", "probability": 0.9312345 }],
          "model": { "name": "fruit", "version": "1", "variant": "float" },
          "image": "https://food.example.org/api/v1/predictions/019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55/image",
          "fileName": "basket.jpg", "mediaType": "image/jpeg", "width": 4032, "height": 3024,
          "createdAt": "2026-11-23T12:04:00.123Z", "flagged": false, "correction": null
        }
        """;

    private const string Run = """
        {
          "id": "019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55", "job": "store-images", "state": "Completed", "dueAt": "2026-11-23T12:00:30.000Z", "requestedBy": null, "attempt": 1,
          "queuedAt": "2026-11-23T12:00:30.002Z", "startedAt": "2026-11-23T12:00:30.010Z", "endedAt": "2026-11-23T12:00:30.211Z", "done": 4, "total": 4,
          "counts": { "stored": 4, "tagged": 4, "lost": 0, "setAside": 0 }, "error": null
        }
        """;

    private const string Job = $$"""
        {
          "name": "store-images", "title": "Store images", "description": "Moves waiting photos to the object store and writes tags", "cron": "0/30 * * * * ?", "paused": false,
          "nextFirings": ["2026-11-23T12:01:00.000Z"], "current": null, "last": {{Run}}
        }
        """;

    private static readonly Dictionary<(string? Operation, string Status), string> Answers = new()
    {
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
        [("ListClasses", "200")] = """["Apple", "Pear"]""",
        [("GetCurrentModel", "200")] = """
            {
              "name": "fruit", "version": "1", "variant": "float", "sha256": "908e297b1e90a17445cd18bb703f47c8a0a898bc175140b6e19a9b91c8a9fc53",
              "temperature": 0.415, "labels": ["Apple", "Pear"], "inputWidth": 224, "inputHeight": 224, "embeddingSize": 1280,
              "validation": { "photos": 200, "accuracy": 0.915, "ece": 0.021 }
            }
            """,
    };

    private static readonly Dictionary<string, string> Problems = new(StringComparer.Ordinal)
    {
        ["400"] = "'limit' is a whole number from 1 to 100.",
        ["401"] = "A list needs to know whose it is: send an API key, or use the browser that sent the photos.",
        ["404"] = "Prediction 019b0c6e-5c9a-7d3e-8f21-3b1f0a9c4d55 was not found.",
        ["409"] = "This Idempotency-Key was used for another photo: send a new key with a new photo.",
        ["413"] = "The photo has more than 20 MiB. Save it smaller and send it again.",
        ["415"] = "This is a HEIC file. Save it as JPEG, PNG or WebP and send it again.",
        ["422"] = "The photo is cut off or damaged. Export it again and send it again.",
        ["503"] = "More photos are waiting than can be classified in time. Nothing was stored. Send it again later.",
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

        if (operation.OperationId == "CorrectLabel" && operation.RequestBody?.Content?.TryGetValue("application/json", out var body) == true)
            body.Example = new JsonObject { ["class"] = "Pear" };
        if (operation.OperationId == "ScheduleJob" && operation.RequestBody?.Content?.TryGetValue("application/json", out var schedule) == true)
            schedule.Example = new JsonObject { ["cron"] = "0 0/5 * * * ?" };
        return Task.CompletedTask;
    }
}
