using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace GourmetGram.Infrastructure.Persistence.Access;

/// <summary>Adds an entry of the audit log to the commit that makes the first change of an action: see <see cref="AuditScope"/>.</summary>
internal sealed class AuditStamping(AuditScope scope, IAuditedCaller caller, TimeProvider time) : SaveChangesInterceptor
{
    /// <summary>Values and lists that are longer are cut, because an entry is read by people.</summary>
    private const int LongestValue = 200;
    private const int MostValues = 40;

    /// <summary>Parts of the names of properties that are left out: secrets, and values that no person sets.</summary>
    private static readonly string[] Unsaid = ["Password", "Secret", "Token", "Stamp", "Hash", "Revision", "Normalized"];

    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Add(eventData.Context!);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        Add(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Confirm(eventData.Context!);
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData,
        int result,
        CancellationToken cancellationToken = default
    )
    {
        Confirm(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    private void Add(DbContext context)
    {
        if (scope.Action is not { } action || caller.Current is not { } current)
            return;
        var changed = context
            .ChangeTracker.Entries()
            .Where(entry => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted && IsTold(entry))
            .ToList();
        if (changed.Count > 0 && !context.ChangeTracker.Entries<AuditEntry>().Any())
            context.Add(AuditEntry.Of(current, action, ToldOr(changed), time.GetUtcNow()));
    }

    private void Confirm(DbContext context)
    {
        if (scope.Action is not null && context.ChangeTracker.Entries<AuditEntry>().Any())
            scope.Recorded();
    }

    private static bool IsTold(EntityEntry entry) => entry.Entity is not (DataProtectionKey or IdentityUserToken<Guid> or Turn);

    private string? ToldOr(List<EntityEntry> changed) =>
        scope.Details is { } told
            ? JsonSerializer.Serialize(told.ToDictionary(detail => detail.Key, detail => Told(detail.Value), StringComparer.Ordinal), Json)
            : ChangesOf(changed);

    private static object? Told(object value) => value is object?[] pair ? Array.ConvertAll(pair, Say) : Say(value);

    private static string? ChangesOf(List<EntityEntry> entries)
    {
        var changes = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(entry => entry.State == EntityState.Modified))
        {
            foreach (var property in entry.Properties.Where(IsTold))
                changes.TryAdd(
                    $"{NameOf(entry)}.{property.Metadata.Name}",
                    new[] { Say(property.OriginalValue), Say(property.CurrentValue) }
                );
        }

        foreach (var added in entries.Where(entry => entry.State == EntityState.Added).CountBy(NameOf))
            changes[$"{added.Key} added"] = added.Value;
        foreach (var deleted in entries.Where(entry => entry.State == EntityState.Deleted).CountBy(NameOf))
            changes[$"{deleted.Key} deleted"] = deleted.Value;
        return changes.Count == 0 ? null : JsonSerializer.Serialize(changes.Take(MostValues).ToDictionary(StringComparer.Ordinal), Json);
    }

    private static bool IsTold(PropertyEntry property) =>
        property.IsModified
        && !Equals(property.OriginalValue, property.CurrentValue)
        && property.Metadata.ClrType != typeof(byte[])
        && !Array.Exists(Unsaid, word => property.Metadata.Name.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string NameOf(EntityEntry entry)
    {
        var name = entry.Metadata.ClrType.Name;
        // ASP.NET Core Identity's classes are generic.
        var end = name.IndexOf('`', StringComparison.Ordinal);
        return end < 0 ? name : name[..end];
    }

    private static object? Say(object? value) =>
        value switch
        {
            null or bool or int or long or double or Enum => value,
            string text => Cut(text),
            DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            IFormattable plain => Cut(plain.ToString(format: null, CultureInfo.InvariantCulture)),
            _ => Cut(JsonSerializer.Serialize(value, Json)),
        };

    private static string Cut(string text) => text.Length > LongestValue ? string.Concat(text.AsSpan(0, LongestValue), "…") : text;
}
