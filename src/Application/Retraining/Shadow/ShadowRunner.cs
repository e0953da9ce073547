using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Threading.Channels;
using GourmetGram.Application.Classification;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Retraining;

/// <summary>An answer in shadow.</summary>
/// <param name="PredictionId">The photo's prediction.</param>
/// <param name="Probabilities">The answer.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record ShadowAnswer(Guid PredictionId, ClassProbabilities Probabilities, double Milliseconds);

/// <summary>What happened in shadow since the last look.</summary>
/// <param name="ShadowId">The run.</param>
/// <param name="Answers">The answers.</param>
/// <param name="Dropped">Photos that found the queue full.</param>
/// <param name="Failed">Photos that the model failed to answer.</param>
/// <param name="Fault">Why the model was switched off here, as a sentence; null if it was not.</param>
internal sealed record ShadowReport(Guid ShadowId, IReadOnlyList<ShadowAnswer> Answers, long Dropped, long Failed, string? Fault)
{
    public bool IsEmpty => Answers.Count == 0 && Dropped + Failed == 0 && Fault is null;
}

/// <summary>
/// Lets a model answer photos in shadow on this node. Photos are answered one at a time, in the background. Photos wait in a short
/// queue; those that find it full are counted and dropped. A model that fails ten times in a row is switched off.
/// </summary>
internal sealed class ShadowRunner(IOptions<RetrainingOptions> options, TimeProvider time, ILogger<ShadowRunner> logger)
    : IShadow,
        IDisposable,
        IAsyncDisposable
{
    /// <summary>Faults in a row after which the model is switched off.</summary>
    public const int MostFaults = 10;

    /// <summary>Most answers that wait to be stored; while the database does not respond, further photos are dropped.</summary>
    public const int MostAnswers = 5000;

    private Run? run;

    public bool IsOn => Volatile.Read(ref run) is { HasFailed: false };

    /// <summary>The run that this node takes part in, also after the model was switched off here; null for none.</summary>
    public Guid? ShadowId => Volatile.Read(ref run)?.Id;

    public void Offer(ShadowPhoto photo)
    {
        ArgumentNullException.ThrowIfNull(photo);
        Volatile.Read(ref run)?.Offer(photo);
    }

    /// <summary>Begins to take part in a run. The model is disposed when it ends.</summary>
    /// <exception cref="InvalidOperationException">This node takes part in another run.</exception>
    public void Start(ShadowRun shadow, OpenModel model)
    {
        ArgumentNullException.ThrowIfNull(shadow);
        ArgumentNullException.ThrowIfNull(model);
        if (run is not null)
            throw new InvalidOperationException($"Run {run.Id} has not ended.");
        Volatile.Write(ref run, new Run(shadow, model, options.Value, time, logger));
    }

    /// <summary>Returns what happened since the last call, at most so many answers; null if this node takes part in no run.</summary>
    public ShadowReport? Take(int most) => Volatile.Read(ref run)?.Take(most);

    /// <summary>Ends the part of this node, after the photo that is being answered.</summary>
    public async ValueTask StopAsync()
    {
        if (Interlocked.Exchange(ref run, null) is { } ending)
            await ending.DisposeAsync();
    }

    /// <summary>Stops without waiting for the photo that is being answered.</summary>
    public void Dispose() => Interlocked.Exchange(ref run, null)?.Cancel();

    public ValueTask DisposeAsync() => StopAsync();

    /// <summary>Whether the photo is among those that are answered: the random bits of its id decide, on every node alike.</summary>
    internal static bool IsSampled(Guid predictionId, double share)
    {
        Span<byte> bytes = stackalloc byte[16];
        predictionId.TryWriteBytes(bytes, bigEndian: true, out _);
        // The first bits of the second half are the variant of the id.
        return BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) < share * (1L << 32);
    }

    private sealed class Run : IAsyncDisposable
    {
        private readonly OpenModel model;
        private readonly ModelVersion champion;
        private readonly double share;
        private readonly TimeProvider time;
        private readonly ILogger logger;
        private readonly Channel<ShadowPhoto> queue;
        private readonly ConcurrentQueue<ShadowAnswer> answers = new();
        private readonly CancellationTokenSource stop = new();
        private readonly Task working;
        private long dropped;
        private long failed;
        private string? fault;
        private string? reported;

        public Run(ShadowRun shadow, OpenModel model, RetrainingOptions options, TimeProvider time, ILogger logger)
        {
            Id = shadow.Id;
            (this.model, this.time, this.logger) = (model, time, logger);
            champion = shadow.Champion.Model;
            share = options.ShadowShare;
            queue = Channel.CreateBounded<ShadowPhoto>(new BoundedChannelOptions(options.ShadowQueue) { SingleReader = true });
            working = Task.Run(WorkAsync);
        }

        public Guid Id { get; }

        public bool HasFailed => Volatile.Read(ref fault) is not null;

        public void Offer(ShadowPhoto photo)
        {
            if (HasFailed || !IsOfChampion(photo.Answer.Model) || !IsSampled(photo.PredictionId, share))
                return;
            if (answers.Count >= MostAnswers || !queue.Writer.TryWrite(photo))
                Interlocked.Increment(ref dropped);
        }

        public ShadowReport Take(int most)
        {
            var taken = new List<ShadowAnswer>();
            while (taken.Count < most && answers.TryDequeue(out var answer))
                taken.Add(answer);
            var now = Volatile.Read(ref fault);
            var report = new ShadowReport(
                Id,
                taken,
                Interlocked.Exchange(ref dropped, 0),
                Interlocked.Exchange(ref failed, 0),
                now == reported ? null : now
            );
            reported = now;
            return report;
        }

        public void Cancel()
        {
            queue.Writer.TryComplete();
            stop.Cancel();
        }

        public async ValueTask DisposeAsync()
        {
            Cancel();
            await working;
            await model.DisposeAsync();
            stop.Dispose();
        }

        /// <summary>After a switch, another model may answer until this node learns that the run has ended.</summary>
        private bool IsOfChampion(ModelDescription answered) => (answered.Version, answered.Sha256) == (champion.Version, champion.Sha256);

        private async Task WorkAsync()
        {
            var inARow = 0;
            while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
            {
                while (!stop.IsCancellationRequested && queue.Reader.TryRead(out var photo))
                {
                    if (Answer(photo) is not { } reason)
                    {
                        inARow = 0;
                        continue;
                    }

                    Interlocked.Increment(ref failed);
                    if (++inARow < MostFaults)
                        continue;
                    Volatile.Write(ref fault, $"It failed on {MostFaults} photos in a row. {reason}");
                    queue.Writer.TryComplete();
                    return;
                }

                if (stop.IsCancellationRequested)
                    return;
            }
        }

        /// <returns>Why the model did not answer; null if it did.</returns>
        private string? Answer(ShadowPhoto photo)
        {
            try
            {
                var started = time.GetTimestamp();
                var probabilities = model.Answer(photo.Answer, photo.Pixels, stop.Token);
                answers.Enqueue(new ShadowAnswer(photo.PredictionId, probabilities, time.GetElapsedTime(started).TotalMilliseconds));
                return null;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return null;
            }
            // A model of strangers may fail in any way, and must not end more than its own run.
            catch (Exception e)
            {
                logger.LogWarning(e, "The model in shadow failed on the photo of prediction {PredictionId}", photo.PredictionId);
                return e.Message;
            }
        }
    }
}
