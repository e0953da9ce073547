namespace GourmetGram.Application.Monitoring;

/// <summary>The names of the alert rules, which are stored and never change, and their titles.</summary>
public static class RuleNames
{
    /// <summary>The accuracy of the serving version.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>The serving version beside the version before.</summary>
    public const string VersionBefore = "version-before";

    /// <summary>The difference between the model's confidence and its accuracy.</summary>
    public const string ConfidenceGap = "confidence-gap";

    /// <summary>Photos of the random sample that wait for a label.</summary>
    public const string Backlog = "backlog";

    /// <summary>The object store.</summary>
    public const string ObjectStore = "object-store";

    /// <summary>Label Studio.</summary>
    public const string LabelStudio = "label-studio";

    /// <summary>The model that answers in shadow.</summary>
    public const string Shadow = "shadow";

    /// <summary>The disk of the data directory.</summary>
    public const string Disk = "disk";

    private const string ClassPrefix = "class:";
    private const string JobPrefix = "job:";
    private const string ChannelPrefix = "channel:";

    private static readonly string[] Order =
    [
        Accuracy,
        VersionBefore,
        ConfidenceGap,
        ClassPrefix,
        Backlog,
        ObjectStore,
        LabelStudio,
        Disk,
        Shadow,
    ];

    /// <summary>Returns the rule for the accuracy of a class.</summary>
    public static string OfClass(string name) => ClassPrefix + name;

    /// <summary>Returns the rule for the last run of a job.</summary>
    public static string OfJob(string name) => JobPrefix + name;

    /// <summary>Returns the rule for the deliveries of a channel.</summary>
    public static string OfChannel(Domain.Monitoring.MessageChannel channel) =>
        ChannelPrefix + (channel == Domain.Monitoring.MessageChannel.Webhook ? "webhook" : "email");

    /// <summary>Whether the rule is about a class.</summary>
    public static bool IsOfClass(string rule) => rule.StartsWith(ClassPrefix, StringComparison.Ordinal);

    /// <summary>Whether the rule is about a job.</summary>
    public static bool IsOfJob(string rule) => rule.StartsWith(JobPrefix, StringComparison.Ordinal);

    /// <summary>Returns the rule in words.</summary>
    public static string TitleOf(string rule) =>
        rule switch
        {
            Accuracy => "Accuracy",
            VersionBefore => "Accuracy beside the version before",
            ConfidenceGap => "Confidence and accuracy differ",
            Backlog => "Random sample waits for labels",
            ObjectStore => "Object store",
            LabelStudio => "Label Studio",
            Disk => "Disk space",
            Shadow => "Model in shadow",
            "channel:webhook" => "Alerts by webhook",
            "channel:email" => "Alerts by e-mail",
            _ when IsOfClass(rule) => $"Accuracy of {rule[ClassPrefix.Length..]}",
            _ when IsOfJob(rule) => $"Job {rule[JobPrefix.Length..]}",
            _ => rule,
        };

    /// <summary>Returns the place of a rule in lists: the model first, then the operation.</summary>
    public static int PlaceOf(string rule)
    {
        var place = Array.FindIndex(Order, known =>
            rule == known || (known[^1] == ':' && rule.StartsWith(known, StringComparison.Ordinal))
        );
        return place < 0 ? Order.Length : place;
    }
}
