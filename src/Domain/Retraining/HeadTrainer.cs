using System.Collections.Immutable;
using System.Numerics.Tensors;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace GourmetGram.Domain.Retraining;

/// <summary>A photo to train or to measure a head on.</summary>
/// <param name="Embedding">The backbone's output for the photo; empty if it is not known.</param>
/// <param name="Target">Share of each class, at least 0, with the sum 1: one class, or the votes of several people.</param>
/// <param name="Weight">Weight of the photo, at least 0. Only ratios between photos matter.</param>
/// <param name="Group">Photos of one group (equal or near-equal photos) are never split between training and measuring.</param>
/// <param name="Backbone">Identity of the backbone and its variant: embeddings of different backbones cannot be mixed.</param>
public sealed record TrainingPhoto(
    ImmutableArray<float> Embedding,
    ImmutableArray<double> Target,
    double Weight,
    string Group,
    string Backbone
)
{
    /// <summary>Index of the class with the largest share; the first one of equals.</summary>
    public int Class => Target.IndexOf(Target.Max());

    /// <summary>Returns the target of a photo with one class.</summary>
    /// <param name="label">Index of the class.</param>
    /// <param name="classes">Number of classes.</param>
    public static ImmutableArray<double> OneHot(int label, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(label, classes);
        return [.. Enumerable.Range(0, classes).Select(k => k == label ? 1.0 : 0)];
    }
}

/// <summary>How a head is fitted.</summary>
/// <param name="L2">Strength of the penalty, at least 0: 1/C of scikit-learn's <c>LogisticRegression</c>.</param>
/// <param name="GradientTolerance">Largest gradient, relative to the parameters, at which the minimiser stops.</param>
/// <param name="Prior">Head towards which weights and biases are pulled; null pulls the weights to 0 and leaves the biases free.</param>
/// <param name="Threads">Most threads to use. Their number does not change the result.</param>
public sealed record HeadFitSettings(double L2, double GradientTolerance, LinearHead? Prior, int Threads);

/// <summary>A fitted head.</summary>
/// <param name="Head">The head.</param>
/// <param name="Objective">Value of the minimised function.</param>
/// <param name="Iterations">Iterations of the minimiser.</param>
/// <param name="Passes">Number of times that objective and gradient were computed.</param>
public sealed record HeadFit(LinearHead Head, double Objective, int Iterations, int Passes);

/// <summary>
/// Multinomial logistic regression by L-BFGS (docs/training.md): minimises
/// <c>(1/Σq) Σ qᵢ · CE(tᵢ, softmax(W eᵢ + b)) + λ/2 ‖W − W₀‖²</c> with <c>λ = L2 / n</c>, where q are the weights and n is the number of
/// photos. The same photos in the same order give the same bits on the same kind of processor, whatever the number of threads: sums
/// are made in blocks whose limits depend on n only.
/// </summary>
public static class HeadTrainer
{
    private const int Memory = 20;
    private const int MostIterations = 1000;
    private const double Progress = 1e-10;

    /// <summary>Fits a head.</summary>
    /// <param name="photos">At least one photo with a weight above 0; embeddings are finite and of one length.</param>
    /// <param name="settings">How to fit.</param>
    /// <param name="start">Head to start from; null starts from 0, or from the prior.</param>
    /// <param name="pass">Receives the number of passes over the photos after each one; may be null.</param>
    /// <param name="cancellationToken">Cancels the fit within one pass.</param>
    /// <exception cref="ArgumentException">Photos, settings and heads do not fit together.</exception>
    /// <exception cref="OperationCanceledException">The fit was cancelled.</exception>
    public static HeadFit Fit(
        IReadOnlyList<TrainingPhoto> photos,
        HeadFitSettings settings,
        LinearHead? start,
        IProgress<int>? pass,
        CancellationToken cancellationToken
    )
    {
        var objective = new Objective(photos, settings, cancellationToken);
        var best = new Best(objective, pass);
        // Sums of vectors this short are not worth a second thread, and the server needs the threads.
        Control.UseSingleThread();
        var minimizer = new LimitedMemoryBfgsMinimizer(settings.GradientTolerance, Progress, Progress, Memory, MostIterations);
        int iterations;
        try
        {
            iterations = minimizer.FindMinimum(ObjectiveFunction.Gradient(best.Evaluate), objective.PointOf(start)).Iterations;
        }
        catch (OptimizationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // The line search cannot improve on the precision of float32. The best point is as good as it gets.
            iterations = best.Passes;
        }

        return new HeadFit(objective.HeadOf(best.Point), best.Value, iterations, best.Passes);
    }

