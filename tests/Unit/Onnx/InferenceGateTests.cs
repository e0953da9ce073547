using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Onnx;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Unit.Onnx;

public sealed class InferenceGateTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task As_many_as_allowed_are_inside_and_the_next_enters_when_one_leaves()
    {
        using var gate = Gate(concurrency: 2);
        var first = await gate.EnterAsync(CancellationToken.None);
        using var second = await gate.EnterAsync(CancellationToken.None);
        var third = gate.EnterAsync(CancellationToken.None);
        var fourth = gate.EnterAsync(CancellationToken.None);
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
        using var gate = Gate(concurrency: 0);
        for (var i = 0; i < Environment.ProcessorCount; i++)
            Assert.True(gate.EnterAsync(CancellationToken.None).IsCompletedSuccessfully);

        var next = gate.EnterAsync(CancellationToken.None);

        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<ServerBusyException>(() => Soon(next));
    }

    [Fact]
    public async Task With_a_full_queue_the_next_is_sent_away_at_once()
    {
        using var gate = Gate(concurrency: 1, queueLength: 1);
        var inside = await gate.EnterAsync(CancellationToken.None);
        var waiting = gate.EnterAsync(CancellationToken.None);

        var busy = await Assert.ThrowsAsync<ServerBusyException>(() => Soon(gate.EnterAsync(CancellationToken.None)));

        Assert.Contains("Too many photos are waiting", busy.Message, StringComparison.Ordinal);
        Assert.InRange(busy.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        inside.Dispose();
        (await Soon(waiting)).Dispose();
    }

    [Fact]
    public async Task Who_gets_no_turn_in_time_is_sent_away_and_leaves_the_queue()
    {
        using var gate = Gate(concurrency: 1, queueLength: 1);
        var inside = await gate.EnterAsync(CancellationToken.None);
        var waiting = gate.EnterAsync(CancellationToken.None);

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
        using var gate = Gate(concurrency: 1, queueLength: 1);
        using var caller = new CancellationTokenSource();
        var inside = await gate.EnterAsync(CancellationToken.None);
        var waiting = gate.EnterAsync(caller.Token);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(waiting));
        await AssertPlaceIsFree(gate, inside);
    }

    [Fact]
    public async Task Who_has_left_already_takes_no_turn()
    {
        using var gate = Gate(concurrency: 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.EnterAsync(new CancellationToken(canceled: true)));

        Assert.True(gate.EnterAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Without_patience_there_is_a_turn_or_an_answer_at_once()
    {
        using var gate = Gate(concurrency: 1, queueMilliseconds: 0);
        using var inside = await gate.EnterAsync(CancellationToken.None);

        var next = gate.EnterAsync(CancellationToken.None);
        time.Advance(TimeSpan.Zero);

        await Assert.ThrowsAsync<ServerBusyException>(() => Soon(next));
    }

    /// <summary>The queue of one takes somebody again, and the turn reaches them, not the one who is gone.</summary>
    private static async Task AssertPlaceIsFree(InferenceGate gate, IDisposable inside)
    {
        var next = gate.EnterAsync(CancellationToken.None);
        Assert.False(next.IsCompleted);
        inside.Dispose();
        (await Soon(next)).Dispose();
    }

    /// <summary>A gate that is broken fails the test instead of holding it up for ever.</summary>
    private static Task<IDisposable> Soon(Task<IDisposable> turn) => turn.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

    private InferenceGate Gate(int concurrency, int queueLength = 10, int queueMilliseconds = 1000) =>
        new(new LimitsOptions { Concurrency = concurrency, QueueLength = queueLength, QueueMilliseconds = queueMilliseconds }, time);
}
