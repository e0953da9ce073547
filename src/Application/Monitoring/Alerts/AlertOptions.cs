using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Monitoring;

/// <summary>When an alert is raised, and who is told.</summary>
[SettingsSection("Alerts")]
public sealed class AlertOptions
{
    [Description("Lowest good accuracy in percent. An alert is raised when the accuracy of the last 28 days is clearly below.")]
    [Range(1, 100)]
    public int AccuracyFloorPercent { get; set; } = 80;

    [Description(
        "Lowest good accuracy of a class, by label, in percent. An alert is raised when the accuracy of the last 90 days is clearly below."
    )]
    [Range(1, 100)]
    public int ClassFloorPercent { get; set; } = 60;

    [Description(
        "Largest good difference between the model's confidence and its accuracy, in percentage points. An alert is raised when the "
            + "difference of the last 90 days is clearly above."
    )]
    [Range(1, 100)]
    public int ConfidenceGapPoints { get; set; } = 5;

    [Description("Days that a photo of the random sample may wait for a label before an alert is raised.")]
    [Range(1, 365)]
    public int BacklogDays { get; set; } = 7;

    [Description("Free space on the disk of the data directory, in MiB. An alert is raised when less is left.")]
    [Range(1, 10_000_000)]
    public int DiskFreeMebibytes { get; set; } = 1024;

    [Description("Days that changes of alerts are kept, for their history. Changes whose message is not delivered yet stay.")]
    [Range(31, 10_000)]
    public int KeepChangesDays { get; set; } = 400;

    [Description("Days that messages about alerts are kept after they were delivered or given up.")]
    [Range(1, 10_000)]
    public int KeepMessagesDays { get; set; } = 90;

    [Description("Address that receives alerts as webhooks (Standard Webhooks), e.g. `https://hooks.example.org/food`. Empty means none.")]
    public string? WebhookUrl { get; set; }

    [Description("Secret that signs webhooks: `whsec_` and the Base64 text of 24 to 64 random bytes.")]
    [Secret]
    public string? WebhookSecret { get; set; }

    [Description("E-mail addresses that receive alerts, separated by commas. Empty means none.")]
    public string? EmailTo { get; set; }

    [Description("E-mail address that alerts and links for choosing a password come from.")]
    public string? EmailFrom { get; set; }

    [Description("Host name of the mail server (SMTP). With `Alerts:EmailFrom`, administrators can send invitations by e-mail.")]
    public string? SmtpHost { get; set; }

    [Description("Port of the mail server. Port 465 uses TLS from the start; others use STARTTLS if the server offers it.")]
    [Range(1, 65_535)]
    public int SmtpPort { get; set; } = 587;

    [Description("User name for the mail server. Empty means that it needs none. With a user name, TLS is required.")]
    public string? SmtpUser { get; set; }

    [Description("Password for the mail server.")]
    [Secret]
    public string? SmtpPassword { get; set; }
}
