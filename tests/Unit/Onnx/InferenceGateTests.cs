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
        var first = await gate.EnterAsync(0, CancellationToken.None);
        using var second = await gate.EnterAsync(0, CancellationToken.None);
        var third = gate.EnterAsync(0, CancellationToken.None);
        var fourth = gate.EnterAsync(0, CancellationToken.None);
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
            Assert.True(gate.EnterAsync(0, CancellationToken.None).IsCompletedSuccessfully);

        var next = gate.EnterAsync(0, CancellationToken.None);

        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<ServerBusyException>(() => Soon(next));
    }

    [Fact]
    public async Task With_a_full_queue_the_next_is_sent_away_at_once()
    {
        var gate = Gate(concurrency: 1, queueLength: 1);
        var inside = await gate.EnterAsync(0, CancellationToken.None);
        var waiting = gate.EnterAsync(0, CancellationToken.None);

        var busy = await Assert.ThrowsAsync<ServerBusyException>(() => Soon(gate.EnterAsync(0, CancellationToken.None)));

        Assert.Contains("Too many photos are waiting", busy.Message, StringComparison.Ordinal);
        Assert.InRange(busy.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        inside.Dispose();
        (await Soon(waiting)).Dispose();
    }

    [Fact]
    public async Task Who_would_wait_in_vain_by_what_turns_last_lately_is_sent_away_at_once()
    {
        var gate = Gate(concurrency: 1);
        for (var i = 0; i < 100; i++)
        {
            using (await gate.EnterAsync(1, CancellationToken.None))
                time.Advance(TimeSpan.FromMilliseconds(400));
        }

        using var inside = await gate.EnterAsync(1, CancellationToken.None);
        var first = gate.EnterAsync(1, CancellationToken.None);
        Assert.False(gate.IsFull);
        var second = gate.EnterAsync(1, CancellationToken.None);
        Assert.True(gate.IsFull);
        await Assert.ThrowsAsync<ServerBusyException>(() => Soon(gate.EnterAsync(1, CancellationToken.None)));

        inside.Dispose();
        (await Soon(first)).Dispose();
        (await Soon(second)).Dispose();
    }

    [Fact]
    public async Task Who_gets_no_turn_in_time_is_sent_away_and_leaves_the_queue()
    {
        var gate = Gate(concurrency: 1, queueLength: 1);
        var inside = await gate.EnterAsync(0, CancellationToken.None);
        var waiting = gate.EnterAsync(0, CancellationToken.None);

        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        var busy = await Assert.ThrowsAsync<ServerBusyException>(() => Soon(waiting));
        Assert.Contains("waited 1 s without a turn", busy.Message, StringComparison.Ordinal);
        Assert.InRange(busy.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        await AssertPlaceIsFree(gate, inside);
    }

    [Fact]
    public async Task Who_cancels_leaves_the_queue()
    {
        var gate = Gate(concurrency: 1, queueLength: 1);
        using var caller = new CancellationTokenSource();
        var inside = await gate.EnterAsync(0, CancellationToken.None);
        var waiting = gate.EnterAsync(0, caller.Token);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(waiting));
        await AssertPlaceIsFree(gate, inside);
    }

    [Fact]
    public async Task Who_has_left_already_takes_no_turn()
    {
        var gate = Gate(concurrency: 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.EnterAsync(0, new CancellationToken(canceled: true)));

        Assert.True(gate.EnterAsync(0, CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Without_patience_there_is_a_turn_or_an_answer_at_once()
    {
        var gate = Gate(concurrency: 1, queueMilliseconds: 0);
        using var inside = await gate.EnterAsync(0, CancellationToken.None);

        var next = gate.EnterAsync(0, CancellationToken.None);
        time.Advance(TimeSpan.Zero);

        await Assert.ThrowsAsync<ServerBusyException>(() => Soon(next));
    }

    [Fact]
    public async Task Who_is_large_waits_for_memory_and_nobody_passes()
    {
        var gate = Gate(concurrency: 4);
        var first = await gate.EnterAsync(400 * Mebibyte, CancellationToken.None);
        var large = gate.EnterAsync(200 * Mebibyte, CancellationToken.None);
        var small = gate.EnterAsync(1, CancellationToken.None);

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
        using var first = await gate.EnterAsync(400 * Mebibyte, CancellationToken.None);
        var large = gate.EnterAsync(200 * Mebibyte, caller.Token);
        var small = gate.EnterAsync(100 * Mebibyte, CancellationToken.None);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(large));
        (await Soon(small)).Dispose();
    }

    [Fact]
    public async Task Who_waits_for_memory_too_long_is_sent_away_and_what_was_reserved_stays_right()
    {
        var gate = Gate(concurrency: 4);
        var first = await gate.EnterAsync(512 * Mebibyte, CancellationToken.None);
        var waiting = gate.EnterAsync(1, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<ServerBusyException>(() => Soon(waiting));

        first.Dispose();
        first.Dispose();
        using var whole = await Soon(gate.EnterAsync(512 * Mebibyte, CancellationToken.None));
        Assert.False(gate.EnterAsync(1, CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task The_gate_is_full_when_one_more_would_be_refused()
    {
        var gate = Gate(concurrency: 1, queueLength: 1);
        var inside = await gate.EnterAsync(0, CancellationToken.None);
        Assert.False(gate.IsFull);
        var waiting = gate.EnterAsync(0, CancellationToken.None);
        Assert.True(gate.IsFull);
        inside.Dispose();
        Assert.False(gate.IsFull);
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
                    asked.Add((queue.EnterAsync(random.Next(1, budget + 1), caller.Token), caller));
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
        var next = gate.EnterAsync(0, CancellationToken.None);
        Assert.False(next.IsCompleted);
        inside.Dispose();
        (await Soon(next)).Dispose();
    }

    /// <summary>A gate that is broken fails the test instead of holding it up for ever.</summary>
    private static Task<IDisposable> Soon(Task<IDisposable> turn) =>
        turn.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

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
