using GourmetGram.Application.Classification;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Media;

/// <summary>A key that signs links to photos, as a row.</summary>
internal sealed class MediaKey
{
    /// <summary>
    /// The slot of the key that signs. Slots are unique, so when two nodes create such a key at the same time, the second fails.
    /// </summary>
    public const string Current = "current";

    public required string Id { get; init; }

    /// <summary>32 random bytes; empty once the key is revoked.</summary>
    public required byte[] Secret { get; set; }

    /// <summary><see cref="Current"/>, or the key's own id.</summary>
    public required string Slot { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RetiredAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Stops the key from signing new links.</summary>
    public void Retire(DateTimeOffset now) => (Slot, RetiredAt) = (Id, RetiredAt ?? now);

    /// <summary>Makes all links of the key invalid.</summary>
    public void Revoke(DateTimeOffset now)
    {
        Retire(now);
        (Secret, RevokedAt) = ([], RevokedAt ?? now);
    }

    public MediaKeyView ToView() => new(Id, CreatedAt, RetiredAt, RevokedAt);
}

internal sealed class MediaKeyConfiguration : IEntityTypeConfiguration<MediaKey>
{
    public void Configure(EntityTypeBuilder<MediaKey> builder)
    {
        builder.ToTable("MediaKeys");
        builder.Property(key => key.Id).ValueGeneratedNever();
        builder.HasIndex(key => key.Slot).IsUnique();
        builder.Property(key => key.Slot).IsConcurrencyToken();
    }
}
