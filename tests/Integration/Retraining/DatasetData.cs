using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GourmetGram.Application.Classification;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Feedback.Strategies;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Monitoring;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Retraining;

/// <summary>Collects photos and labels as use cases make them, and stores them in a database.</summary>
internal sealed class DatasetData
{
    private readonly List<(Prediction Photo, bool? IsMeasuring)> photos = [];
    private readonly List<AnnotationTask> tasks = [];
    private readonly List<HumanLabel> labels = [];

    public ModelVersion Model { get; } = MonitoringData.Model("1", Some.Time.AddDays(-3));

    /// <summary>Adds a photo in a closed window that may train.</summary>
    /// <param name="number">Names the bytes: equal numbers are copies.</param>
    /// <param name="maker">The sender; an API key if left out.</param>
    /// <param name="upload">Names the uploaded bytes, where they differ from the stored ones.</param>
    /// <param name="isMeasuring">Whether the window is reserved for measuring; null for no window.</param>
    /// <param name="model">The model that answered.</param>
    /// <param name="minute">Minutes after the first photo; the number if left out.</param>
    /// <param name="confidence">Probability of the first class.</param>
    public Prediction Photo(
        int number,
        Actor? maker = null,
        int? upload = null,
        bool? isMeasuring = false,
        ModelVersion? model = null,
        int? minute = null,
        float confidence = 0.8f
    )
    {
        var of = model ?? Model;
        var rest = (1 - confidence) / (of.Labels.Length - 1);
        var photo = Prediction.Record(
            Some.Jpeg(HashOf($"upload {upload ?? number}"), 4) with
            {
                StoredSha256 = HashOf($"stored {number}"),
            },
            new ClassProbabilities([confidence, .. Enumerable.Repeat(rest, of.Labels.Length - 1)]),
            of,
            maker ?? new Actor(ActorKind.ApiKey, "kiosk"),
            TimeSpan.Zero,
            TimeSpan.Zero,
            Some.Time.AddMinutes(minute ?? number)
        );
        photos.Add((photo, isMeasuring));
        return photo;
    }

    /// <summary>Labels a photo in a loop: each answer is given by another person.</summary>
    public AnnotationTask Label(Prediction photo, Strategy? strategy, params Answer[] answers)
    {
        var task = MonitoringData.Task(photo, strategy ?? new LowConfidence(), isBlind: false, votes: Math.Max(answers.Length, 1));
        var given = new List<HumanLabel>();
        foreach (var (i, answer) in answers.Index())
            given.Add(task.Decide($"Account:{i}", LabelSource.Review, answer, given, photo.CreatedAt.AddMinutes(i + 1)));
        tasks.Add(task);
        labels.AddRange(given);
        return task;
    }

    /// <summary>Labels a photo as three people who all disagree, where two should have been enough.</summary>
    public void Dispute(Prediction photo)
    {
        var task = MonitoringData.Task(photo, new LowConfidence(), isBlind: false, votes: 2);
        var given = new List<HumanLabel>();
        foreach (var i in Enumerable.Range(0, 3))
            given.Add(task.Decide($"Account:{i}", LabelSource.Review, Answer.Class(i), given, photo.CreatedAt.AddMinutes(i + 1)));
        Assert.Equal(TaskState.Disputed, task.State);
        tasks.Add(task);
        labels.AddRange(given);
    }

    public AnnotationTask Label(Prediction photo, int classIndex, Strategy? strategy = null) =>
        Label(photo, strategy, Answer.Class(classIndex));

    /// <summary>Stores everything that was added since the last time.</summary>
    public Task SaveAsync(PersistenceHost host) =>
        host.InStepAsync(async scope =>
        {
            var context = scope.GetRequiredService<GourmetGramDbContext>();
            var known = await context.Set<ModelVersion>().Select(model => model.Id).ToListAsync(TestContext.Current.CancellationToken);
            foreach (var model in photos.Select(photo => photo.Photo.Model).Distinct().Where(model => known.Contains(model.Id)))
                context.Attach(model);
            foreach (var group in photos.GroupBy(photo => photo.IsMeasuring))
            {
                context.AddRange(group.Select(photo => photo.Photo));
                if (group.Key is not { } isMeasuring)
                    continue;
                var window = WindowOf(isMeasuring);
                context.Add(window);
                foreach (var (photo, _) in group)
                    context.Entry(photo).Property(p => p.WindowId).CurrentValue = window.Id;
            }

            context.AddRange(tasks);
            context.AddRange(labels);
            photos.Clear();
            tasks.Clear();
            labels.Clear();
        });

    /// <summary>The loop's selection of a copy, which keeps the task when the first copy is deleted.</summary>
    public static Selection SelectionOf(Prediction photo)
    {
        var settings = new LoopSettings(
            IsEnabled: true,
            "bucket",
            Surface.Review,
            IsBlind: false,
            Votes: 1,
            DailyLimit: 0,
            ImmutableSortedDictionary<string, string>.Empty
        );
        return Selection.ByRule(photo, new LowConfidence(), settings, "because", MonitoringData.Order, photo.CreatedAt, isSure: false);
    }

    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static string StoredOf(int number) => HashOf(string.Create(CultureInfo.InvariantCulture, $"stored {number}"));

    /// <summary>The key reserves half of all windows, so the second or third try gives the other half.</summary>
    private SamplingWindow WindowOf(bool isMeasuring)
    {
        while (true)
        {
            var window = SamplingWindow.Begin(MonitoringData.Order, Model.Id, Some.Time.AddDays(1));
            if (window.IsForMeasuring != isMeasuring)
                continue;
            window.Close(1, Some.Time.AddDays(1), Some.Time.AddDays(1));
            return window;
        }
    }

    /// <summary>A host with a model of three classes.</summary>
    public static void AddModel(IServiceCollection services) => services.AddSingleton<IClassifier, ThreeClasses>();
}
