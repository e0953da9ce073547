namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// Base of what must hold on every engine. Each behaviour is an abstract class with one sealed class per engine beneath it.
/// </summary>
public abstract class BehaviourTests
{
    protected BehaviourTests(AppFixture app)
    {
        ArgumentNullException.ThrowIfNull(app);
        Assert.SkipWhen(app.Missing is not null, app.Missing ?? "");
        App = app;
    }

    protected AppFixture App { get; }

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
