using GourmetGram.Domain.Access;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GourmetGram.Infrastructure.Persistence.Configurations;

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("AuditEntries");
        builder.Property(e => e.Id).ValueGeneratedNever();
        builder.Property(e => e.Actor).HasConversion<ActorConverter>();
        builder.Property(e => e.Channel).HasConversion<string>();
        builder.Property(e => e.Area).HasConversion<string>();
        builder.HasIndex(e => e.At);
        builder.HasIndex(e => new { e.Name, e.Id });
        builder.HasIndex(e => new { e.Area, e.Id });
    }
}

/// <summary>
/// The passkeys of ASP.NET Core Identity, as its schema version 3 has them. That version would also change the keys of other tables.
/// </summary>
internal sealed class PasskeyConfiguration : IEntityTypeConfiguration<IdentityUserPasskey<Guid>>
{
    /// <summary>Longest id of a credential in bytes, by the WebAuthn specification.</summary>
    private const int CredentialIdLength = 1023;

    public void Configure(EntityTypeBuilder<IdentityUserPasskey<Guid>> builder)
    {
        builder.ToTable("AspNetUserPasskeys");
        builder.HasKey(passkey => passkey.CredentialId);
        builder.Property(passkey => passkey.CredentialId).HasMaxLength(CredentialIdLength);
        builder.HasOne<IdentityUser<Guid>>().WithMany().HasForeignKey(passkey => passkey.UserId).IsRequired();
        builder.OwnsOne(passkey => passkey.Data, data => data.ToJson());
    }
}

internal sealed class AccountSessionConfiguration : IEntityTypeConfiguration<AccountSession>
{
    public void Configure(EntityTypeBuilder<AccountSession> builder)
    {
        builder.ToTable("AccountSessions");
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.HasIndex(s => s.AccountId);
        builder.HasIndex(s => s.SeenAt);
    }
}

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("ApiKeys");
        builder.Property(k => k.Id).ValueGeneratedNever();
        builder.Property(k => k.Scopes).HasConversion<ScopesConverter, ScopesComparer>();
        builder.HasIndex(k => k.Hash).IsUnique();
        builder.HasIndex(k => k.AccountId);
    }
}

internal sealed class SignInAttemptsConfiguration : IEntityTypeConfiguration<SignInAttempts>
{
    public void Configure(EntityTypeBuilder<SignInAttempts> builder)
    {
        builder.ToTable("SignInAttempts");
        builder.HasKey(a => a.Key);
        builder.Property(a => a.Revision).IsConcurrencyToken();
        builder.HasIndex(a => a.Since);
    }
}