    /// <summary>Computes the minimised function and its gradient once.</summary>
    /// <param name="photos">As in <see cref="Fit"/>.</param>
    /// <param name="settings">As in <see cref="Fit"/>.</param>
    /// <param name="point">Weights row by row, then biases.</param>
    /// <param name="gradient">Receives the derivative by each number of <paramref name="point"/>.</param>
    /// <exception cref="ArgumentException">Photos, settings and point do not fit together.</exception>
    public static double Evaluate(
        IReadOnlyList<TrainingPhoto> photos,
        HeadFitSettings settings,
        ReadOnlySpan<double> point,
        Span<double> gradient
    ) => new Objective(photos, settings, CancellationToken.None).Evaluate(point, gradient);

    /// <summary>Remembers the best point that the minimiser has asked for.</summary>
    private sealed class Best(Objective objective, IProgress<int>? pass)
    {
        public int Passes { get; private set; }

        public double Value { get; private set; } = double.PositiveInfinity;

        public double[] Point { get; private set; } = [];

        public (double, Vector<double>) Evaluate(Vector<double> point)
        {
            var gradient = new double[point.Count];
            var numbers = point.AsArray() ?? point.ToArray();
            var value = objective.Evaluate(numbers, gradient);
            Passes++;
            if (value < Value)
                (Value, Point) = (value, [.. numbers]);
            pass?.Report(Passes);
            return (value, Vector<double>.Build.Dense(gradient));
        }
    }

    private sealed class Objective
    {
        private readonly IReadOnlyList<TrainingPhoto> photos;
        private readonly LinearHead? prior;
        private readonly double lambda;
        private readonly double sumOfWeights;
        private readonly int classes;
        private readonly int dimension;
        private readonly float[] weights;
        private readonly double[] biases;
        private readonly Chunk[] chunks;
        private readonly ParallelOptions parallel;

        public Objective(IReadOnlyList<TrainingPhoto> photos, HeadFitSettings settings, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(photos);
            ArgumentNullException.ThrowIfNull(settings);
            ArgumentOutOfRangeException.ThrowIfNegative(settings.L2, nameof(settings));
            ArgumentOutOfRangeException.ThrowIfLessThan(settings.Threads, 1, nameof(settings));
            this.photos = photos = [.. photos.Where(photo => photo.Weight > 0)];
            if (photos.Count == 0)
                throw new ArgumentException("No photo has a weight.", nameof(photos));
            (classes, dimension) = (photos[0].Target.Length, photos[0].Embedding.Length);
            if (photos.Any(photo => photo.Target.Length != classes || photo.Embedding.Length != dimension))
                throw new ArgumentException("All photos have targets of one length and embeddings of one length.", nameof(photos));
            prior = settings.Prior;
            if (prior is not null && (prior.Classes != classes || prior.Dimension != dimension))
                throw new ArgumentException($"The prior is not a head of {classes} classes and {dimension} dimensions.", nameof(settings));
            lambda = settings.L2 / photos.Count;
            sumOfWeights = photos.Sum(photo => photo.Weight);
            (weights, biases) = (new float[classes * dimension], new double[classes]);
            parallel = new ParallelOptions { MaxDegreeOfParallelism = settings.Threads, CancellationToken = cancellationToken };
            var size = Chunk.SizeOf(photos.Count);
            chunks =
            [
                .. Enumerable
                    .Range(0, (photos.Count + size - 1) / size)
                    .Select(chunk => new Chunk(this, chunk * size, Math.Min((chunk + 1) * size, photos.Count))),
            ];
        }

        public Vector<double> PointOf(LinearHead? start)
        {
            if ((start ?? prior) is not { } head)
                return Vector<double>.Build.Dense((classes * dimension) + classes);
            return head.Classes == classes && head.Dimension == dimension
                ? Vector<double>.Build.Dense([.. head.Weights, .. head.Biases])
                : throw new ArgumentException($"The start is not a head of {classes} classes and {dimension} dimensions.", nameof(start));
        }

        public LinearHead HeadOf(double[] point) =>
            new(
                classes,
                dimension,
                [.. point.Take(classes * dimension).Select(weight => (float)weight)],
                [.. point.Skip(classes * dimension).Select(bias => (float)bias)]
            );

