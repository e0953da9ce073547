using System.Globalization;
using System.Text.Json;

namespace GourmetGram.Tests.Unit.Monitoring;

/// <summary>
/// A reference case of the statistics: an input with the values that independent programs computed for it. The cases stand in
/// <c>Monitoring/Vectors/NAME.json</c>; more are read from the file of the same name in the folder that VECTORS_DIRECTORY names.
/// </summary>
/// <param name="Tolerance">Numbers agree within this times the larger of 1 and the expected value.</param>
/// <param name="In">Input; Monitoring/Vectors/README.md describes the members.</param>
/// <param name="Out">Expected values; members that are absent are not compared.</param>
internal sealed record VectorCase(double Tolerance, JsonElement In, JsonElement Out)
{
    private const string Outside = "VECTORS_DIRECTORY: ";

    /// <summary>Returns the names of all cases, for a theory.</summary>
    /// <param name="name">Name of the file without extension.</param>
    public static TheoryData<string> NamesOf(string name)
    {
        var names = new TheoryData<string>(Read(FileOf(name)).Select(one => one.Key));
        if (OutsideFileOf(name) is { } outside)
        {
            foreach (var one in Read(outside).Keys)
                names.Add(Outside + one);
        }

        return names;
    }

    public static VectorCase Get(string name, string caseName) =>
        caseName.StartsWith(Outside, StringComparison.Ordinal)
            ? Read(OutsideFileOf(name)!)[caseName[Outside.Length..]]
            : Read(FileOf(name))[caseName];

    /// <summary>Compares all members that are expected; null stands for infinity or "none", as the actual value says.</summary>
    /// <param name="actual">Values by name; numbers as <see cref="double"/> or <see cref="int"/>, texts, booleans, and lists of
    /// these.</param>
    public void AssertOut(IReadOnlyDictionary<string, object?> actual)
    {
        foreach (var expected in Out.EnumerateObject())
        {
            Assert.True(actual.ContainsKey(expected.Name), $"The test does not compute {expected.Name}.");
            AssertEqual(expected.Value, actual[expected.Name], expected.Name);
        }
    }

    /// <summary>Compares a value with what was expected.</summary>
    public void AssertEqual(JsonElement expected, object? actual, string what)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Null:
                Assert.True(actual is null or double.PositiveInfinity, $"{what}: expected none, found {actual}");
                break;
            case JsonValueKind.Number:
                Assert.True(actual is not null, $"{what}: expected {expected}, found none");
                var number = Convert.ToDouble(actual, CultureInfo.InvariantCulture);
                var limit = Tolerance * Math.Max(1, Math.Abs(expected.GetDouble()));
                Assert.True(Math.Abs(number - expected.GetDouble()) <= limit, $"{what}: expected {expected}, found {number:R}");
                break;
            case JsonValueKind.Array:
                var items = Assert.IsAssignableFrom<System.Collections.IEnumerable>(actual).Cast<object?>().ToList();
                Assert.True(items.Count == expected.GetArrayLength(), $"{what}: expected {expected}, found {items.Count} items");
                for (var i = 0; i < items.Count; i++)
                    AssertEqual(expected[i], items[i], $"{what}[{i}]");
                break;
            case JsonValueKind.Object:
                var members = Assert.IsAssignableFrom<IReadOnlyDictionary<string, object?>>(actual);
                foreach (var member in expected.EnumerateObject())
                {
                    Assert.True(members.ContainsKey(member.Name), $"{what}: {member.Name} is missing");
                    AssertEqual(member.Value, members[member.Name], $"{what}.{member.Name}");
                }

                break;
            default:
                Assert.True(
                    string.Equals(expected.ToString(), Convert.ToString(actual, CultureInfo.InvariantCulture), StringComparison.Ordinal),
                    $"{what}: expected {expected}, found {actual}"
                );
                break;
        }
    }

    private static string FileOf(string name) => Path.Combine(AppContext.BaseDirectory, "vectors", $"{name}.json");

    private static string? OutsideFileOf(string name)
    {
        if (Environment.GetEnvironmentVariable("VECTORS_DIRECTORY") is not { Length: > 0 } folder)
            return null;
        var file = Path.Combine(folder, $"{name}.json");
        return File.Exists(file) ? file : null;
    }

    private static Dictionary<string, VectorCase> Read(string file)
    {
        using var stream = File.OpenRead(file);
        var root = JsonDocument.Parse(stream).RootElement;
        var tolerance = root.GetProperty("tolerance").GetDouble();
        var cases = new Dictionary<string, VectorCase>(StringComparer.Ordinal);
        foreach (var one in root.GetProperty("cases").EnumerateArray())
        {
            // Outside files may use a name twice.
            var name = one.GetProperty("name").GetString()!;
            while (!cases.TryAdd(name, new VectorCase(tolerance, one.GetProperty("in"), one.GetProperty("out"))))
                name += "'";
        }

        return cases;
    }
}
