using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Classification;

/// <summary>How long photos are kept.</summary>
[SettingsSection("Retention")]
public sealed class RetentionOptions
{
    [Description("Days after which photos are deleted, with everything that is known of them. 0 means that they are kept.")]
    [Range(0, 36_500)]
    public int PhotoDays { get; set; }

    [Description("Days after which photos without a label are deleted. 0 means that they are kept as long as others.")]
    [Range(0, 36_500)]
    public int UnlabelledPhotoDays { get; set; }

    internal DateTimeOffset? Cutoff(DateTimeOffset now) => PhotoDays > 0 ? now.AddDays(-PhotoDays) : null;

    internal DateTimeOffset? UnlabelledCutoff(DateTimeOffset now) => UnlabelledPhotoDays > 0 ? now.AddDays(-UnlabelledPhotoDays) : null;
}
