namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>A clock that a test sets back or forwards; the time that passes is the real one.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
