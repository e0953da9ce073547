using System.Collections.Immutable;
using System.Diagnostics;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Onnx;

namespace GourmetGram.Benchmarks.Training;

/// <summary>
/// Trains a head on 5,000 photos and the replay set of the bundled model, with the choice of the regularisation. The limit is one pass:
/// objective and gradient of all photos, once.
/// </summary>
internal static class TrainBenchmark
{
    private const int Photos = 5000;
    private const int Rounds = 3;
    private const int Passes = 20;

    public static int Run()
    {
        var artifact = ModelArtifact.Read(new ModelOptions().DirectoryPath, ModelVariant.Float);
        var reference = ReferenceReader.Read(artifact.Directory, artifact.Manifest)!;
        var own = Make(reference.Holdout);
        var request = new HeadTrainingRequest
        {
            Labels = artifact.Manifest.Labels,
            Backbone = artifact.Variant.Sha256,
            Photos = own,
            Reference = reference,
            Champion = OnnxHead.Find(artifact).Head,
            Temperature = artifact.Variant.Temperature,
        };
        for (var round = 0; round < Rounds; round++)
        {
            var before = TimePass([.. reference.Replay, .. own], request.Threads);
            var start = Stopwatch.GetTimestamp();
            var trained = HeadSelection.Train(request, progress: null, CancellationToken.None);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var pass = (before + TimePass([.. reference.Replay, .. own], request.Threads)) / 2;
            Console.WriteLine(
                $"{own.Length} photos and {reference.Replay.Length} of the replay set, {request.Threads} threads: {seconds:0.0} s, "
                    + $"{seconds / pass:0} × one pass of {1000 * pass:0.0} ms; L2 = {trained.L2}, {trained.Iterations} iterations"
            );
        }

        return 0;
    }

    /// <summary>Photos between two photos of a class, so that they are neither equal nor easier than real ones.</summary>
    private static ImmutableArray<TrainingPhoto> Make(ImmutableArray<TrainingPhoto> photos)
    {
        var random = new Random(19);
        var classes = photos.GroupBy(photo => photo.Class).OrderBy(group => group.Key).Select(group => group.ToList()).ToList();
        return
        [
            .. Enumerable
                .Range(0, Photos)
                .Select(i =>
                {
                    var ofClass = classes[i % classes.Count];
                    var (one, other) = (ofClass[random.Next(ofClass.Count)], ofClass[random.Next(ofClass.Count)]);
                    var share = random.NextSingle();
                    return one with
                    {
                        Embedding = [.. one.Embedding.Zip(other.Embedding, (a, b) => (share * a) + ((1 - share) * b))],
                        Group = $"{i}",
                    };
                }),
        ];
    }

    private static double TimePass(ImmutableArray<TrainingPhoto> photos, int threads)
    {
        var settings = new HeadFitSettings(HeadSelection.DefaultL2, HeadSelection.FinalTolerance, Prior: null, threads);
        var length = photos[0].Target.Length * (photos[0].Embedding.Length + 1);
        var (point, gradient) = (new double[length], new double[length]);
        HeadTrainer.Evaluate(photos, settings, point, gradient);
        var times = Enumerable
            .Range(0, Passes)
            .Select(_ =>
            {
                var start = Stopwatch.GetTimestamp();
                HeadTrainer.Evaluate(photos, settings, point, gradient);
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            })
            .Order()
            .ToList();
        return times[Passes / 2];
    }
}
