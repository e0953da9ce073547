using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>Selects the model that classifies photos.</summary>
[SettingsSection("Model")]
public sealed class ModelOptions
{
    [Description(
        "Model folder, with `manifest.json` and the files it names. A relative path starts at the working directory. Empty means "
            + "`models/food11` beside the executable."
    )]
    public string Directory { get; set; } = "";

    [Description(
        "Model variant: `float` (any processor) or `int8` (faster, needs a processor with VNNI). Empty means the manifest's " + "default."
    )]
    [AllowedValues(null, "float", "int8", ErrorMessage = "{0} must be float, int8 or empty.")]
    public string? Variant { get; set; }

    /// <summary>Absolute path of the model folder.</summary>
    public string DirectoryPath =>
        Directory.Length == 0 ? Path.Combine(AppContext.BaseDirectory, "models", "food11") : Path.GetFullPath(Directory);
}
