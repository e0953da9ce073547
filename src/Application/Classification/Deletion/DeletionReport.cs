namespace GourmetGram.Application.Classification;

/// <summary>What a deletion has removed, and where the deleted photos had been used.</summary>
public sealed record DeletionReport
{
    /// <summary>The report of a deletion that removed nothing.</summary>
    public static readonly DeletionReport Nothing = new();

    /// <summary>Number of predictions, each with the answer and the data of its photo.</summary>
    public int Photos { get; init; }

    /// <summary>Files that were deleted.</summary>
    public DeletedFiles Files { get; init; } = new();

    /// <summary>Number of flags, corrections and confirmations, also those that were withdrawn.</summary>
    public int Feedback { get; init; }

    /// <summary>Number of labelling tasks. A task that shows another copy of the photo from now on is not counted.</summary>
    public int Tasks { get; init; }

    /// <summary>Number of labels and skips, also those that were withdrawn.</summary>
    public int Labels { get; init; }

    /// <summary>Number of tasks that Label Studio has too. The job <c>publish-tasks</c> deletes them there within minutes.</summary>
    public int LabelStudioTasks { get; init; }

    /// <summary>Numbers of the dataset versions that had one of the photos, in ascending order.</summary>
    public IReadOnlyList<int> DatasetVersions { get; init; } = [];

    /// <summary>Versions of the models that were trained on these dataset versions, in ascending order. They stay as they are.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Joins the reports of two parts of a deletion.</summary>
    public DeletionReport Add(DeletionReport other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new DeletionReport
        {
            Photos = Photos + other.Photos,
            Files = new DeletedFiles
            {
                Stored = Files.Stored + other.Files.Stored,
                Spooled = Files.Spooled + other.Files.Spooled,
                Thumbnails = Files.Thumbnails + other.Files.Thumbnails,
                DatasetCopies = Files.DatasetCopies + other.Files.DatasetCopies,
            },
            Feedback = Feedback + other.Feedback,
            Tasks = Tasks + other.Tasks,
            Labels = Labels + other.Labels,
            LabelStudioTasks = LabelStudioTasks + other.LabelStudioTasks,
            DatasetVersions = [.. DatasetVersions.Union(other.DatasetVersions).Order()],
            Models =
            [
                .. Models
                    .Union(other.Models, StringComparer.Ordinal)
                    .OrderBy(version => version.Length)
                    .ThenBy(version => version, StringComparer.Ordinal),
            ],
        };
    }

    /// <summary>Returns what an entry of the audit log says: everything that is not zero. Thumbnails are deleted after the entry.</summary>
    internal IReadOnlyDictionary<string, object> ToDetails()
    {
        (string Name, object Value, bool IsTold)[] all =
        [
            ("photos", Photos, Photos > 0),
            ("files in the store", Files.Stored, Files.Stored > 0),
            ("files in the spool", Files.Spooled, Files.Spooled > 0),
            ("copies in datasets", Files.DatasetCopies, Files.DatasetCopies > 0),
            ("feedback", Feedback, Feedback > 0),
            ("tasks", Tasks, Tasks > 0),
            ("labels", Labels, Labels > 0),
            ("tasks in Label Studio", LabelStudioTasks, LabelStudioTasks > 0),
            ("dataset versions", string.Join(", ", DatasetVersions), DatasetVersions.Count > 0),
            ("models", string.Join(", ", Models), Models.Count > 0),
        ];
        return all.Where(detail => detail.IsTold).ToDictionary(detail => detail.Name, detail => detail.Value, StringComparer.Ordinal);
    }
}

/// <summary>Numbers of deleted files.</summary>
public sealed record DeletedFiles
{
    /// <summary>Photos in the object store.</summary>
    public int Stored { get; init; }

    /// <summary>Photos in the spool, which waited for the object store.</summary>
    public int Spooled { get; init; }

    public int Thumbnails { get; init; }

    /// <summary>Copies in the folders of datasets.</summary>
    public int DatasetCopies { get; init; }
}
