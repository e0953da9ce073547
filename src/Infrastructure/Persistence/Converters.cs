using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Stores a time as UTC milliseconds since 1970: SQLite cannot compare times otherwise, and PostgreSQL accepts only UTC.</summary>
internal sealed class UnixMillisecondsConverter()
    : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(),
        milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
    );

/// <summary>Stores a duration as whole microseconds.</summary>
internal sealed class MicrosecondsConverter()
    : ValueConverter<TimeSpan, long>(
        span => span.Ticks / TimeSpan.TicksPerMicrosecond,
        microseconds => new TimeSpan(microseconds * TimeSpan.TicksPerMicrosecond)
    );

/// <summary>Stores an actor as <c>kind:id</c>.</summary>
internal sealed class ActorConverter() : ValueConverter<Actor, string>(actor => actor.ToString(), text => Actor.Parse(text));

/// <summary>Stores probabilities as little-endian float32, one per class in the model's order.</summary>
internal sealed class ProbabilitiesConverter()
    : ValueConverter<ClassProbabilities, byte[]>(value => ToBytes(value), bytes => FromBytes(bytes))
{
    private static byte[] ToBytes(ClassProbabilities probabilities)
    {
        var bytes = new byte[probabilities.Values.Length * sizeof(float)];
        for (var i = 0; i < probabilities.Values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), probabilities.Values[i]);
        return bytes;
    }

    private static ClassProbabilities FromBytes(byte[] bytes)
    {
        var values = ImmutableArray.CreateBuilder<float>(bytes.Length / sizeof(float));
        for (var i = 0; i < values.Capacity; i++)
            values.Add(BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float))));
        return new ClassProbabilities(values.MoveToImmutable());
    }
}

/// <summary>Stores labels as a JSON array. Rows written before names were normalised may contain other spellings.</summary>
internal sealed class LabelsConverter() : ValueConverter<ImmutableArray<string>, string>(labels => ToJson(labels), json => FromJson(json))
{
    private static string ToJson(ImmutableArray<string> labels) => JsonSerializer.Serialize(labels.IsDefault ? [] : labels);

    private static ImmutableArray<string> FromJson(string json) =>
        [.. JsonSerializer.Deserialize<ImmutableArray<string>>(json).Select(ClassName.Normalize)];
}

/// <summary>Compares labels by name, because an <see cref="ImmutableArray{T}"/> compares by reference.</summary>
internal sealed class LabelsComparer()
    : ValueComparer<ImmutableArray<string>>(
        (left, right) => left.SequenceEqual(right, StringComparer.Ordinal),
        labels => labels.Length,
        labels => labels
    );

/// <summary>Stores texts as a JSON object, ordered by name.</summary>
internal sealed class TextsConverter()
    : ValueConverter<ImmutableSortedDictionary<string, string>, string>(texts => ToJson(texts), json => FromJson(json))
{
    private static string ToJson(ImmutableSortedDictionary<string, string> texts) => JsonSerializer.Serialize(texts);

    private static ImmutableSortedDictionary<string, string> FromJson(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(json)!.ToImmutableSortedDictionary(StringComparer.Ordinal);
}

/// <summary>Stores the tags of a photo as a JSON object, ordered by key.</summary>
internal sealed class PhotoTagsConverter() : ValueConverter<PhotoTags, string>(tags => ToJson(tags), json => FromJson(json))
{
    private static string ToJson(PhotoTags tags) => JsonSerializer.Serialize(tags.Values);

    private static PhotoTags FromJson(string json) => PhotoTags.Restore(JsonSerializer.Deserialize<Dictionary<string, string>>(json)!);
}

/// <summary>Compares texts by name and value.</summary>
internal sealed class TextsComparer()
    : ValueComparer<ImmutableSortedDictionary<string, string>>(
        (left, right) => left!.SequenceEqual(right!),
        texts => texts.Count,
        texts => texts
    );

/// <summary>Stores an immutable value as JSON.</summary>
internal sealed class JsonTextConverter<T>()
    : ValueConverter<T, string>(
        value => JsonSerializer.Serialize(value, JsonSerializerOptions.Default),
        json => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Default)!
    );

/// <summary>Compares immutable values by their JSON, because the collections in them compare by reference.</summary>
internal sealed class JsonTextComparer<T>()
    : ValueComparer<T>(
        (left, right) =>
            JsonSerializer.Serialize(left, JsonSerializerOptions.Default) == JsonSerializer.Serialize(right, JsonSerializerOptions.Default),
        value => JsonSerializer.Serialize(value, JsonSerializerOptions.Default).Length,
        value => value
    );

/// <summary>Stores ids as a JSON array.</summary>
internal sealed class IdsConverter() : ValueConverter<ImmutableArray<Guid>, string>(ids => ToJson(ids), json => FromJson(json))
{
    private static string ToJson(ImmutableArray<Guid> ids) => JsonSerializer.Serialize(ids.IsDefault ? [] : ids);

    private static ImmutableArray<Guid> FromJson(string json) => JsonSerializer.Deserialize<ImmutableArray<Guid>>(json);
}

/// <summary>Compares ids by value, because an <see cref="ImmutableArray{T}"/> compares by reference.</summary>
internal sealed class IdsComparer()
    : ValueComparer<ImmutableArray<Guid>>((left, right) => left.SequenceEqual(right), ids => ids.Length, ids => ids);

/// <summary>Stores the photos on which two models disagree, per window and cell, as JSON.</summary>
internal sealed class DifferingConverter()
    : ValueConverter<ImmutableArray<DifferingPhotos>, string>(photos => ToJson(photos), json => FromJson(json))
{
    private static string ToJson(ImmutableArray<DifferingPhotos> photos) => JsonSerializer.Serialize(photos.IsDefault ? [] : photos);

    private static ImmutableArray<DifferingPhotos> FromJson(string json) =>
        json.Length == 0 ? [] : JsonSerializer.Deserialize<ImmutableArray<DifferingPhotos>>(json);
}

/// <summary>Compares by value, because an <see cref="ImmutableArray{T}"/> compares by reference.</summary>
internal sealed class DifferingComparer()
    : ValueComparer<ImmutableArray<DifferingPhotos>>((left, right) => left.SequenceEqual(right), photos => photos.Length, photos => photos);

/// <summary>Stores a day as its number of days since 1970.</summary>
internal sealed class DayConverter()
    : ValueConverter<DateOnly, int>(
        day => day.DayNumber - new DateOnly(1970, 1, 1).DayNumber,
        days => DateOnly.FromDayNumber(days + new DateOnly(1970, 1, 1).DayNumber)
    );

/// <summary>Stores what an API key may do as names separated by spaces.</summary>
internal sealed class ScopesConverter()
    : ValueConverter<IReadOnlyList<ApiScope>, string>(
        scopes => string.Join(' ', scopes),
        text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<ApiScope>).ToArray()
    );

/// <summary>Compares what API keys may do by their elements.</summary>
internal sealed class ScopesComparer()
    : ValueComparer<IReadOnlyList<ApiScope>>(
        (one, other) => one != null && other != null && one.SequenceEqual(other),
        scopes => scopes.Aggregate(0, (hash, scope) => HashCode.Combine(hash, scope))
    );
