using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Onnx;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Unit.Onnx;

public sealed class InferenceGateTests
{
    private const long Mebibyte = LimitsOptions.Mebibyte;

    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task As_many_as_allowed_are_inside_and_the_next_enters_when_one_leaves()
    {
        var gate = Gate(concurrency: 2);
        var first = await gate.EnterAsync(Photo(0), CancellationToken.None);
        using var second = await gate.EnterAsync(Photo(0), CancellationToken.None);
        var third = gate.EnterAsync(Photo(0), CancellationToken.None);
        var fourth = gate.EnterAsync(Photo(0), CancellationToken.None);
        Assert.False(third.IsCompleted);

        first.Dispose();

        using (await Soon(third))
            Assert.False(fourth.IsCompleted);
        using (await Soon(fourth))
        {
            // Both who waited had their turn, in the order they came.
        }
    }

    [Fact]
    public async Task Zero_means_one_for_each_processor()
    {
        var gate = Gate(concurrency: 0);
        for (var i = 0; i < Environment.ProcessorCount; i++)
            Assert.True(gate.EnterAsync(Photo(0), CancellationToken.None).IsCompletedSuccessfully);

        var next = gate.EnterAsync(Photo(0), CancellationToken.None);

        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<ServerBusyException>(() => Soon(next));
    }

