using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Training;

/// <summary>The program that trains whole models.</summary>
[SettingsSection("Trainer")]
public sealed class TrainerOptions
{
    [Description(
        "Command that trains a whole model, e.g. `python3 /opt/train.py {job}`; `{job}` is replaced by the folder of the training. "
            + "See [Training by a program of your own](training.md). Empty means that only heads can be trained."
    )]
    public string Command { get; set; } = "";

    [Description("Minutes after which the program is ended, and the training fails.")]
    [Range(1, 10_080)]
    public int Minutes { get; set; } = 120;

    [Description("Megabytes that the program may write to the folder of the training.")]
    [Range(1, 1_000_000)]
    public int Megabytes { get; set; } = 2048;
}
