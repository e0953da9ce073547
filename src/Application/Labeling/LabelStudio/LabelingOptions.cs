using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Labeling;

/// <summary>How tasks in Label Studio link to photos.</summary>
public enum ImageLinks
{
    /// <summary>A signed link to this server, which every version of Label Studio can show.</summary>
    Media = 0,

    /// <summary>
    /// The photo's address in the object store, from which Label Studio fetches it. Blind loops always have <see cref="Media"/>, because
    /// the address contains the model's answer.
    /// </summary>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The design's and S3's word.")]
    Object,
}

/// <summary>Settings for labelling.</summary>
[SettingsSection("Labeling")]
public sealed class LabelingOptions
{
    [Description(
        "How tasks in Label Studio link to photos: `Media` (a signed link to this server) or `Object` (the S3 address, which Label "
            + "Studio 1.17 and newer can read). Blind loops always use `Media`."
    )]
    [EnumDataType(typeof(ImageLinks))]
    public ImageLinks ImageLinks { get; set; } = ImageLinks.Media;

    [Description(
        "Percentage of the photos on the review page that are known answers: photos that a manager marked, handed out again to see how "
            + "reliable people are. 0 means none."
    )]
    [Range(0, 50)]
    public int KnownAnswerPercent { get; set; }
}
