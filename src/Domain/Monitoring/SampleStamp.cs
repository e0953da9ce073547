namespace GourmetGram.Domain.Monitoring;

/// <summary>
/// A single row whose value every change of windows, draws, selections and answers, and of checks and stored results about them, replaces
/// in the same commit. A result that was computed for a value is right as long as the row has this value.
/// </summary>
public sealed class SampleStamp
{
    /// <summary>Id of the only row.</summary>
    public const int Only = 1;

    private SampleStamp() { }

    public int Id { get; private init; }

    public Guid Value { get; private set; }

    /// <summary>Creates the row with an empty value.</summary>
    public static SampleStamp Create() => new() { Id = Only };

    /// <summary>Replaces the value.</summary>
    public void Renew(Guid value) => Value = value;
}
