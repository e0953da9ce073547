using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using GourmetGram.Application.Retraining;

namespace GourmetGram.WebApi.Retraining;

/// <summary>Describes a dataset version in the Croissant format 1.1 (http://mlcommons.org/croissant/1.1).</summary>
internal static class Croissant
{
    /// <summary>The context that the specification recommends.</summary>
    private const string Context = """
        {
          "@language": "en", "@vocab": "https://schema.org/", "arrayShape": "cr:arrayShape", "citeAs": "cr:citeAs", "column": "cr:column",
          "conformsTo": "dct:conformsTo", "containedIn": "cr:containedIn", "cr": "http://mlcommons.org/croissant/",
          "data": { "@id": "cr:data", "@type": "@json" }, "dataBiases": "cr:dataBiases", "dataCollection": "cr:dataCollection",
          "dataType": { "@id": "cr:dataType", "@type": "@vocab" }, "dct": "http://purl.org/dc/terms/",
          "equivalentProperty": "cr:equivalentProperty", "examples": { "@id": "cr:examples", "@type": "@json" }, "excludes": "cr:excludes",
          "extract": "cr:extract", "field": "cr:field", "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty",
          "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isArray": "cr:isArray",
          "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField",
          "path": "cr:path", "personalSensitiveInformation": "cr:personalSensitiveInformation", "recordSet": "cr:recordSet",
          "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace",
          "samplingRate": "cr:samplingRate", "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source",
          "subField": "cr:subField", "transform": "cr:transform"
        }
        """;

    /// <summary>How the description is written, so that the same version gives the same bytes.</summary>
    public static JsonSerializerOptions Options { get; } =
        new()
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = true,
            NewLine = "\n",
        };

    /// <param name="Name">Name of the file beside the description.</param>
    /// <param name="Bytes">Size in bytes.</param>
    /// <param name="Sha256">SHA-256 in lower-case hex.</param>
    public sealed record File(string Name, long Bytes, string Sha256);

    /// <param name="version">The version.</param>
    /// <param name="folders">Folder of each class in the archive.</param>
    /// <param name="labels">The CSV with the labels.</param>
    /// <param name="archive">The zip with the photos.</param>
    public static JsonObject Describe(ExportedVersion version, IReadOnlyList<string> folders, File labels, File archive) =>
        new()
        {
            ["@context"] = JsonNode.Parse(Context),
            ["@type"] = "sc:Dataset",
            ["conformsTo"] = "http://mlcommons.org/croissant/1.1",
            ["name"] = $"gourmetgram-dataset-{version.Number}",
            ["description"] =
                $"Labelled photos of {version.Classes.Count} classes: dataset version {version.Number} of a GourmetGram server. "
                + $"The folders of the classes are {string.Join(", ", folders)}.",
            ["version"] = $"{version.Number}.0.0",
            ["identifier"] = version.Id,
            ["datePublished"] = version.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["keywords"] = new JsonArray([.. version.Classes.Select(name => (JsonNode)name)]),
            ["isLiveDataset"] = false,
            ["distribution"] = new JsonArray(
                FileObject("labels", labels, "text/csv"),
                FileObject("archive", archive, "application/zip"),
                new JsonObject
                {
                    ["@type"] = "cr:FileSet",
                    ["@id"] = "photos",
                    ["name"] = "photos",
                    ["containedIn"] = Reference("archive"),
                    ["encodingFormat"] = new JsonArray("image/jpeg", "image/png", "image/webp"),
                    ["includes"] = new JsonArray("*/*/*.jpg", "*/*/*.png", "*/*/*.webp"),
                }
            ),
            ["recordSet"] = new JsonArray(SplitSet(), PhotoSet()),
        };

    private static JsonObject FileObject(string id, File file, string encoding) =>
        new()
        {
            ["@type"] = "cr:FileObject",
            ["@id"] = id,
            ["name"] = file.Name,
            ["contentUrl"] = file.Name,
            ["contentSize"] = $"{file.Bytes.ToString(CultureInfo.InvariantCulture)} B",
            ["encodingFormat"] = encoding,
            ["sha256"] = file.Sha256,
        };

    private static JsonObject SplitSet()
    {
        var name = Field("splits/name", "sc:Text", source: null);
        return new JsonObject
        {
            ["@type"] = "cr:RecordSet",
            ["@id"] = "splits",
            ["name"] = "splits",
            ["dataType"] = "cr:Split",
            ["key"] = Reference("splits/name"),
            ["field"] = new JsonArray(name),
            ["data"] = new JsonArray(
                new JsonObject { ["splits/name"] = "train" },
                new JsonObject { ["splits/name"] = "validation" },
                new JsonObject { ["splits/name"] = "test" }
            ),
        };
    }

    private static JsonObject PhotoSet()
    {
        var file = Field("images/file", "sc:Text", FromColumn("file"));
        // The file set knows the name of a photo without its folder.
        file["source"]!["transform"] = new JsonObject { ["regex"] = "^[^/]+/(.+)$" };
        file["references"] = new JsonObject
        {
            ["fileSet"] = Reference("photos"),
            ["extract"] = new JsonObject { ["fileProperty"] = "filename" },
        };
        var split = Field("images/split", "cr:Split", FromColumn("split"));
        split["references"] = new JsonObject { ["field"] = Reference("splits/name") };
        return new JsonObject
        {
            ["@type"] = "cr:RecordSet",
            ["@id"] = "images",
            ["name"] = "images",
            ["key"] = Reference("images/file"),
            ["field"] = new JsonArray(
                file,
                Field(
                    "images/image",
                    "sc:ImageObject",
                    new JsonObject
                    {
                        ["fileSet"] = Reference("photos"),
                        ["extract"] = new JsonObject { ["fileProperty"] = "content" },
                    }
                ),
                Field("images/label", new JsonArray("sc:Text", "cr:Label"), FromColumn("label")),
                Field("images/label_index", "sc:Integer", FromColumn("label_index")),
                split,
                Field("images/weight", "sc:Float", FromColumn("weight")),
                Field("images/group", "sc:Text", FromColumn("group"))
            ),
        };
    }

    private static JsonObject Field(string id, JsonNode dataType, JsonObject? source)
    {
        var field = new JsonObject
        {
            ["@type"] = "cr:Field",
            ["@id"] = id,
            ["name"] = id,
            ["dataType"] = dataType,
        };
        if (source is not null)
            field["source"] = source;
        return field;
    }

    private static JsonObject FromColumn(string column) =>
        new()
        {
            ["fileObject"] = Reference("labels"),
            ["extract"] = new JsonObject { ["column"] = column },
        };

    private static JsonObject Reference(string id) => new() { ["@id"] = id };
}
