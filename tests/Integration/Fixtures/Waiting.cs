namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>Waits for what another process or a background task brings about and tells nobody of.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Asks again and again until the answer is yes; a test that waits longer than two minutes has failed.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan? period = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var clock = new PeriodicTimer(period ?? TimeSpan.FromMilliseconds(200));
        while (!await condition())
            await clock.WaitForNextTickAsync(patience.Token);
    }
}
