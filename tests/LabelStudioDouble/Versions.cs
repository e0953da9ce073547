using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>What <c>/api/version</c> says.</summary>
internal static class Versions
{
    public static JsonSerializerOptions Indented { get; } =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject Of(bool is116)
    {
        var (version, message, commit, date) = is116
            ? (
                LabelStudioDouble.Version116,
                "chore: bump twine again (#7076)",
                "ef891872a8b0f86fcbbf80fa17753e1dc491d741",
                "2025-02-13T18:54:01.000Z"
            )
            : (
                LabelStudioDouble.Version123,
                "fix: PLT-1331: Block SSRF in export media downloads",
                "df96d79183156e556d91825d15fa7721f1145e1a",
                "2026-09-25T09:13:03.000Z"
            );
        JsonObject Part() =>
            new()
            {
                ["message"] = message,
                ["commit"] = commit[..6],
                ["date"] = date,
                ["branch"] = "develop",
            };
        return new JsonObject
        {
            ["release"] = version,
            ["label-studio-os-package"] = new JsonObject
            {
                ["version"] = version,
                ["short_version"] = version[..4],
                ["latest_version_from_pypi"] = is116 ? "1.23.2" : null,
                ["latest_version_upload_time"] = is116 ? "2026-09-29T14:52:36" : null,
                ["current_version_is_outdated"] = is116,
            },
            ["label-studio-os-backend"] = new JsonObject
            {
                ["message"] = message,
                ["commit"] = commit,
                ["date"] = is116 ? "2025/02/13 13:56:01" : "2026/09/25 23:22:13",
                ["branch"] = "",
                ["version"] = is116 ? $"{commit[..7]}+dirty" : $"{version}+0.g{commit[..7]}.dirty",
            },
            ["label-studio-frontend"] = Part(),
            ["dm2"] = Part(),
            ["label-studio-converter"] = new JsonObject { ["version"] = is116 ? "1.0.10" : "2.1.2" },
            ["edition"] = "Community",
            ["lsf"] = Part(),
            ["backend"] = new JsonObject { ["commit"] = commit[..6] },
        };
    }
}
