using System.Collections.Immutable;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Feedback.Strategies;
using GourmetGram.Domain.Labeling;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Monitoring;

/// <summary>Rows that monitoring reads, made as use cases make them.</summary>
internal static class MonitoringData
{
    public static readonly Caller Administrator = new(new Actor(ActorKind.ApiKey, "admin"), IsReviewer: true, IsAdministrator: true);

    public static KeyedOrder Order { get; } = SamplingKey.Create("key", new byte[16], Some.Time).ToOrder();

    public static ModelVersion Model(string version, DateTimeOffset firstSeen, params ImmutableArray<string> labels) =>
        ModelVersion.Register("three", version, "float", new string('a', 64), 1, labels.IsEmpty ? Some.Labels : labels, firstSeen);

    /// <summary>The number names the photo: equal numbers are copies.</summary>
    public static Prediction Photo(ModelVersion model, int number, DateTimeOffset at, params float[] probabilities) =>
        Prediction.Record(
            Some.Jpeg($"{number:x64}", 4),
            new ClassProbabilities([.. probabilities]),
            model,
            Some.Visitor,
            TimeSpan.Zero,
            TimeSpan.Zero,
            at
        );

    /// <summary>A task for a photo, created when the photo was classified.</summary>
    public static AnnotationTask Task(Prediction photo, Strategy? strategy = null, bool isBlind = true, int votes = 1)
    {
        var settings = new LoopSettings(
            IsEnabled: true,
            "bucket",
            Surface.Review,
            isBlind,
            votes,
            DailyLimit: 0,
            ImmutableSortedDictionary<string, string>.Empty
        );
        var selection = Selection.ByRule(photo, strategy ?? new RandomSample(), settings, "because", Order, photo.CreatedAt, isSure: false);
        return AnnotationTask.For(selection, settings, photo.CreatedAt);
    }
}