    [Fact]
    public async Task With_a_full_queue_the_next_is_sent_away_at_once()
    {
        var gate = Gate(concurrency: 1, queueLength: 1);
        var inside = await gate.EnterAsync(Photo(0), CancellationToken.None);
        var waiting = gate.EnterAsync(Photo(0), CancellationToken.None);

        var busy = await Assert.ThrowsAsync<ServerBusyException>(() => Soon(gate.EnterAsync(Photo(0), CancellationToken.None)));

        Assert.Contains("Too many photos are waiting", busy.Message, StringComparison.Ordinal);
        Assert.InRange(busy.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        inside.Dispose();
        (await Soon(waiting)).Dispose();
    }

    [Fact]
    public async Task Who_would_wait_too_long_by_what_recent_photos_took_is_sent_away_at_once()
    {
        var gate = Gate(concurrency: 1);
        await LearnAsync(gate, (1, 400));

        var inside = await gate.EnterAsync(Photo(1), CancellationToken.None);
        var first = gate.EnterAsync(Photo(1), CancellationToken.None);
        gate.ThrowIfFull(requests: 0);
        Assert.Throws<ServerBusyException>(() => gate.ThrowIfFull(requests: 4));
        var second = gate.EnterAsync(Photo(1), CancellationToken.None);

        var busy = Assert.Throws<ServerBusyException>(() => gate.ThrowIfFull(requests: 0));
        Assert.Equal(TimeSpan.FromSeconds(2), busy.RetryAfter);
        await Assert.ThrowsAsync<ServerBusyException>(() => Soon(gate.EnterAsync(Photo(1), CancellationToken.None)));

        time.Advance(TimeSpan.FromMilliseconds(400));
        inside.Dispose();
        (await Soon(first)).Dispose();
        (await Soon(second)).Dispose();
    }

    [Fact]
    public async Task A_large_photo_counts_for_as_many_small_ones_as_it_takes_time()
    {
        var gate = Gate(concurrency: 1);
        await LearnAsync(gate, (1, 20), (12, 130));

        using var inside = await gate.EnterAsync(Photo(1, megapixels: 1), CancellationToken.None);
        for (var i = 0; i < 7; i++)
            _ = gate.EnterAsync(Photo(1, megapixels: 12), CancellationToken.None);
        gate.ThrowIfFull(requests: 0);
        _ = gate.EnterAsync(Photo(1, megapixels: 12), CancellationToken.None);

        Assert.Throws<ServerBusyException>(() => gate.ThrowIfFull(requests: 0));
    }

    [Fact]
    public async Task What_was_done_of_the_work_in_progress_is_not_waited_for()
    {
        var gate = Gate(concurrency: 1);
        await LearnAsync(gate, (1, 800));
        using var inside = await gate.EnterAsync(Photo(1), CancellationToken.None);
        _ = gate.EnterAsync(Photo(1), CancellationToken.None);
        Assert.Throws<ServerBusyException>(() => gate.ThrowIfFull(requests: 0));

        time.Advance(TimeSpan.FromMilliseconds(700));

        gate.ThrowIfFull(requests: 0);
    }

    [Fact]
    public async Task Who_gets_no_turn_in_time_is_sent_away_and_leaves_the_queue()
    {
        var gate = Gate(concurrency: 1, queueLength: 1);
        var inside = await gate.EnterAsync(Photo(0), CancellationToken.None);
        var waiting = gate.EnterAsync(Photo(0), CancellationToken.None);

        time.Advance(TimeSpan.FromMilliseconds(1999));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        var busy = await Assert.ThrowsAsync<ServerBusyException>(() => Soon(waiting));
        Assert.Contains("waited 2 s without a turn", busy.Message, StringComparison.Ordinal);
        Assert.InRange(busy.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        await AssertPlaceIsFree(gate, inside);
    }

    [Fact]
    public async Task Who_cancels_leaves_the_queue()
    {
        var gate = Gate(concurrency: 1, queueLength: 1);
        using var caller = new CancellationTokenSource();
        var inside = await gate.EnterAsync(Photo(0), CancellationToken.None);
        var waiting = gate.EnterAsync(Photo(0), caller.Token);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(waiting));
        await AssertPlaceIsFree(gate, inside);
    }

    [Fact]
    public async Task Who_has_left_already_takes_no_turn()
    {
        var gate = Gate(concurrency: 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.EnterAsync(Photo(0), new CancellationToken(canceled: true)));

        Assert.True(gate.EnterAsync(Photo(0), CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Without_patience_there_is_a_turn_or_an_answer_at_once()
    {
        var gate = Gate(concurrency: 1, queueMilliseconds: 0);
        using var inside = await gate.EnterAsync(Photo(0), CancellationToken.None);

        var next = gate.EnterAsync(Photo(0), CancellationToken.None);
        time.Advance(TimeSpan.Zero);

        await Assert.ThrowsAsync<ServerBusyException>(() => Soon(next));
    }

    [Fact]
    public async Task Who_is_large_waits_for_memory_and_nobody_passes()
    {
        var gate = Gate(concurrency: 4);
        var first = await gate.EnterAsync(Photo(400 * Mebibyte), CancellationToken.None);
        var large = gate.EnterAsync(Photo(200 * Mebibyte), CancellationToken.None);
        var small = gate.EnterAsync(Photo(1), CancellationToken.None);

        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);
        first.Dispose();
        (await Soon(large)).Dispose();
        (await Soon(small)).Dispose();
    }

    [Fact]
    public async Task When_the_large_one_leaves_those_behind_it_are_let_in()
    {
        var gate = Gate(concurrency: 4);
        using var caller = new CancellationTokenSource();
        using var first = await gate.EnterAsync(Photo(400 * Mebibyte), CancellationToken.None);
        var large = gate.EnterAsync(Photo(200 * Mebibyte), caller.Token);
        var small = gate.EnterAsync(Photo(100 * Mebibyte), CancellationToken.None);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(large));
        (await Soon(small)).Dispose();
    }

    [Fact]
    public async Task Who_waits_for_memory_too_long_is_sent_away_and_what_was_reserved_stays_right()
    {
        var gate = Gate(concurrency: 4);
        var first = await gate.EnterAsync(Photo(512 * Mebibyte), CancellationToken.None);
        var waiting = gate.EnterAsync(Photo(1), CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<ServerBusyException>(() => Soon(waiting));

        first.Dispose();
        first.Dispose();
        using var whole = await Soon(gate.EnterAsync(Photo(512 * Mebibyte), CancellationToken.None));
        Assert.False(gate.EnterAsync(Photo(1), CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task The_gate_is_full_when_one_more_would_be_refused()
    {
        var gate = Gate(concurrency: 1, queueLength: 1);
        var inside = await gate.EnterAsync(Photo(0), CancellationToken.None);
        gate.ThrowIfFull(requests: 1);
        var waiting = gate.EnterAsync(Photo(0), CancellationToken.None);
        Assert.Throws<ServerBusyException>(() => gate.ThrowIfFull(requests: 2));
        inside.Dispose();
        gate.ThrowIfFull(requests: 1);
        (await Soon(waiting)).Dispose();
    }

    /// <summary>
    /// Whatever comes, goes, gives up or runs out of patience in whatever order: never more than the budget is reserved, and in the end
    /// nothing is.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Reserved_memory_never_exceeds_the_budget(int seed)
    {
        const int budget = 100;
        const int turns = 5;
        var random = new Random(seed);
        var queue = new Admission(turns, budget, queueLength: 8, TimeSpan.FromSeconds(1), time);
        var asked = new List<(Task<IDisposable> Turn, CancellationTokenSource Caller)>();
        for (var step = 0; step < 2000; step++)
        {
            var at = asked.Count == 0 ? -1 : random.Next(asked.Count);
            switch (random.Next(4))
            {
                case 0 or 1:
                    var caller = new CancellationTokenSource();
                    asked.Add((queue.EnterAsync(random.Next(1, budget + 1), random.Next(50), caller.Token), caller));
                    break;
                case 2 when at >= 0:
                    await asked[at].Caller.CancelAsync();
                    if (asked[at].Turn.IsCompletedSuccessfully)
                        (await asked[at].Turn).Dispose();
                    break;
                default:
                    time.Advance(TimeSpan.FromMilliseconds(random.Next(400)));
                    break;
            }

            Assert.InRange(queue.Reserved, 0, budget);
        }

        foreach (var (turn, caller) in asked)
        {
            await caller.CancelAsync();
            try
            {
                (await Soon(turn)).Dispose();
            }
            catch (Exception e) when (e is OperationCanceledException or ServerBusyException)
            {
                // Gave up or was sent away.
            }

            caller.Dispose();
        }

        Assert.Equal(0, queue.Reserved);
    }

    /// <summary>The queue of one takes somebody again, and the turn reaches them, not the one who is gone.</summary>
    private static async Task AssertPlaceIsFree(InferenceGate gate, IDisposable inside)
    {
        var next = gate.EnterAsync(Photo(0), CancellationToken.None);
        Assert.False(next.IsCompleted);
        inside.Dispose();
        (await Soon(next)).Dispose();
    }

    /// <summary>A gate that is broken fails the test instead of holding it up for ever.</summary>
    private static Task<IDisposable> Soon(Task<IDisposable> turn) =>
        turn.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

    private static PhotoHeader Photo(long decodeBytes, int megapixels = 1) =>
        new("image/jpeg", ".jpg", megapixels * 1000, 1000, decodeBytes);

    /// <summary>Lets photos of these megapixels hold a slot for these milliseconds, in turns.</summary>
    private async Task LearnAsync(InferenceGate gate, params (int Megapixels, int Milliseconds)[] photos)
    {
        for (var i = 0; i < 100; i++)
        {
            var (megapixels, milliseconds) = photos[i % photos.Length];
            using (await gate.EnterAsync(Photo(1, megapixels), CancellationToken.None))
                time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        }
    }

    private InferenceGate Gate(int concurrency, int queueLength = 10, int queueMilliseconds = 1000) =>
        new(
            new LimitsOptions
            {
                Concurrency = concurrency,
                QueueLength = queueLength,
                QueueMilliseconds = queueMilliseconds,
            },
            time
        );
}
