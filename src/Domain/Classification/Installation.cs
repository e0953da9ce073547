namespace GourmetGram.Domain.Classification;

/// <summary>
/// The installation that the database belongs to. The object store holds the same id, so that a database is not used with the photos of
/// another installation by mistake.
/// </summary>
public sealed class Installation
{
    /// <summary>The number of the only row.</summary>
    public const int Only = 1;

    private Installation() { }

    /// <summary>Always <see cref="Only"/>.</summary>
    public int Number { get; private init; }

    /// <summary>The installation's id.</summary>
    public Guid Id { get; private set; }

    /// <summary>When the database and the object store were linked, UTC.</summary>
    public DateTimeOffset JoinedAt { get; private set; }

    /// <summary>Assigns a database that belongs to no installation to this one.</summary>
    public static Installation Join(Guid id, DateTimeOffset now) =>
        new()
        {
            Number = Only,
            Id = id,
            JoinedAt = now,
        };

    /// <summary>Assigns the database to another installation.</summary>
    public void Change(Guid id, DateTimeOffset now)
    {
        Id = id;
        JoinedAt = now;
    }
}
