using System.Security.Cryptography;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>All that Label Studio knows. Read and write it under <see cref="Gate"/>, and hold that for no call to another server.</summary>
internal sealed class Database(TimeProvider time)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMicroseconds(1);

    private readonly Dictionary<string, int> lastIds = new(StringComparer.Ordinal);
    private DateTimeOffset last = DateTimeOffset.MinValue;

    public Lock Gate { get; } = new();

    /// <summary>What access tokens are signed with.</summary>
    public byte[] Secret { get; init; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>When the organization was made, with the database.</summary>
    public DateTimeOffset CreatedAt { get; } = time.GetUtcNow();

    public bool ApiTokensEnabled { get; set; } = true;

    public bool LegacyTokensEnabled { get; set; }

    public List<UserRow> Users { get; } = [];

    public List<AccessKeyRow> AccessKeys { get; } = [];

    public List<ProjectRow> Projects { get; } = [];

    public List<StorageRow> Sources { get; } = [];

    public List<StorageRow> Targets { get; } = [];

    public List<TaskRow> Tasks { get; } = [];

    /// <summary>
    /// Which (storage, key) is imported already, with the task that was made: one key may be many tasks, and a task that is deleted is
    /// forgotten here.
    /// </summary>
    public List<(int Storage, string Key, int Task)> Links { get; } = [];

    public List<AnnotationRow> Annotations { get; } = [];

    public List<SideNoteRow> Predictions { get; } = [];

    public List<SideNoteRow> Drafts { get; } = [];

    public List<WebhookRow> Webhooks { get; } = [];

    /// <summary>The clock's time; never the same twice, so that what happened later also sorts later.</summary>
    public DateTimeOffset Now()
    {
        lock (Gate)
        {
            var now = time.GetUtcNow();
            return last = now > last ? now : last + Tick;
        }
    }

    /// <summary>Ids count up for each kind of row, and are never given twice.</summary>
    public int NextId(string kind) => lastIds[kind] = lastIds.GetValueOrDefault(kind) + 1;

    public UserRow AddUser(string firstName, string lastName, string email, string? legacyToken = null)
    {
        var user = new UserRow
        {
            Id = NextId("user"),
            FirstName = firstName,
            LastName = lastName,
            Email = email,
            Password = RandomHex(),
            LegacyToken = legacyToken ?? RandomHex(),
            Session = RandomHex(),
        };
        Users.Add(user);
        return user;
    }

    public UserRow UserOf(int id) => Users.Single(user => user.Id == id);

    /// <summary>A project as its own calls see it: those of another organization are not there.</summary>
    /// <exception cref="Refusal">404: there is none.</exception>
    public ProjectRow ProjectOf(UserRow user, int id) =>
        Projects.Find(project => project.Id == id && project.Organization == user.Organization) ?? throw NoProject();

    /// <summary>A project as the calls see it that list what belongs to it.</summary>
    /// <exception cref="Refusal">404: there is none; 403: it is that of another organization.</exception>
    public ProjectRow ProjectToList(UserRow user, int id)
    {
        var project = Projects.Find(candidate => candidate.Id == id) ?? throw NoProject();
        return project.Organization == user.Organization ? project : throw Refusal.Forbidden();
    }

    /// <exception cref="Refusal">404: there is none.</exception>
    public TaskRow TaskOf(int id) => Tasks.Find(task => task.Id == id) ?? throw Refusal.NotFound("No Task matches the given query.");

    /// <exception cref="Refusal">404: there is none.</exception>
    public AnnotationRow AnnotationOf(int id) =>
        Annotations.Find(annotation => annotation.Id == id) ?? throw Refusal.NotFound("No Annotation matches the given query.");

    public IReadOnlyList<AnnotationRow> AnnotationsOf(TaskRow task) => Annotations.FindAll(annotation => annotation.Task == task.Id);

    /// <summary>
    /// Labelled: as many people as the task wants have answered with a result, which may be empty but not missing. Where skips are ignored
    /// they count as answers.
    /// </summary>
    public void Recount(TaskRow task) =>
        task.IsLabeled =
            AnnotationsOf(task)
                .Where(annotation => annotation.Result is not null && (!annotation.WasCancelled || IgnoresSkips(task)))
                .DistinctBy(annotation => annotation.CompletedBy)
                .Count() >= task.Overlap;

    /// <summary>
    /// Gives tasks of a project the overlap that its settings say, after a change of them. Tasks with an overlap of their own keep it,
    /// unless all want one answer.
    /// </summary>
    public void SpreadOverlap(ProjectRow project, bool isCohortChanged)
    {
        var tasks = Tasks.FindAll(task => task.Project == project.Id);
        var votes = project.Fields.Number("maximum_annotations") ?? 1;
        var share = project.Fields.Number("overlap_cohort_percentage") ?? 100;
        if (isCohortChanged)
        {
            if (votes == 1)
                return;
            // Of equal ones the choice is chance; here the oldest.
            var ranked = tasks.OrderByDescending(task => AnnotationsOf(task).Count).ThenBy(task => task.Id).ToList();
            var chosen = ranked.Take((int)((tasks.Count * share / 100.0) + 0.5)).ToHashSet();
            tasks.ForEach(task => task.Overlap = chosen.Contains(task) ? votes : 1);
        }
        else
        {
            var affected = votes > 1 && tasks.Exists(task => task.Overlap > 1) ? tasks.FindAll(task => task.Overlap > 1) : tasks;
            affected.ForEach(task => task.Overlap = votes);
            tasks = affected;
        }

        tasks.ForEach(Recount);
    }

    private bool IgnoresSkips(TaskRow task) =>
        Projects.Find(project => project.Id == task.Project)?.Fields.Text("skip_queue") == "IGNORE_SKIPPED";

    private static Refusal NoProject() => Refusal.NotFound("No Project matches the given query.");

    public void Remove(TaskRow task)
    {
        Tasks.Remove(task);
        Links.RemoveAll(link => link.Task == task.Id);
        Annotations.RemoveAll(annotation => annotation.Task == task.Id);
        Predictions.RemoveAll(prediction => prediction.Task == task.Id);
        Drafts.RemoveAll(draft => draft.Task == task.Id);
    }

    public string NewUniqueId() => Guid.CreateVersion7(Now()).ToString();

    public static string RandomHex() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
}
