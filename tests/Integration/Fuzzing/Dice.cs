using System.Text;

namespace GourmetGram.Tests.Integration.Fuzzing;

/// <summary>Choices that a seed decides. Text is one character for each byte, so that what is not UTF-8 can be said too.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random random = new(seed);

    public int Below(int limit) => random.Next(limit);

    public int Between(int least, int most) => random.Next(least, most + 1);

    public bool Chance(int percent) => random.Next(100) < percent;

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Bytes that are not control characters.</summary>
    public string Noise(int count) => string.Create(count, random, static (span, random) =>
        {
            foreach (ref var c in span)
                c = (char)random.Next(0x20, 0x100);
        });

    /// <summary>What has broken parsers before.</summary>
    public string Nasty() =>
        Below(34) switch
        {
            0 => "",
            1 => " ",
            2 => "\0",
            3 => "../../../../../../tmp/gourmetgram-fuzz-escape",
            4 => "..\\..\\..\\escape.jpg",
            5 => "%2e%2e%2fescape",
            6 => "%00",
            7 => Utf8("é 😀 \u202E ﷽ \u0000"),
            8 => "\u00ED\u00A0\u0080", // a lone surrogate in UTF-8
            9 => "\u00C0\u00AE\u00C0\u00AE/", // ".." in overlong UTF-8
            10 => new string('A', Between(200, 20_000)),
            11 => "'; DROP TABLE \"Predictions\"; --",
            12 => "\" onload=\"x\"><script>alert(1)</script>",
            13 => "-1",
            14 => "0",
            15 => "1e309",
            16 => "99999999999999999999999999",
            17 => "-9223372036854775809",
            18 => "NaN",
            19 => "null",
            20 => "true",
            21 => "[]",
            22 => "{}",
            23 => "00000000-0000-0000-0000-000000000000",
            24 => "ffffffffffffffffffffffffffffffff",
            25 => "{01234567-89ab-cdef-0123-456789abcdef}",
            26 => "\uFFFD",
            27 => "%ff%fe",
            28 => "%ED%A0%80",
            29 => "*",
            30 => "%s%n{0}${x}",
            31 => "/dev/null",
            32 => ",,,;;;===",
            _ => Noise(Between(1, 60)),
        };

    /// <summary>Changes a few characters of a text.</summary>
    public string Mutate(string text) => Encoding.Latin1.GetString(Mutate(Encoding.Latin1.GetBytes(text)));

    /// <summary>Changes a few bytes: flips, 0 and FF, cuts, copies.</summary>
    public byte[] Mutate(byte[] bytes)
    {
        for (var times = Between(1, Pick(1, 2, 4, 32)); times > 0 && bytes.Length > 0; times--)
        {
            var at = Below(bytes.Length);
            var length = Math.Min(Between(1, Pick(1, 4, 64, 4096)), bytes.Length - at);
            switch (Below(9))
            {
                case 0 or 1 or 2:
                    bytes[at] ^= (byte)(1 << Below(8));
                    break;
                case 3:
                    bytes[at] = Pick<byte>(0, 0xFF, 0x7F, 0x80);
                    break;
                case 4:
                    bytes.AsSpan(at, length).Fill(Pick<byte>(0, 0xFF));
                    break;
                case 5:
                    bytes = Chance(30) ? bytes[..at] : [.. bytes[..at], .. bytes[(at + length)..]];
                    break;
                case 6:
                    bytes = [.. bytes[..(at + length)], .. bytes[at..]];
                    break;
                case 7:
                    bytes = [.. bytes[..at], .. Bytes(Between(1, 8)), .. bytes[at..]];
                    break;
                default:
                    bytes.AsSpan(at, length).CopyTo(bytes.AsSpan(Below(bytes.Length - length + 1)));
                    break;
            }
        }

        return bytes;
    }

    /// <summary>UTF-8, one character for each byte.</summary>
    public static string Utf8(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