        public double Evaluate(ReadOnlySpan<double> point, Span<double> gradient)
        {
            if (point.Length != weights.Length + classes || gradient.Length != point.Length)
                throw new ArgumentException($"A point has {weights.Length + classes} numbers.", nameof(point));
            TensorPrimitives.ConvertTruncating(point[..weights.Length], weights.AsSpan());
            point[weights.Length..].CopyTo(biases);
            Parallel.For(0, chunks.Length, parallel, chunk => chunks[chunk].Run());

            gradient.Clear();
            var loss = 0.0;
            foreach (var chunk in chunks)
            {
                loss += chunk.Loss;
                TensorPrimitives.Add(gradient, chunk.Gradient, gradient);
            }

            TensorPrimitives.Divide(gradient, sumOfWeights, gradient);
            return (loss / sumOfWeights) + (lambda / 2 * Penalty(point, gradient));
        }

        /// <summary>Adds the penalty's derivative to the gradient.</summary>
        /// <returns>Squared distance from the prior.</returns>
        private double Penalty(ReadOnlySpan<double> point, Span<double> gradient)
        {
            var sum = 0.0;
            for (var i = 0; i < (prior is null ? weights.Length : point.Length); i++)
            {
                var difference = point[i] - PriorAt(i);
                sum += difference * difference;
                gradient[i] += lambda * difference;
            }

            return sum;
        }

        private double PriorAt(int i) =>
            prior is null ? 0
            : i < weights.Length ? prior.Weights[i]
            : prior.Biases[i - weights.Length];

        /// <summary>Some consecutive photos. Each chunk has sums of its own, which are added in the order of the chunks.</summary>
        private sealed class Chunk(Objective owner, int first, int end)
        {
            /// <summary>Photos whose gradients are added in float32 before they are added to the sum in float64.</summary>
            private const int Block = 64;

            private const int MostChunks = 8;

            private readonly float[] coefficients = new float[owner.classes * Block];
            private readonly float[] sum = new float[owner.dimension];
            private readonly double[] logits = new double[owner.classes];

            public double Loss { get; private set; }

            public double[] Gradient { get; } = new double[owner.weights.Length + owner.classes];

            public static int SizeOf(int photos)
            {
                var blocks = (photos + Block - 1) / Block;
                return (blocks + MostChunks - 1) / MostChunks * Block;
            }

            public void Run()
            {
                Loss = 0;
                Gradient.AsSpan().Clear();
                for (var block = first; block < end; block += Block)
                {
                    var count = Math.Min(Block, end - block);
                    for (var i = 0; i < count; i++)
                        Loss += Forward(owner.photos[block + i], i);
                    for (var k = 0; k < owner.classes; k++)
                        Backward(k, block, count);
                }
            }

            private double Forward(TrainingPhoto photo, int i)
            {
                var embedding = photo.Embedding.AsSpan();
                var largest = double.NegativeInfinity;
                for (var k = 0; k < logits.Length; k++)
                {
                    logits[k] =
                        TensorPrimitives.Dot(owner.weights.AsSpan(k * owner.dimension, owner.dimension), embedding) + owner.biases[k];
                    largest = Math.Max(largest, logits[k]);
                }

                var exponentials = 0.0;
                foreach (var logit in logits)
                    exponentials += Math.Exp(logit - largest);
                var normalizer = largest + Math.Log(exponentials);
                var loss = 0.0;
                for (var k = 0; k < logits.Length; k++)
                {
                    var coefficient = photo.Weight * (Math.Exp(logits[k] - normalizer) - photo.Target[k]);
                    coefficients[(k * Block) + i] = (float)coefficient;
                    Gradient[owner.weights.Length + k] += coefficient;
                    loss += photo.Target[k] * (normalizer - logits[k]);
                }

                return photo.Weight * loss;
            }

            private void Backward(int k, int block, int count)
            {
                sum.AsSpan().Clear();
                for (var i = 0; i < count; i++)
                    TensorPrimitives.MultiplyAdd(
                        owner.photos[block + i].Embedding.AsSpan(),
                        coefficients[(k * Block) + i],
                        sum,
                        sum.AsSpan()
                    );
                var gradient = Gradient.AsSpan(k * owner.dimension, owner.dimension);
                for (var d = 0; d < gradient.Length; d++)
                    gradient[d] += sum[d];
            }
        }
    }
}
