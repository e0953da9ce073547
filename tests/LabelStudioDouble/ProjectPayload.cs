using System.Text.Json.Nodes;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>A project as webhooks tell it.</summary>
internal static class ProjectPayload
{
    public static JsonObject Of(Database data, ProjectRow project, bool is116)
    {
        var config = LabelConfig.Of(project);
        var payload = new JsonObject { ["id"] = project.Id };
        foreach (var (name, value) in Counters.Of(data, project.Id))
            payload[name] = value;
        foreach (var (name, value) in project.Fields.Where(field => field.Key is not ("start_training_on_annotation_update")))
            payload[name] = value?.DeepClone();
        payload["parsed_label_config"] = config.Parsed();
        payload["control_weights"] = config.Weights();
        payload["label_config_hash"] = project.LabelConfig.GetHashCode(StringComparison.Ordinal);
        payload["token"] = "a-token-of-the-project";
        payload["result_count"] = 0;
        payload["data_types"] = new JsonObject(config.Variables.Select(variable => KeyValuePair.Create(variable, (JsonNode?)"Image")));
        payload["created_at"] = project.CreatedAt.Iso();
        payload["updated_at"] = project.UpdatedAt.Iso();
        payload["custom_task_lock_ttl"] = null;
        payload["organization"] = 1;
        payload["created_by"] = project.CreatedBy;
        if (is116)
            return payload;
        payload["annotator_evaluation_enabled"] = false;
        foreach (var name in new[] { "deleted_at", "purge_at", "search_vector", "deleted_by" })
            payload[name] = null;
        return payload;
    }
}
